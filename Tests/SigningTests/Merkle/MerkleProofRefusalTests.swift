import Canonical
import Signing
import Testing

@Suite("Merkle proofs that prove nothing")
struct MerkleProofRefusalTests {
    private let leaves = MerkleTreeTests.leaves.prefix(13)
    private var root: Digest { ReferenceTree.root(leaves) }

    private func inclusion(_ index: Int) -> InclusionProof {
        InclusionProof(leafIndex: UInt64(index), treeSize: 13, hashes: ReferenceTree.path(index, leaves))
    }

    @Test func anotherLeafIsNotIncluded() {
        for index in 0..<13 {
            for other in 0..<13 where other != index {
                #expect(throws: MerkleProofError.self) {
                    try inclusion(index).verify(leaf: leaves[other], root: root)
                }
            }
        }
    }

    @Test func aProofOfOnePlaceIsNoneOfAnother() {
        for index in 0..<13 {
            for claimed in 0..<13 where claimed != index {
                let proof = InclusionProof(
                    leafIndex: UInt64(claimed),
                    treeSize: 13,
                    hashes: ReferenceTree.path(index, leaves)
                )
                #expect(throws: MerkleProofError.self) { try proof.verify(leaf: leaves[index], root: root) }
            }
        }
    }

    /// What a verifier that skips the leaf's prefix would accept.
    @Test func aNodeIsNoLeaf() throws {
        let four = MerkleTreeTests.leaves.prefix(4)
        let left = ReferenceTree.root(four.prefix(2))
        let right = ReferenceTree.root(four.dropFirst(2))
        let forged = MerkleHash.leaf(MerkleTreeTests.leaves[0].bytes + MerkleTreeTests.leaves[1].bytes)
        let proof = InclusionProof(leafIndex: 0, treeSize: 2, hashes: [right])
        #expect(forged != left)
        #expect(throws: MerkleProofError.self) { try proof.verify(leaf: forged, root: ReferenceTree.root(four)) }
    }

    @Test func everyChangedHashShows() {
        for index in 0..<13 {
            let good = inclusion(index)
            for place in good.hashes.indices {
                var hashes = good.hashes
                hashes[place] = MerkleHash.empty
                let bad = InclusionProof(leafIndex: good.leafIndex, treeSize: 13, hashes: hashes)
                #expect(throws: MerkleProofError.self) { try bad.verify(leaf: leaves[index], root: root) }
            }
        }
    }

    @Test func lengthsAreExact() {
        let good = inclusion(5)
        let short = InclusionProof(leafIndex: 5, treeSize: 13, hashes: Array(good.hashes.dropLast()))
        #expect(throws: MerkleProofError.wrongLength(expected: 4, actual: 3)) {
            try short.verify(leaf: leaves[5], root: root)
        }
        let long = InclusionProof(leafIndex: 5, treeSize: 13, hashes: good.hashes + [root])
        #expect(throws: MerkleProofError.wrongLength(expected: 4, actual: 5)) {
            try long.verify(leaf: leaves[5], root: root)
        }
    }

    @Test func placesAndSizesThatCannotBeAreRefused() {
        let proof = InclusionProof(leafIndex: 13, treeSize: 13, hashes: [])
        #expect(throws: MerkleProofError.leafOutsideTree(index: 13, size: 13)) {
            try proof.verify(leaf: leaves[0], root: root)
        }
        for (old, new) in [(0, 5), (6, 5), (0, 0)] as [(UInt64, UInt64)] {
            #expect(throws: MerkleProofError.impossibleSizes(old: old, new: new)) {
                try ConsistencyProof(oldSize: old, newSize: new, hashes: []).verify(oldRoot: root, newRoot: root)
            }
        }
        // The largest tree has proofs of 64 hashes, which are asked for without a crash.
        #expect(throws: MerkleProofError.wrongLength(expected: 64, actual: 0)) {
            try InclusionProof(leafIndex: 0, treeSize: .max, hashes: []).verify(leaf: root, root: root)
        }
    }

    @Test func aRewrittenTreeIsNotConsistent() {
        var changed = Array(leaves)
        changed[3] = MerkleHash.leaf([99])
        for old in 4..<13 {
            let proof = ConsistencyProof(
                oldSize: UInt64(old),
                newSize: 13,
                hashes: ReferenceTree.proof(old, changed[...])
            )
            #expect(throws: MerkleProofError.self) {
                try proof.verify(
                    oldRoot: ReferenceTree.root(leaves.prefix(old)),
                    newRoot: ReferenceTree.root(changed[...])
                )
            }
        }
        let same = ConsistencyProof(oldSize: 13, newSize: 13, hashes: [])
        #expect(throws: MerkleProofError.self) {
            try same.verify(oldRoot: root, newRoot: ReferenceTree.root(changed[...]))
        }
    }

    @Test func otherAlgorithmsAreRefused() {
        let blake = Digest(hashing: [1], algorithm: .blake3)
        let proof = InclusionProof(leafIndex: 0, treeSize: 2, hashes: [blake])
        #expect(throws: MerkleProofError.wrongAlgorithm(position: 0)) { try proof.verify(leaf: root, root: root) }
    }
}
