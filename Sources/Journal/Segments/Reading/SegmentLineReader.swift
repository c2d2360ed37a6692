internal import FileSystemSeam

/// Reads the lines of a segment, one after the other, from an offset up to a limit.
///
/// Memory is that of the longest line, and of one piece of the file at least.
struct SegmentLineReader {
    /// What comes next.
    enum Next {
        /// A line, as a range of ``buffer`` without its line feed.
        case line(Range<Int>)
        /// No further line before the limit or the end of the file; what remains begins at ``offset``.
        case rest
    }

    /// The longest line that is read, in bytes: what other tools wrote may be longer than what we would write.
    static let lineByteMaximum = 64 << 20
    static let pieceByteCount = 1 << 16
    /// How much is read first: small journals are many, and clean memory is not for nothing.
    private static let firstByteCount = 1 << 12

    private let file: any File
    private let limit: Int64
    private let pieceByteCount: Int
    private(set) var buffer: [UInt8]
    private var hasRead = false
    private var start = 0
    private var end = 0
    /// Up to where the bytes from `start` on were searched for a line feed.
    private var searched = 0
    /// Where the next line begins in the file.
    private(set) var offset: Int64

    /// - Parameters:
    ///   - limit: where to stop, in bytes of the file; nil for its end.
    ///   - pieceByteCount: how much is read at a time.
    init(
        _ file: any File,
        from offset: Int64,
        to limit: Int64? = nil,
        pieceByteCount: Int = SegmentLineReader.pieceByteCount
    ) {
        self.file = file
        self.offset = offset
        self.limit = limit ?? .max
        self.pieceByteCount = pieceByteCount
        buffer = [UInt8](repeating: 0, count: min(pieceByteCount, Self.firstByteCount))
    }

    /// The next line.
    mutating func next() throws(FileSystemError) -> Next {
        while true {
            if let feed = Bytes.firstIndex(of: UInt8(ascii: "\n"), in: buffer.span, from: searched, to: end) {
                let line = start..<feed
                start = feed + 1
                searched = start
                offset += Int64(line.count + 1)
                return .line(line)
            }
            searched = end
            if try !readMore() { return .rest }
        }
    }

    /// Reads a further piece behind what is there; false at the end, or when a line is too long to be one.
    private mutating func readMore() throws(FileSystemError) -> Bool {
        // NUL begins what was never written to; no line begins with it.
        if start < end, buffer[start] == 0 { return false }
        if start > 0 {
            Bytes.moveDown(start..<end, in: &buffer)
            searched -= start
            end -= start
            start = 0
        }
        if end == buffer.count || hasRead && buffer.count < pieceByteCount {
            if end >= Self.lineByteMaximum { return false }
            buffer.append(contentsOf: repeatElement(0, count: buffer.count))
        }
        hasRead = true
        let (file, filled, place) = (file, end, offset + Int64(end))
        let wanted = Int(min(Int64(buffer.count - filled), limit - place))
        if wanted <= 0 { return false }
        var span = buffer.mutableSpan
        var part = span._mutatingExtracting(filled..<(filled + wanted))
        let count = try file.read(into: &part, at: place)
        end = filled + count
        return count > 0
    }
}

extension File {
    /// The end of what is not NUL in this file, from an offset on; the offset itself when nothing but NUL follows.
    ///
    /// - Complexity: O(*n*) in the bytes behind the offset; memory does not depend on it.
    func endOfData(from offset: Int64) throws(FileSystemError) -> Int64 {
        var position = try extent().size
        // Somebody may have cut the file meanwhile.
        if position <= offset { return offset }
        var piece = [UInt8](repeating: 0, count: Int(min(Int64(SegmentLineReader.pieceByteCount), position - offset)))
        while position > offset {
            let count = Int(min(Int64(piece.count), position - offset))
            var span = piece.mutableSpan
            var part = span._mutatingExtracting(..<count)
            let filled = try readFully(into: &part, at: position - Int64(count))
            let end = Bytes.endOfNonZero(in: piece.span, to: filled)
            if end > 0 { return position - Int64(count) + Int64(end) }
            position -= Int64(count)
        }
        return offset
    }
}
