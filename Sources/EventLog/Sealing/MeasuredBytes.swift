internal import Canonical
internal import FileSystemSeam

/// The digests of the beginning of the events.
struct MeasuredBytes: Hashable {
    /// SHA-256 of the bytes.
    let digest: Digest
    /// The root of the Merkle tree over the lines.
    let merkleRoot: Digest
    let lineCount: UInt64

    /// How much is read at a time.
    private static let pieceByteCount = 1 << 18

    /// Measures the first `size` bytes, which should end with a line feed: bytes behind the last one count as a line.
    ///
    /// - Returns: nil when the file is shorter.
    /// - Complexity: O(*n*), in memory that does not depend on the length of the file or its lines.
    init?(of file: any File, size: Int64) throws(FileSystemError) {
        var whole = DigestHasher(.sha256)
        var leaf = MerkleHash.leafHasher()
        var isInLine = false
        var tree = MerkleAccumulator()
        var buffer = [UInt8](repeating: 0, count: Self.pieceByteCount)
        var offset: Int64 = 0
        while offset < size {
            let wanted = Int(min(Int64(buffer.count), size - offset))
            var span = buffer.mutableSpan
            var part = span._mutatingExtracting(..<wanted)
            let count = try file.read(into: &part, at: offset)
            if count == 0 { return nil }
            let piece = buffer.span.extracting(..<count)
            whole.update(piece)
            var start = 0
            while let end = piece.firstIndex(of: UInt8(ascii: "\n"), from: start) {
                leaf.update(piece.extracting(start..<end))
                tree.add(leafHash: leaf.finalize())
                leaf = MerkleHash.leafHasher()
                isInLine = false
                start = end + 1
            }
            if start < count {
                leaf.update(piece.extracting(start..<count))
                isInLine = true
            }
            offset += Int64(count)
        }
        if isInLine { tree.add(leafHash: leaf.finalize()) }
        digest = whole.finalize()
        merkleRoot = tree.root
        lineCount = tree.leafCount
    }
}
