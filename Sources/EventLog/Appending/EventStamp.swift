internal import Canonical
internal import FileSystemSeam

/// Fills in what the caller left to the log: identifiers and the time.
struct EventStamp {
    private let fileSystem: any FileSystem
    /// One time for all events of an append.
    private(set) var timestamp = ""
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

    /// Gets ready what the next event may need.
    ///
    /// - Throws: `.io` when the system gives no random bytes.
    mutating func prepare(for event: borrowing SessionEvent) throws(EventLogError) {
        if event.timestamp.isEmpty, timestamp.isEmpty { timestamp = Self.time(fileSystem.wallClock()) }
        let isIdentified = !(event.eventID.isEmpty || event.traceID.isEmpty || event.spanID.isEmpty)
        if !isIdentified, random.count - used < Self.eventByteCount {
            var fresh = [UInt8](repeating: 0, count: min(max(1, rest) * Self.eventByteCount, Self.fetchMaximum))
            do throws(FileSystemError) {
                var span = fresh.mutableSpan
                try fileSystem.fillRandom(&span)
            } catch {
                throw .io(error, file: LogFiles.events)
            }
            (random, used) = (fresh, 0)
        }
        rest -= 1
    }

    /// Writes an identifier that is made of random bytes.
    mutating func writeIdentifier(_ prefix: StaticString, byteCount: Int, to writer: inout CanonicalWriter) {
        writer.value(prefix, hexadecimal: random.span.extracting(used..<(used + byteCount)))
        used += byteCount
    }

    /// A time as RFC 3339 text.
    static func time(_ time: WallClockTime) -> String {
        let nanoseconds = time.nanosecondsSinceEpoch - time.secondsSinceEpoch * 1_000_000_000
        return Timestamp(secondsSinceEpoch: time.secondsSinceEpoch, nanoseconds: UInt32(nanoseconds)).description
    }
}
