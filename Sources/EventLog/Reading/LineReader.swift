internal import Canonical
internal import FileSystemSeam

/// A line of the events as it stands in the file.
struct RawLine {
    /// Its number in the file, from 1.
    var number: UInt64
    /// Where it begins.
    var byteOffset: Int64
    /// Its bytes without the line feed; empty when it is too long to be held.
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
/// The beginning of a line whose end was not there yet is never kept: it is read again from the file, because a torn
/// tail may have been cut off meanwhile and other bytes may stand in its place.
struct LineReader: ~Copyable {
    /// A longer line is passed over. Far beyond what any writer writes; it bounds the memory for files that are not
    /// what they seem.
    static let byteCountMaximum = 16 << 20

    private let file: any File
    /// Bytes from here on are not looked at.
    private let limit: Int64
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
    ///   - limit: where to stop as if the file ended there.
    ///   - bufferSize: how much is read at once.
    init(_ file: any File, at offset: Int64 = 0, lineNumber: UInt64 = 1, limit: Int64 = .max, bufferSize: Int = 1 << 18)
    {
        self.file = file
        self.limit = limit
        self.lineNumber = lineNumber
        bufferOffset = offset
        buffer = [UInt8](repeating: 0, count: bufferSize)
    }

    /// Where the next line begins.
    var byteOffset: Int64 { bufferOffset + Int64(position) }

    /// The next line; nil at the end of the file.
    ///
    /// A line that ends with the file is given each time it is asked for, until it is whole.
    mutating func next() throws(FileSystemError) -> RawLine? {
        while true {
            if let line = takeLine() { return line }
            let known = filled - position
            if known > Self.byteCountMaximum { return try passOver() }
            try fill()
            if filled <= known {
                // What was known was read anew, and may be something else now.
                return takeLine() ?? (filled == 0 ? nil : unfinished)
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

    /// What the buffer holds, as a line that ends with the file.
    private var unfinished: RawLine {
        RawLine(
            number: lineNumber,
            byteOffset: bufferOffset,
            bytes: Array(buffer[..<filled]),
            byteCount: Int64(filled),
            ending: .endOfFile
        )
    }

    /// Reads from the beginning of the next line on; the buffer then holds more than before unless the file ends.
    private mutating func fill() throws(FileSystemError) {
        let known = filled - position
        bufferOffset += Int64(position)
        position = 0
        if known * 2 > buffer.count {
            // The longest line, and its line feed.
            buffer = [UInt8](repeating: 0, count: min(buffer.count * 2, Self.byteCountMaximum + 1))
        }
        let wanted = Int(min(Int64(buffer.count), limit - bufferOffset))
        repeat {
            filled = 0
            while filled < wanted {
                let (file, start, offset) = (file, filled, bufferOffset + Int64(filled))
                var span = buffer.mutableSpan
                var rest = span._mutatingExtracting(start..<wanted)
                let count = try file.read(into: &rest, at: offset)
                if count == 0 { break }
                filled += count
            }
        } while try !isSettled()
    }

    /// Whether the lines in the buffer are lines of the file, and none is made of two.
    ///
    /// While a read copies one page after the other, a torn tail may be cut off and other lines be written in its
    /// place: what was read then begins as the one and ends as the other. A second read, after that, finds nothing of
    /// the tail. Lines that lie well before the end, or before a limit, were whole already.
    private func isSettled() throws(FileSystemError) -> Bool {
        guard limit == .max, let last = buffer.span.lastIndex(of: UInt8(ascii: "\n"), before: filled) else {
            return true
        }
        if try file.extent().size - bufferOffset - Int64(filled) > Self.unsettledByteCount { return true }
        guard let again = try file.read(exactly: last + 1, at: bufferOffset) else { return false }
        return TextBytes.holds(buffer.span, 0..<again.count, again.span)
    }

    /// No torn tail is longer: the longest line that is written by default.
    private static let unsettledByteCount: Int64 = 1 << 20

    /// Passes over a line that is too long to be held.
    private mutating func passOver() throws(FileSystemError) -> RawLine {
        var line = RawLine(number: lineNumber, byteOffset: byteOffset, bytes: [], byteCount: 0, ending: .endOfFile)
        repeat {
            if let end = endOfLine {
                position = end + 1
                lineNumber += 1
                line.byteCount = byteOffset - line.byteOffset
                line.ending = .tooLong
                return line
            }
            position = filled
            try fill()
        } while filled > 0
        // Not whole: the next call begins with it again.
        line.byteCount = byteOffset - line.byteOffset
        bufferOffset = line.byteOffset
        return line
    }
}
