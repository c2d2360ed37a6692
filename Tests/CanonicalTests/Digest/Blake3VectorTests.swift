import Canonical
import TestSupport
import Testing

/// BLAKE3 against the official vectors: input bytes 0…250 repeated, 131 bytes of output, all three modes.
@Suite struct Blake3VectorTests {
    private static let key = Array("whats the Elvish word for friend".utf8)
    private static let context = "BLAKE3 2019-12-27 16:29:52 test vectors context"

    @Test(.needsPublishedVectors)
    func everyOfficialVector() throws {
        let file = try JSONValue(parsing: PublishedVectors.bytes("blake3/test_vectors.json"))
        #expect(file["key"] == .string(String(decoding: Self.key, as: UTF8.self)))
        #expect(file["context_string"] == .string(Self.context))
        let cases = try #require(file["cases"]?.array)
        #expect(cases.count == 35)
        for vector in cases {
            let input = patternedBytes(Int(try #require(vector["input_len"]?.number?.unsignedValue)))
            for (mode, hasher) in Self.hashers {
                let expected = try #require(Hex.decode(vector[mode]?.string ?? ""))
                try check(hasher, input, expected)
            }
            #expect(
                Digest(hashing: input, algorithm: .blake3).bytes
                    == Array(try #require(Hex.decode(vector["hash"]?.string ?? "")).prefix(32))
            )
        }
    }

    private static let hashers = [
        ("hash", Blake3()), ("keyed_hash", Blake3(key: key)), ("derive_key", Blake3(derivingKeyFor: context)),
    ]

    private func check(_ start: Blake3, _ input: [UInt8], _ expected: [UInt8]) throws {
        var whole = start
        whole.update(input)
        #expect(whole.finalize(count: 131) == expected)
        #expect(whole.finalize(count: 32) == Array(expected.prefix(32)))
        // In pieces of awkward lengths, with output asked for in between.
        for piece in [1, 63, 64, 65, 1023, 1024, 1025] where input.count <= 5000 || piece > 60 {
            var split = start
            for place in stride(from: 0, to: input.count, by: piece) {
                split.update(Array(input[place..<min(place + piece, input.count)]))
                if piece > 60 { _ = split.finalize(count: 1) }
            }
            #expect(split.finalize(count: 131) == expected)
        }
        // The output is a stream that can be entered anywhere.
        for offset in [0, 1, 31, 32, 63, 64, 65, 127, 128, 130] {
            #expect(whole.finalize(count: 131 - offset, from: UInt64(offset)) == Array(expected[offset...]))
        }
    }

    /// A few of the official vectors, so that something is checked without the file.
    @Test(arguments: [
        (0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"),
        (1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"),
        (1023, "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11"),
        (1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"),
        (1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"),
        (2048, "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a"),
    ])
    func publishedHashes(_ count: Int, _ hex: String) {
        #expect(Digest(hashing: patternedBytes(count), algorithm: .blake3).description == "blake3:\(hex)")
    }

    @Test func publishedKeyedHashAndDerivedKey() {
        var keyed = Blake3(key: Self.key)
        keyed.update([])
        #expect(
            Hex.encode(keyed.finalize(count: 32)) == "92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26"
        )
        let derived = Blake3(derivingKeyFor: Self.context)
        #expect(
            Hex.encode(derived.finalize(count: 32))
                == "2cc39783c223154fea8dfb7c1b1660f2ac2dcbd1c1de8277b0b0dd39b7e50d7d"
        )
    }

    @Test func theOutputStreamDoesNotDependOnHowItIsRead() {
        var hasher = Blake3()
        hasher.update(patternedBytes(3000))
        let whole = hasher.finalize(count: 1000)
        var generator = SplitMix64(seed: 3)
        for _ in 0..<200 {
            let offset = Int.random(in: 0..<1000, using: &generator)
            let count = Int.random(in: 0...(1000 - offset), using: &generator)
            #expect(hasher.finalize(count: count, from: UInt64(offset)) == Array(whole[offset..<(offset + count)]))
        }
        // Far out, where the counter needs more than 32 bits.
        let far = UInt64(1) << 40
        #expect(hasher.finalize(count: 200, from: far - 100)[100...] == hasher.finalize(count: 100, from: far)[...])
        for power in [38, 39, 40, 60] as [UInt64] {
            #expect(hasher.finalize(count: 64, from: 1 << power) != hasher.finalize(count: 64))
        }
    }

    @Test func aKeyHas32Bytes() async {
        await #expect(processExitsWith: .failure) { _ = Blake3(key: [1, 2, 3]) }
    }
}
