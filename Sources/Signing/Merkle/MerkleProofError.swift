public import Canonical

/// Why a Merkle proof proves nothing.
public enum MerkleProofError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The leaf is not one of a tree of that size.
    case leafOutsideTree(index: UInt64, size: UInt64)
    /// A tree cannot have shrunk, and nothing is consistent with a tree of no leaf.
    case impossibleSizes(old: UInt64, new: UInt64)
    /// The proof has more or fewer hashes than such a tree asks for.
    case wrongLength(expected: Int, actual: Int)
    /// A hash in the proof is not SHA-256.
    case wrongAlgorithm(position: Int)
    /// The proof leads to another root.
    case rootMismatch(expected: Digest, actual: Digest)

    /// One sentence.
    public var description: String {
        switch self {
        case .leafOutsideTree(let index, let size): "leaf \(index) is not in a tree of \(size) leaves"
        case .impossibleSizes(let old, let new): "a tree of \(old) leaves cannot have grown into one of \(new)"
        case .wrongLength(let expected, let actual): "the proof has \(actual) hashes instead of \(expected)"
        case .wrongAlgorithm(let position): "hash \(position) of the proof is not SHA-256"
        case .rootMismatch(let expected, let actual): "the proof leads to \(actual), not to the root \(expected)"
        }
    }
}
