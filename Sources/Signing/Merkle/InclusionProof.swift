public import Canonical

/// Shows that a leaf is in a tree, with one hash a level (RFC 9162, section 2.1.3).
public struct InclusionProof: Sendable, Hashable {
    /// The leaf's place in the tree, from 0.
    public let leafIndex: UInt64
    /// How many leaves the tree has.
    public let treeSize: UInt64
    /// The roots of the subtrees beside the path, from the leaf to the root.
    public let hashes: [Digest]

    /// Makes a proof from its parts, which are checked by ``verify(leaf:root:)``.
    public init(leafIndex: UInt64, treeSize: UInt64, hashes: [Digest]) {
        self.leafIndex = leafIndex
        self.treeSize = treeSize
        self.hashes = hashes
    }

    /// Checks that the tree with this root has this leaf at this place.
    ///
    /// - Parameters:
    ///   - leaf: the hash of the leaf, ``MerkleHash/leaf(_:)-(Span<UInt8>)``.
    ///   - root: from where it is trusted, such as a signed checkpoint.
    /// - Throws: what does not fit.
    /// - Complexity: O(log *n*).
    public func verify(leaf: Digest, root: Digest) throws(MerkleProofError) {
        let subtrees = try Self.subtrees(besides: leafIndex, in: treeSize)
        guard hashes.count == subtrees.count else {
            throw .wrongLength(expected: subtrees.count, actual: hashes.count)
        }
        try hashes.requireSHA256()
        var computed = leaf
        for (hash, subtree) in zip(hashes, subtrees) {
            computed =
                subtree.lowerBound > leafIndex ? MerkleHash.node(computed, hash) : MerkleHash.node(hash, computed)
        }
        guard computed.matches(root) else { throw .rootMismatch(expected: root, actual: computed) }
    }

    /// The leaves under each hash of the proof, in the proof's order: what whoever makes a proof has to hash.
    ///
    /// Together with the leaf they are the whole tree, and no two overlap.
    ///
    /// - Throws: `.leafOutsideTree`.
    /// - Complexity: O(log *n*).
    public static func subtrees(
        besides leafIndex: UInt64,
        in treeSize: UInt64
    ) throws(MerkleProofError) -> [Range<UInt64>] {
        guard leafIndex < treeSize else { throw .leafOutsideTree(index: leafIndex, size: treeSize) }
        var subtrees: [Range<UInt64>] = []
        var tree = 0..<treeSize
        while tree.count64 > 1 {
            let middle = tree.lowerBound + tree.count64.leftSubtreeSize
            if leafIndex < middle {
                subtrees.append(middle..<tree.upperBound)
                tree = tree.lowerBound..<middle
            } else {
                subtrees.append(tree.lowerBound..<middle)
                tree = middle..<tree.upperBound
            }
        }
        return subtrees.reversed()
    }
}

extension Range<UInt64> {
    /// The number of elements, which does not fit `Int` for every range.
    var count64: UInt64 { upperBound - lowerBound }
}

extension UInt64 {
    /// How many leaves the left subtree has: the largest power of two below the number of leaves (RFC 6962).
    var leftSubtreeSize: UInt64 {
        precondition(self > 1, "a tree of one leaf has no subtrees")
        return 1 << (63 - UInt64((self - 1).leadingZeroBitCount))
    }
}

extension [Digest] {
    func requireSHA256() throws(MerkleProofError) {
        if let position = firstIndex(where: { $0.algorithm != .sha256 }) { throw .wrongAlgorithm(position: position) }
    }
}
