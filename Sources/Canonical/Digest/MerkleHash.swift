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

    /// A hasher for a leaf that is not at hand as a whole: give it the leaf's bytes; its digest is the leaf's hash.
    public static func leafHasher() -> DigestHasher {
        var hasher = DigestHasher(.sha256)
        hasher.update([leafPrefix])
        return hasher
    }

    /// The hash of a leaf.
    ///
    /// - Complexity: O(*n*) in the size of the data.
    public static func leaf(_ data: Span<UInt8>) -> Digest {
        var hasher = leafHasher()
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
