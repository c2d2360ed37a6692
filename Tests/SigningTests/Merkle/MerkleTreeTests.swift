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

@Suite("Merkle trees of RFC 6962")
struct MerkleTreeTests {
    static let leaves = (0..<70).map { MerkleHash.leaf([UInt8($0)]) }

    /// Leaves and roots that implementations of certificate logs check themselves with.
    @Test func publishedRoots() {
        let data: [[UInt8]] = [
            [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
            [0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            Array(0x60...0x6f),
        ]
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ]
        var tree = MerkleAccumulator()
        #expect(tree.root.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        for (bytes, root) in zip(data, roots) {
            tree.append(MerkleHash.leaf(bytes))
            #expect(tree.root.hex == root)
        }
        #expect(tree.size == 8)
    }

    @Test func theAccumulatorAgreesWithTheDefinition() {
        var tree = MerkleAccumulator()
        for count in 0...Self.leaves.count {
            #expect(tree.root == ReferenceTree.root(Self.leaves.prefix(count)))
            if count < Self.leaves.count { tree.append(Self.leaves[count]) }
        }
    }

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
