internal import Canonical
internal import FileSystemSeam

/// Some whole lines of a segment, one after the other, for one thread to look at.
struct LineBlock {
    /// What was read; the lines stand at its beginning.
    fileprivate(set) var bytes: [UInt8] = []
    /// Where each line ends in ``bytes``: the place of its line feed.
    fileprivate(set) var ends: [Int] = []
    /// The index of the first line's record.
    fileprivate(set) var first: UInt64 = 1
    /// Where the first line begins.
    fileprivate(set) var start = RecordPosition(segment: 1, offset: 0)

    /// How many bytes the lines take, line feeds included.
    var byteCount: Int { ends.last.map { $0 + 1 } ?? 0 }
    /// Where the line behind the last begins.
    var end: RecordPosition { RecordPosition(segment: start.segment, offset: start.offset + Int64(byteCount)) }

    /// Finds at most so many lines in the bytes that were read.
    fileprivate mutating func find(_ lineCount: Int, in byteCount: Int) {
        var found = ends
        ends = []
        Self.find(lineCount, in: bytes.span.extracting(..<byteCount), &found)
        ends = found
    }

    private static func find(_ lineCount: Int, in bytes: Span<UInt8>, _ ends: inout [Int]) {
        ends.removeAll(keepingCapacity: true)
        var position = 0
        while ends.count < lineCount, let feed = bytes.firstIndex(of: UInt8(ascii: "\n"), from: position) {
            ends.append(feed)
            position = feed &+ 1
        }
    }
}

/// Cuts segments into blocks of whole lines, in their order, one read a block.
///
/// Lines are counted, so that every block knows which records it holds; nothing else is looked at. A segment ends for
/// it where no whole line follows within a block's length: at the zeros behind the last record, at a line that is
/// longer than a block, where the file cannot be read. What stands there is for ``SegmentLineReader`` to say.
struct BlockReader: Sendable {
    private var files: SegmentFiles
    private let last: UInt64
    private let blockByteCount: Int
    /// Which segment is being read, and from where on; nil for its beginning.
    private var number = 0
    private var offset: Int64?
    private var nextIndex: UInt64 = 1

    /// - Parameters:
    ///   - last: the last record that is wanted; nil for all.
    ///   - start: where the first block begins, and which record stands there; nil for the first segment.
    init(
        _ files: SegmentFiles,
        blockByteCount: Int,
        from start: (position: RecordPosition, index: UInt64)? = nil,
        upTo last: UInt64? = nil
    ) {
        self.files = files
        self.last = last ?? .max
        self.blockByteCount = blockByteCount
        guard let start else { return }
        number = files.firsts.firstIndex { $0 >= start.position.segment } ?? files.firsts.count
        offset = start.position.offset
        nextIndex = start.index
    }

    /// Goes on behind a segment, if it is the one being read.
    mutating func skip(_ segment: UInt64) {
        if number < files.firsts.count, files.firsts[number] == segment { advance() }
    }

    private mutating func advance() {
        number += 1
        offset = nil
    }

    /// Reads the next block; false behind the last.
    mutating func next(into block: inout LineBlock) -> Bool {
        while number < files.firsts.count {
            let segment = files.firsts[number]
            if offset == nil { nextIndex = segment }
            if nextIndex > last { return false }
            block.start = RecordPosition(segment: segment, offset: offset ?? 0)
            block.first = nextIndex
            if let file = try? files.file(segment), fill(&block, from: file) {
                offset = block.end.offset
                nextIndex = nextIndex.index(UInt64(block.ends.count))
                return true
            }
            advance()
        }
        return false
    }

    private func fill(_ block: inout LineBlock, from file: any File) -> Bool {
        if block.bytes.count != blockByteCount { block.bytes = [UInt8](repeating: 0, count: blockByteCount) }
        let (offset, wanted) = (block.start.offset, Int(clamping: last - block.first + 1))
        var span = block.bytes.mutableSpan
        guard let count = try? file.readFully(into: &span, at: offset) else { return false }
        block.find(wanted, in: count)
        return !block.ends.isEmpty
    }
}
