import Canonical
import Signing
import Testing

/// The definitions of RFC 6962, section 2.1, written down as they stand there: slow, and obviously right.
enum ReferenceTree {
    static func root(_ leaves: ArraySlice<Digest>) -> Digest {
        if leaves.isEmpty { return Digest(hashing: []) }
        if leaves.count == 1 { return leaves[leaves.startIndex] }
        let k = split(leaves.count)
        let left = root(leaves.prefix(k)).bytes
        let right = root(leaves.dropFirst(k)).bytes
        return Digest(hashing: [1] + left + right)
    }

    static func path(_ m: Int, _ leaves: ArraySlice<Digest>) -> [Digest] {
        if leaves.count == 1 { return [] }
        let k = split(leaves.count)
        return m < k
            ? path(m, leaves.prefix(k)) + [root(leaves.dropFirst(k))]
            : path(m - k, leaves.dropFirst(k)) + [root(leaves.prefix(k))]
    }

    static func proof(_ m: Int, _ leaves: ArraySlice<Digest>, isKnown: Bool = true) -> [Digest] {
        if m == leaves.count { return isKnown ? [] : [root(leaves)] }
        let k = split(leaves.count)
        return m <= k
            ? proof(m, leaves.prefix(k), isKnown: isKnown) + [root(leaves.dropFirst(k))]
            : proof(m - k, leaves.dropFirst(k), isKnown: false) + [root(leaves.prefix(k))]
    }

    private static func split(_ count: Int) -> Int {
        var k = 1
        while k * 2 < count { k *= 2 }
        return k
    }
}

@Suite("Merkle proofs of RFC 9162")
struct MerkleTreeTests {
    static let leaves = (0..<70).map { MerkleHash.leaf([UInt8($0)]) }

    @Test func inclusionProofsAreThoseOfTheDefinition() throws {
        for size in 1...40 {
            let leaves = Self.leaves.prefix(size)
            let root = ReferenceTree.root(leaves)
            for index in 0..<size {
                var hasher = SubtreeHasher(try InclusionProof.subtrees(besides: UInt64(index), in: UInt64(size)))
                for leaf in leaves { hasher.append(leaf) }
                #expect(hasher.roots == ReferenceTree.path(index, leaves))
                let proof = InclusionProof(leafIndex: UInt64(index), treeSize: UInt64(size), hashes: hasher.roots)
                try proof.verify(leaf: leaves[index], root: root)
            }
        }
    }

    @Test func consistencyProofsAreThoseOfTheDefinition() throws {
        for new in 1...40 {
            let leaves = Self.leaves.prefix(new)
            for old in 1...new {
                var hasher = SubtreeHasher(try ConsistencyProof.subtrees(from: UInt64(old), to: UInt64(new)))
                for leaf in leaves { hasher.append(leaf) }
                #expect(hasher.roots == ReferenceTree.proof(old, leaves))
                let proof = ConsistencyProof(oldSize: UInt64(old), newSize: UInt64(new), hashes: hasher.roots)
                try proof.verify(
                    oldRoot: ReferenceTree.root(leaves.prefix(old)),
                    newRoot: ReferenceTree.root(leaves)
                )
            }
        }
    }
}
