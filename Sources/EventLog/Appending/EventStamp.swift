internal import Canonical
internal import FileSystemSeam

/// Fills in what the caller left to the log: identifiers and the time.
struct EventStamp {
    private let fileSystem: any FileSystem
    /// One time for all events of an append.
    private var now: String?
    /// Random bytes, and how many of them were used.
    private var random: [UInt8] = []
    private var used = 0
    /// How many events are still to be filled in.
    private var rest: Int

    /// The random bytes of an event that has no identifiers of its own, and the most that are fetched at once.
    private static let (eventByteCount, fetchMaximum) = (32, 1 << 14)

    init(_ fileSystem: any FileSystem, for eventCount: Int) {
        self.fileSystem = fileSystem
        rest = eventCount
    }

    /// The event with nothing empty that must not be.
    ///
    /// - Throws: `.io` when the system gives no random bytes.
    mutating func completed(_ event: SessionEvent) throws(EventLogError) -> SessionEvent {
        var event = event
        defer { rest -= 1 }
        if event.eventID.isEmpty { event.eventID = "evt_" + (try hexadecimal(byteCount: 8)) }
        if event.timestamp.isEmpty { event.timestamp = timestamp() }
        if event.traceID.isEmpty { event.traceID = try hexadecimal(byteCount: 16) }
        if event.spanID.isEmpty { event.spanID = try hexadecimal(byteCount: 8) }
        return event
    }

    private mutating func timestamp() -> String {
        if let now { return now }
        let text = Self.time(fileSystem.wallClock())
        now = text
        return text
    }

    /// A time as RFC 3339 text.
    static func time(_ time: WallClockTime) -> String {
        let nanoseconds = time.nanosecondsSinceEpoch - time.secondsSinceEpoch * 1_000_000_000
        return Timestamp(secondsSinceEpoch: time.secondsSinceEpoch, nanoseconds: UInt32(nanoseconds)).description
    }

    private mutating func hexadecimal(byteCount: Int) throws(EventLogError) -> String {
        if random.count - used < byteCount {
            var fresh = [UInt8](repeating: 0, count: min(max(1, rest) * Self.eventByteCount, Self.fetchMaximum))
            do throws(FileSystemError) {
                var span = fresh.mutableSpan
                try fileSystem.fillRandom(&span)
            } catch {
                throw .io(error, file: LogFiles.events)
            }
            (random, used) = (fresh, 0)
        }
        defer { used += byteCount }
        return Hex.encode(Array(random[used..<(used + byteCount)]))
    }
}
