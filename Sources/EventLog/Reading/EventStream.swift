internal import FileSystemSeam

/// Reads a log from some number on, one line after the other, in memory that does not depend on its length.
///
/// It takes no lock and keeps nobody waiting. It ends where the log ended when it began, so that it has an end however
/// much is appended meanwhile; an ``EventFollower`` goes on. Not for use by several threads at once.
public final class EventStream {
    /// How many lines were passed over so far because they are no events.
    public private(set) var skippedCount = 0

    private let path: String
    private let first: UInt64
    private var parser = EventParser()
    private var reader: LineReader?

    /// - Parameters:
    ///   - file: nil for a log that is not there, which reads as no events.
    ///   - size: where to end.
    init(_ file: (any File)?, size: Int64, path: String, from first: UInt64) {
        self.path = path
        self.first = first
        reader = file.map { LineReader($0, limit: size) }
    }

    /// The next line that is an event with a high enough number, or no event at all; nil at the end of the log.
    ///
    /// Lines without a number cannot be told apart by it: all of them are given, wherever they stand.
    ///
    /// - Throws: `.io` when the file cannot be read.
    /// - Complexity: O(*n*) in the length of the line, and before the first also in what is passed over.
    public func next() throws(EventLogError) -> LogEntry? {
        while let line = try nextLine() {
            switch LogEntry(line, &parser) {
            case .event(let event) where event.sequenceNumber < first: continue
            case .event(let event): return .event(event)
            case .skipped(let skipped):
                skippedCount += 1
                if case .unfinished = skipped.reason { reader = nil }
                return .skipped(skipped)
            }
        }
        return nil
    }

    /// The next event, passing over what is none; nil at the end of the log.
    ///
    /// - Throws: `.io` when the file cannot be read.
    public func nextEvent() throws(EventLogError) -> StoredEvent? {
        while let entry = try next() {
            if case .event(let event) = entry { return event }
        }
        return nil
    }

    private func nextLine() throws(EventLogError) -> RawLine? {
        do throws(FileSystemError) {
            return try reader?.next()
        } catch {
            throw .io(error, file: LogFiles.events)
        }
    }
}
