public import Canonical

/// Shows that a tree has only grown: that an older root is over the first leaves of the newer tree
/// (RFC 9162, section 2.1.4).
public struct ConsistencyProof: Sendable, Hashable {
    /// How many leaves the older tree has, at least one.
    public let oldSize: UInt64
    /// How many leaves the newer tree has, at least as many.
    public let newSize: UInt64
    /// The roots of the subtrees that both roots are made of, in RFC 9162's order.
    public let hashes: [Digest]

    /// Makes a proof from its parts, which are checked by ``verify(oldRoot:newRoot:)``.
    public init(oldSize: UInt64, newSize: UInt64, hashes: [Digest]) {
        self.oldSize = oldSize
        self.newSize = newSize
        self.hashes = hashes
    }

    /// Checks that the tree with the newer root begins with the leaves of the tree with the older root.
    ///
    /// Two trees of one size are consistent when their roots are equal, and the proof is empty.
    ///
    /// - Throws: what does not fit; `.rootMismatch` names the root that the proof does not lead to.
    /// - Complexity: O(log *n*).
    public func verify(oldRoot: Digest, newRoot: Digest) throws(MerkleProofError) {
        let subtrees = try Self.subtrees(from: oldSize, to: newSize)
        guard hashes.count == subtrees.count else {
            throw .wrongLength(expected: subtrees.count, actual: hashes.count)
        }
        try hashes.requireSHA256()
        var rest = Array(zip(hashes, subtrees))[...]
        // The older tree is complete where it is a power of two: its root stands for itself.
        var old: Digest
        if oldSize.nonzeroBitCount == 1 {
            old = oldRoot
        } else if let first = rest.popFirst() {
            old = first.0
        } else {
            old = oldRoot
        }
        var new = old
        for (hash, subtree) in rest {
            if subtree.lowerBound < oldSize {
                old = MerkleHash.node(hash, old)
                new = MerkleHash.node(hash, new)
            } else {
                new = MerkleHash.node(new, hash)
            }
        }
        guard old.matches(oldRoot) else { throw .rootMismatch(expected: oldRoot, actual: old) }
        guard new.matches(newRoot) else { throw .rootMismatch(expected: newRoot, actual: new) }
    }

    /// The leaves under each hash of the proof, in the proof's order: what whoever makes a proof has to hash.
    /// No two overlap.
    ///
    /// - Throws: `.impossibleSizes` when the older tree has no leaf, or more than the newer.
    /// - Complexity: O(log *n*).
    public static func subtrees(from oldSize: UInt64, to newSize: UInt64) throws(MerkleProofError) -> [Range<UInt64>] {
        guard oldSize > 0, oldSize <= newSize else { throw .impossibleSizes(old: oldSize, new: newSize) }
        var subtrees: [Range<UInt64>] = []
        var tree = 0..<newSize
        // Down to the subtree that ends where the older tree does.
        while tree.upperBound != oldSize {
            let middle = tree.lowerBound + tree.count64.leftSubtreeSize
            if oldSize <= middle {
                subtrees.append(middle..<tree.upperBound)
                tree = tree.lowerBound..<middle
            } else {
                subtrees.append(tree.lowerBound..<middle)
                tree = middle..<tree.upperBound
            }
        }
        // The older tree's own root is known to whoever checks.
        if tree.lowerBound > 0 { subtrees.append(tree) }
        return subtrees.reversed()
    }
}
