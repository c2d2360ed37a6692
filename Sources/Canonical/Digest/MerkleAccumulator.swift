/// Computes the root of a Merkle tree leaf by leaf (RFC 6962 section 2.1, with SHA-256).
///
/// A leaf's hash is SHA-256 of the byte 0 and the leaf, an inner node's that of the byte 1 and the hashes below it; the
/// tree of *n* leaves splits at the largest power of two below *n*. The root of no leaves is the hash of nothing.
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
    public mutating func add(_ leaf: Span<UInt8>) {
        var hasher = Self.leafHasher()
        hasher.update(leaf)
        add(leafHash: hasher.finalize())
    }

    /// A hasher for a leaf that is not at hand as a whole: give it the leaf's bytes, then its digest to
    /// ``add(leafHash:)``.
    public static func leafHasher() -> DigestHasher {
        var hasher = DigestHasher(.sha256)
        hasher.update([0])
        return hasher
    }

    /// Adds a leaf by its hash.
    public mutating func add(leafHash: Digest) {
        var node = leafHash
        var merged = leafCount
        while merged & 1 == 1 {
            node = Self.hash(subtrees.removeLast(), node)
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
        guard var root = subtrees.last else { return Digest(hashing: []) }
        for subtree in subtrees.dropLast().reversed() { root = Self.hash(subtree, root) }
        return root
    }

    private static func hash(_ left: Digest, _ right: Digest) -> Digest {
        Digest(hashing: [1] + left.bytes + right.bytes)
    }
}
