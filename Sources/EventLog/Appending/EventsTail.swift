internal import Canonical
internal import FileSystemSeam

/// How the events end.
enum EventsTail: Equatable {
    /// With a line feed, or there are none. The number is that of the last line; nil when it carries none that can be
    /// relied on. It is not counted on when the line before does not carry the number before, or the two are too long
    /// to be looked at.
    case whole(lastNumber: UInt64?, isCountedOn: Bool)
    /// With something else: a crash came between.
    case torn

    /// How much is read at first; nearly always the last two lines fit.
    private static let windowByteCount: Int64 = 4096
    /// Last lines that are longer prove nothing about the counter. Bounds the time under the lock.
    private static let windowMaximum: Int64 = 1 << 20

    /// Looks at the end of `size` bytes of events.
    ///
    /// - Complexity: O(*n*) in the length of the last two lines; nearly always one read.
    init(of file: any File, size: Int64) throws(FileSystemError) {
        self = .whole(lastNumber: nil, isCountedOn: true)
        var window = Self.windowByteCount
        while size > 0 {
            let start = max(0, size - window)
            guard let bytes = try file.read(exactly: Int(size - start), at: start) else {
                throw FileSystemError(operation: .read, name: LogFiles.events, code: .staleHandle)
            }
            guard bytes.last == Self.lineFeed else {
                self = .torn
                return
            }
            let isAll = Self.lastLines(of: bytes, isFromStart: start == 0, &self)
            if isAll || window >= Self.windowMaximum { return }
            window = min(window * 8, Self.windowMaximum)
        }
    }

    /// Where what stands behind the last line feed begins, in a part of the events.
    ///
    /// - Parameter range: begins at a line's beginning.
    /// - Returns: nil when the file is shorter.
    /// - Complexity: O(*n*) in the length of the torn tail, in bounded memory; one small read when there is none.
    static func tornOffset(in file: any File, _ range: Range<Int64>) throws(FileSystemError) -> Int64? {
        var step = windowByteCount
        var end = range.upperBound
        while end > range.lowerBound {
            let start = max(range.lowerBound, end - step)
            guard let bytes = try file.read(exactly: Int(end - start), at: start) else { return nil }
            if let place = bytes.span.lastIndex(of: lineFeed, before: bytes.count) { return start + Int64(place) + 1 }
            end = start
            step = min(step * 4, 1 << 18)
        }
        return range.lowerBound
    }

    /// What it means that two reads of the same bytes gave two answers: neither can be relied on, and nothing may be
    /// cut off, and no number given, for either.
    static let misread = FileSystemError(operation: .read, name: LogFiles.events, code: .inputOutput)

    private static let lineFeed = UInt8(ascii: "\n")

    /// The last line's number, and whether it follows that of the line before. A counter that was published too low,
    /// and believed once, shows in that.
    ///
    /// - Parameters:
    ///   - bytes: the end of the events, with a line feed.
    ///   - isFromStart: whether it is all of them.
    ///   - tail: what is known; until the line before is there whole the last one is not counted on.
    /// - Returns: false when more of the events has to be looked at.
    private static func lastLines(of bytes: [UInt8], isFromStart: Bool, _ tail: inout EventsTail) -> Bool {
        let end = bytes.span.lastIndex(of: lineFeed, before: bytes.count - 1)
        if end == nil, !isFromStart { return false }
        let last = number(of: Array(bytes[((end ?? -1) + 1)..<(bytes.count - 1)]))
        tail = .whole(lastNumber: last, isCountedOn: end == nil)
        guard let last, let end else { return true }
        let before = bytes.span.lastIndex(of: lineFeed, before: end)
        if before == nil, !isFromStart { return false }
        let previous = number(of: Array(bytes[((before ?? -1) + 1)..<end]))
        tail = .whole(lastNumber: last, isCountedOn: last > 0 && previous == last - 1)
        return true
    }

    private static func number(of line: [UInt8]) -> UInt64? {
        do throws(EventError) {
            var parser = EventParser()
            return try parser.outline(of: line).sequenceNumber
        } catch {
            return nil
        }
    }
}
