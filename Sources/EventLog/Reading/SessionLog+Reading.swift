internal import FileSystemSeam

/// All that a log holds.
public struct LogContents: Sendable {
    /// The events, in the order of the file.
    public internal(set) var events: [StoredEvent] = []
    /// The lines that are none, in the order of the file.
    public internal(set) var skipped: [SkippedLine] = []
}

/// How much is in a log.
public struct LogSize: Sendable, Hashable {
    /// How many lines are events.
    public internal(set) var eventCount: UInt64 = 0
    /// How many lines there are, blank and malformed ones included; an unfinished one is not counted.
    public internal(set) var lineCount: UInt64 = 0
    /// The number that the next event gets: at least the number of lines, and higher than every number that was given.
    /// Nil when no number is left: 2⁶⁴ − 1 is never given.
    public internal(set) var nextSequenceNumber: UInt64? = 0
    /// The length of the file in bytes.
    public internal(set) var byteCount: Int64 = 0
}

extension SessionLog {
    /// Everything the log holds. One bad line spoils nothing: it is passed over and listed with its place.
    ///
    /// Takes no lock and writes nothing; ends where the log ended when the call began. A log that is not there has no
    /// events.
    ///
    /// - Throws: `.io`, `.notALog`.
    /// - Complexity: O(*n*); the lines are held in memory.
    public func readAll() throws(EventLogError) -> LogContents {
        var contents = LogContents()
        let stream = try events()
        while let entry = try stream.next() {
            switch entry {
            case .event(let event): contents.events.append(event)
            case .skipped(let line): contents.skipped.append(line)
            }
        }
        return contents
    }

    /// The events with this number and higher ones, in the order of the file, as far as it goes now.
    ///
    /// Takes no lock and writes nothing.
    ///
    /// - Throws: `.io`, `.notALog`.
    public func events(from first: UInt64 = 0) throws(EventLogError) -> EventStream {
        let opened = try standing()?.openEvents(in: path)
        return EventStream(opened?.file, size: opened?.status.size ?? 0, path: path, from: first)
    }

    /// Whether what stands at the path can be a log: nothing, an empty directory, or one with a file of a log.
    ///
    /// - Throws: `.io`, `.notALog` when a file stands there.
    public func isPlausible() throws(EventLogError) -> Bool {
        guard let directory = try standing() else { return true }
        do throws(FileSystemError) {
            let names = try directory.entries().map(\.name)
            return names.isEmpty || names.contains { LogFiles.all.contains($0) }
        } catch {
            throw .io(error, file: path)
        }
    }

    /// How much is in the log. The number of events and the next number are different things: lines that are no events
    /// count for the numbers, so that none is given twice.
    ///
    /// Takes no lock and writes nothing; does not trust the counter. What is appended meanwhile is not counted: else
    /// there would be no end to it where somebody appends as fast as lines are counted.
    ///
    /// - Throws: `.io`, `.notALog`.
    /// - Complexity: O(*n*), in bounded memory.
    public func size() throws(EventLogError) -> LogSize {
        var size = LogSize()
        guard let opened = try standing()?.openEvents(in: path) else { return size }
        var tally = Tally()
        do throws(FileSystemError) {
            try tally.advance(over: opened.file, to: opened.status.size)
        } catch {
            throw .io(error, file: LogFiles.events)
        }
        size.eventCount = tally.eventCount
        size.lineCount = tally.lineCount
        size.nextSequenceNumber = tally.appendableNumber
        size.byteCount = opened.status.size
        return size
    }
}
