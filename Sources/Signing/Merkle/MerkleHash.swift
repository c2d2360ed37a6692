public import Canonical

/// The hashing of a Merkle tree, as certificate and checksum logs do it (RFC 6962, section 2.1).
///
/// Leaves and nodes are hashed under different prefixes, so that a node can never be shown as a leaf:
///
///     leaf(data)        = SHA-256(0x00 ‖ data)
///     node(left, right) = SHA-256(0x01 ‖ left ‖ right)
///     root of no leaf   = SHA-256("")
public enum MerkleHash {
    private static let leafPrefix: UInt8 = 0
    private static let nodePrefix: UInt8 = 1

    /// The root of a tree without leaves.
    public static let empty = Digest(hashing: [])

    /// The hash of a leaf.
    ///
    /// - Complexity: O(*n*) in the size of the data.
    public static func leaf(_ data: Span<UInt8>) -> Digest {
        var hasher = DigestHasher(.sha256)
        hasher.update([leafPrefix])
        hasher.update(data)
        return hasher.finalize()
    }

    /// The hash of a leaf.
    ///
    /// - Complexity: O(*n*) in the size of the data.
    public static func leaf(_ data: [UInt8]) -> Digest { leaf(data.span) }

    /// The hash of the node above two others.
    public static func node(_ left: Digest, _ right: Digest) -> Digest {
        Digest(hashing: [nodePrefix] + left.bytes + right.bytes)
    }
}

/// The root of a growing tree, from its leaves in order.
///
/// Holds one hash for each power of two in the number of leaves, so that the tree itself need not be kept.
public struct MerkleAccumulator: Sendable {
    /// How many leaves were added.
    public private(set) var size: UInt64 = 0
    /// The roots of the complete subtrees from left to right; their sizes are the powers of two in ``size``.
    private var subtrees: [Digest] = []

    /// Makes a tree without leaves.
    public init() {}

    /// Adds the next leaf.
    ///
    /// - Complexity: O(1) amortised.
    public mutating func append(_ leaf: Digest) {
        var root = leaf
        // Every trailing one of the size is a complete subtree that the new leaf completes a larger one with.
        for _ in 0..<(~size).trailingZeroBitCount { root = MerkleHash.node(subtrees.removeLast(), root) }
        subtrees.append(root)
        size += 1
    }

    /// The root over the leaves so far.
    ///
    /// - Complexity: O(log *n*).
    public var root: Digest {
        guard var root = subtrees.last else { return MerkleHash.empty }
        for subtree in subtrees.dropLast().reversed() { root = MerkleHash.node(subtree, root) }
        return root
    }
}
