internal import Canonical
internal import FileSystemSeam

/// The lines of one append, with the places of the sequence numbers, which are known only under the lock.
struct EncodedEvents: Sendable {
    /// All lines, each with some number and a line feed.
    private var bytes: [UInt8] = []
    private var lines: [Line] = []

    private struct Line: Sendable {
        /// The place of the number.
        var number: Range<Int>
        /// The place behind the line feed.
        var end: Int
    }

    /// No events.
    init() {}

    /// Writes events as lines, with everything made up that the caller left empty.
    ///
    /// - Throws: `.invalidEvent` with the position of the event; `.io` when the system gives no random bytes.
    init(_ events: [SessionEvent], _ fileSystem: any FileSystem) throws(EventLogError) {
        var stamp: EventStamp? = EventStamp(fileSystem, for: events.count)
        var writer = CanonicalWriter(form: .declaredRyu)
        writer.reserve(byteCount: min(events.count, Self.reservedCount) * Self.usualByteCount)
        lines.reserveCapacity(events.count)
        for event in events { try add(event, to: &writer, &stamp) }
        bytes = writer.finishLines()
    }

    /// Writes one event as a line; an array of one would be a copy of its dozen strings.
    init(_ event: SessionEvent, _ fileSystem: any FileSystem) throws(EventLogError) {
        var stamp: EventStamp? = EventStamp(fileSystem, for: 1)
        var writer = CanonicalWriter(form: .declaredRyu)
        writer.reserve(byteCount: Self.usualByteCount)
        try add(event, to: &writer, &stamp)
        bytes = writer.finishLines()
    }

    private mutating func add(
        _ event: SessionEvent,
        to writer: inout CanonicalWriter,
        _ stamp: inout EventStamp?
    ) throws(EventLogError) {
        try stamp?.prepare(for: event)
        do throws(EventError) {
            let number = try event.writeLine(to: &writer, &stamp)
            lines.append(Line(number: number, end: writer.writtenByteCount))
        } catch {
            throw .invalidEvent(position: lines.count, error)
        }
    }

    /// Room that is made at once; for more events it grows as they come.
    private static let (reservedCount, usualByteCount) = (1 << 14, 512)

    /// How many events there are.
    var count: Int { lines.count }

    /// The length of each line with the highest number, without the line feed.
    func checkLengths(maximum: Int) throws(EventLogError) { _ = try lengths(numberedFrom: nil, maximum) }

    /// All lines, numbered.
    ///
    /// - Throws: `.lineTooLong`, `.batchTooLong`.
    func numbered(from first: UInt64, _ options: SessionLogOptions) throws(EventLogError) -> [UInt8] {
        let total = try lengths(numberedFrom: first, options.maximumLineBytes)
        // One event cannot be appended in parts; how long its line may be is known.
        if lines.count > 1, total > options.maximumBatchBytes {
            throw .batchTooLong(byteCount: total, maximum: options.maximumBatchBytes)
        }
        var output: [UInt8] = []
        output.reserveCapacity(total)
        var (number, copied) = (first, 0)
        for line in lines {
            output.append(bytes.span, copied..<line.number.lowerBound)
            NumberLayout.append(number, to: &output)
            copied = line.number.upperBound
            number += 1
        }
        output.append(bytes.span, copied..<bytes.count)
        return output
    }

    /// The length of all lines.
    ///
    /// - Parameter first: the first number; nil for the longest there is, for each.
    private func lengths(numberedFrom first: UInt64?, _ maximum: Int) throws(EventLogError) -> Int {
        var (total, start) = (0, 0)
        var digits = DigitCount(of: first ?? .max)
        for (position, line) in lines.enumerated() {
            let count = line.end - start - line.number.count + digits.count
            if count - 1 > maximum { throw .lineTooLong(position: position, byteCount: count - 1, maximum: maximum) }
            total += count
            start = line.end
            if first != nil { digits.increment() }
        }
        return total
    }
}

/// How many decimal digits a number has.
private struct DigitCount {
    private(set) var count = 1
    private var number: UInt64
    /// The lowest number with one digit more; 0 when there is none.
    private var limit: UInt64 = 10

    init(of number: UInt64) {
        self.number = number
        while limit != 0, number >= limit { widen() }
    }

    /// Goes on to the next number; the one behind the highest is not asked for.
    mutating func increment() {
        number &+= 1
        if number == limit { widen() }
    }

    private mutating func widen() {
        count += 1
        let (next, isTooMuch) = limit.multipliedReportingOverflow(by: 10)
        limit = isTooMuch ? 0 : next
    }
}
