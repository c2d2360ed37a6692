import Canonical
import TestSupport
import Testing

@Suite("Merkle trees")
struct MerkleAccumulatorTests {
    /// Leaves and roots that implementations of certificate transparency test themselves with.
    private static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    private static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test func rootsAreThePublishedOnes() throws {
        var tree = MerkleAccumulator()
        #expect(tree.root.hex == Self.roots[0])
        for (count, leaf) in Self.leaves.enumerated() {
            tree.add(try #require(Hex.decode(leaf)))
            #expect(tree.leafCount == UInt64(count + 1))
            #expect(tree.root.hex == Self.roots[count + 1])
        }
    }

    /// The definition of RFC 6962, section 2.1, word for word.
    private static func root(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
        if leaves.isEmpty { return Digest(hashing: []).bytes }
        if leaves.count == 1 { return Digest(hashing: [0] + leaves[leaves.startIndex]).bytes }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        let middle = leaves.startIndex + split
        return Digest(hashing: [1] + root(leaves[..<middle]) + root(leaves[middle...])).bytes
    }

    @Test func rootsAreThoseOfTheDefinition() {
        var random = SplitMix64(seed: 6962)
        let leaves = (0..<130).map { _ in random.bytes(Int.random(in: 0..<70, using: &random)) }
        var tree = MerkleAccumulator()
        for (count, leaf) in leaves.enumerated() {
            tree.add(leaf)
            #expect(tree.root.bytes == Self.root(leaves[...count]))
        }
    }

    @Test func aLeafMayComeInPieces() {
        var whole = MerkleAccumulator()
        var pieces = MerkleAccumulator()
        for count in 0..<20 {
            let leaf = [UInt8](repeating: UInt8(count), count: count * 7)
            whole.add(leaf)
            var hasher = MerkleHash.leafHasher()
            for byte in leaf { hasher.update([byte]) }
            pieces.add(leafHash: hasher.finalize())
        }
        #expect(whole.root == pieces.root)
    }

    @Test func aCopyGoesItsOwnWay() {
        var tree = MerkleAccumulator()
        for number in 0..<5 as Range<UInt8> { tree.add([number]) }
        var copy = tree
        copy.add([9])
        #expect(copy.leafCount == 6 && tree.leafCount == 5)
        #expect(copy.root != tree.root)
    }
}
