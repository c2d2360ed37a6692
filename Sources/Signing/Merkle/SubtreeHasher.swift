public import Canonical

/// Hashes chosen subtrees in one pass over the leaves: how proofs are made without keeping the tree.
///
///     var hasher = SubtreeHasher(try InclusionProof.subtrees(besides: 7, in: size))
///     for record in records { hasher.append(MerkleHash.leaf(record)) }
///     let proof = InclusionProof(leafIndex: 7, treeSize: size, hashes: hasher.roots)
public struct SubtreeHasher: Sendable {
    private let subtrees: [Range<UInt64>]
    /// The subtrees by where they begin, as places in `subtrees`.
    private let order: [Int]
    private var next = 0
    private var accumulator = MerkleAccumulator()
    private var found: [Digest?]
    /// How many leaves were seen.
    public private(set) var position: UInt64 = 0

    /// - Precondition: no two subtrees overlap, and none is empty.
    public init(_ subtrees: [Range<UInt64>]) {
        self.subtrees = subtrees
        order = subtrees.indices.sorted { subtrees[$0].lowerBound < subtrees[$1].lowerBound }
        found = Array(repeating: nil, count: subtrees.count)
        for (earlier, later) in zip(order, order.dropFirst()) {
            precondition(subtrees[earlier].upperBound <= subtrees[later].lowerBound, "subtrees overlap")
        }
        precondition(subtrees.allSatisfy { !$0.isEmpty }, "a subtree has no leaves")
    }

    /// Takes the next leaf.
    ///
    /// - Complexity: O(1) amortised.
    public mutating func append(_ leaf: Digest) {
        defer { position += 1 }
        guard next < order.count, subtrees[order[next]].lowerBound <= position else { return }
        accumulator.add(leafHash: leaf)
        if subtrees[order[next]].upperBound == position + 1 {
            found[order[next]] = accumulator.root
            accumulator = MerkleAccumulator()
            next += 1
        }
    }

    /// The subtrees' roots, in the order they were given.
    ///
    /// - Precondition: all of their leaves were appended.
    public var roots: [Digest] {
        found.map { root in
            guard let root else { preconditionFailure("the leaves of a subtree were not all appended") }
            return root
        }
    }
}
