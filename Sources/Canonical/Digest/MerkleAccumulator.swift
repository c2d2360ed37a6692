/// Computes the root of a Merkle tree leaf by leaf (RFC 6962 section 2.1, with SHA-256).
///
/// The hashes are those of ``MerkleHash``; the tree of *n* leaves splits at the largest power of two below *n*.
///
///     var tree = MerkleAccumulator()
///     for line in lines { tree.add(line) }
///     let root = tree.root
///
/// Holds the roots of the complete subtrees only: at most 64 hashes, whatever the number of leaves.
public struct MerkleAccumulator: Sendable {
    /// How many leaves were added.
    public private(set) var leafCount: UInt64 = 0
    /// The roots of complete subtrees, the largest first; one for each bit that is set in ``leafCount``.
    private var subtrees: [Digest] = []

    /// Starts a tree without leaves.
    public init() {}

    /// Adds a leaf.
    ///
    /// - Complexity: O(*n*) in the length of the leaf; two hashes on average, at most 64.
    public mutating func add(_ leaf: Span<UInt8>) { add(leafHash: MerkleHash.leaf(leaf)) }

    /// Adds a leaf by its hash.
    public mutating func add(leafHash: Digest) {
        var node = leafHash
        var merged = leafCount
        while merged & 1 == 1 {
            node = MerkleHash.node(subtrees.removeLast(), node)
            merged >>= 1
        }
        subtrees.append(node)
        leafCount += 1
    }

    /// Adds a leaf.
    public mutating func add(_ leaf: [UInt8]) { add(leaf.span) }

    /// The root over all leaves added so far.
    ///
    /// - Complexity: at most 63 hashes.
    public var root: Digest {
        guard var root = subtrees.last else { return MerkleHash.empty }
        for subtree in subtrees.dropLast().reversed() { root = MerkleHash.node(subtree, root) }
        return root
    }
}
