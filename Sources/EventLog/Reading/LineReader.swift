internal import Canonical
internal import FileSystemSeam

/// A line of the events as it stands in the file.
struct RawLine {
    /// Its number in the file, from 1.
    var number: UInt64
    /// Where it begins.
    var byteOffset: Int64
    /// Its bytes without the line feed; empty when it is too long to be held, or not whole.
    var bytes: [UInt8]
    /// Its length in the file, with the line feed.
    var byteCount: Int64
    /// How it ends.
    var ending: Ending

    /// How a line ends.
    enum Ending {
        /// With a line feed.
        case terminated
        /// With a line feed, but it is longer than ``LineReader/byteCountMaximum``.
        case tooLong
        /// With the file: it is torn, or still being written.
        case endOfFile
    }
}

/// Reads lines one after the other in bounded memory.
///
/// Only what a line feed was seen behind is taken for lines: it stays as it is. What stands behind the last one may be
/// a torn tail, which is cut off at any time, also while it is read, with other bytes in its place at once. So the last
/// line feed is looked for first, and lines are read up to it only; a line whose end is not there yet is read again
/// each time.
struct LineReader: ~Copyable {
    /// A longer line is passed over. Far beyond what any writer writes; it bounds the memory for files that are not
    /// what they seem.
    static let byteCountMaximum = 16 << 20

    private let file: any File
    /// Bytes from here on are not looked at.
    private let limit: Int64
    /// Behind the last line feed that was seen; nothing behind it is in the buffer.
    private var settled: Int64
    /// What was found to stand behind it without a line feed, as long as no line was read since.
    private var unended: UnendedTail?
    private var buffer: [UInt8]
    /// What of the buffer is filled.
    private var filled = 0
    /// Where in the buffer the next line begins.
    private var position = 0
    /// Where in the file the buffer begins; another place whenever more was read.
    private(set) var bufferOffset: Int64
    /// The number of the next line.
    private(set) var lineNumber: UInt64

    /// Starts at a line's beginning.
    ///
    /// - Parameters:
    ///   - offset: where the line begins in the file.
    ///   - lineNumber: its number.
    ///   - limit: where to stop. A line that goes on behind it is not given; where the file ends with it, it is.
    ///   - bufferSize: how much is read at once.
    init(_ file: any File, at offset: Int64 = 0, lineNumber: UInt64 = 1, limit: Int64 = .max, bufferSize: Int = 1 << 18)
    {
        self.file = file
        self.limit = limit
        self.lineNumber = lineNumber
        settled = offset
        bufferOffset = offset
        buffer = [UInt8](repeating: 0, count: bufferSize)
    }

    /// Where the next line begins.
    var byteOffset: Int64 { bufferOffset + Int64(position) }

    /// The next line; nil at the end of the file, or at the limit.
    ///
    /// A line that ends with the file is given each time it is asked for, until it is whole.
    mutating func next() throws(FileSystemError) -> RawLine? {
        while true {
            if let line = takeLine() { return line }
            let known = filled - position
            if known > Self.byteCountMaximum { return try passOver() }
            if try fill() > known { continue }
            // All that was settled was given, or the file became shorter.
            switch try settle() {
            case .more: continue
            case .unfinished(let line): return line
            case .end: return nil
            }
        }
    }

    /// The next line, when its end is in the buffer.
    private mutating func takeLine() -> RawLine? {
        guard let end = endOfLine else { return nil }
        let line = RawLine(
            number: lineNumber,
            byteOffset: byteOffset,
            bytes: Array(buffer[position..<end]),
            byteCount: Int64(end - position + 1),
            ending: .terminated
        )
        position = end + 1
        lineNumber += 1
        return line
    }

    private var endOfLine: Int? {
        buffer.span.extracting(..<filled).firstIndex(of: UInt8(ascii: "\n"), from: position)
    }

    /// Reads from the beginning of the next line on, as far as lines are known to be whole.
    ///
    /// - Returns: how much the buffer holds.
    private mutating func fill() throws(FileSystemError) -> Int {
        let known = filled - position
        guard bufferOffset + Int64(filled) < settled else { return known }
        bufferOffset += Int64(position)
        position = 0
        if known * 2 > buffer.count {
            // The longest line, and its line feed.
            buffer = [UInt8](repeating: 0, count: min(buffer.count * 2, Self.byteCountMaximum + 1))
        }
        filled = 0
        let (file, offset) = (file, bufferOffset)
        let wanted = Int(min(Int64(buffer.count), settled - offset))
        var span = buffer.mutableSpan
        var part = span._mutatingExtracting(..<wanted)
        let count = try file.readFully(into: &part, at: offset)
        filled = count
        return count
    }

    /// What is known of the end.
    private enum End {
        /// Another line feed stands behind what was read.
        case more
        /// None, but other bytes.
        case unfinished(RawLine)
        case end
    }

    /// Looks where the last line feed is, and forgets what was read of a line that has none.
    ///
    /// - Complexity: O(*n*) in what came behind the last look, in all of the tail at the first one.
    private mutating func settle() throws(FileSystemError) -> End {
        bufferOffset = byteOffset
        (filled, position) = (0, 0)
        settled = bufferOffset
        while true {
            let extent = try file.extent().size
            let size = min(extent, limit)
            guard size > bufferOffset else { return .end }
            var start = bufferOffset
            if let unended, unended.range.lowerBound == start, try unended.stands(in: file, size: size) {
                start = unended.range.upperBound
            }
            // Shorter by now: what was cut off has to be looked at again.
            guard let found = try EventsTail.tornOffset(in: file, start..<size) else { continue }
            if found > start {
                (settled, unended) = (found, nil)
                return .more
            }
            if extent > limit { return .end }
            if start < size { unended = try UnendedTail(bufferOffset..<size, in: file) }
            return .unfinished(
                RawLine(
                    number: lineNumber,
                    byteOffset: bufferOffset,
                    bytes: [],
                    byteCount: size - bufferOffset,
                    ending: .endOfFile
                )
            )
        }
    }

    /// Passes over a line that is too long to be held.
    private mutating func passOver() throws(FileSystemError) -> RawLine? {
        let start = byteOffset
        repeat {
            if let end = endOfLine {
                position = end + 1
                defer { lineNumber += 1 }
                return RawLine(
                    number: lineNumber,
                    byteOffset: start,
                    bytes: [],
                    byteCount: byteOffset - start,
                    ending: .tooLong
                )
            }
            position = filled
        } while try fill() > 0
        // Its end was there, and is not any more: what is there now is looked at anew.
        (bufferOffset, filled, position, settled) = (start, 0, 0, start)
        return try next()
    }
}

/// What stands behind the last line feed, and was looked through: it may be long, and be there for as long as nobody
/// appends.
private struct UnendedTail {
    let range: Range<Int64>
    /// Its last bytes.
    private let end: [UInt8]

    /// So many bytes tell it from another tail, or from lines, in its place. A tail that is cut off is nearly always
    /// shorter.
    private static let comparedByteCount: Int64 = 4096

    /// - Returns: nil when something else stands there by now.
    init?(_ range: Range<Int64>, in file: any File) throws(FileSystemError) {
        let count = min(Int64(range.count), Self.comparedByteCount)
        guard let end = try file.read(exactly: Int(count), at: range.upperBound - count),
            !end.contains(UInt8(ascii: "\n"))
        else { return nil }
        self.range = range
        self.end = end
    }

    /// Whether it still stands there, in a file of `size` bytes, with other bytes behind it or none.
    func stands(in file: any File, size: Int64) throws(FileSystemError) -> Bool {
        guard size >= range.upperBound else { return false }
        return try file.read(exactly: end.count, at: range.upperBound - Int64(end.count)) == end
    }
}
