import Canonical
import Testing

/// A writer that hashes hands its bytes on in pieces; where they are cut never changes the digest.
@Suite struct HashingWriterTests {
    /// Strings whose multi-byte characters and escapes fall on every position around the cuts.
    struct Strings: CanonicalEncodable {
        let offset: Int
        let unit: String
        let count: Int

        func encode(to writer: inout CanonicalWriter) {
            writer.beginArray()
            writer.value(String(repeating: "x", count: offset))
            for _ in 0..<count { writer.value(unit) }
            writer.beginObject()
            for place in 0..<20 { writer.member(unit + "\(99 - place)", String(repeating: unit, count: 150)) }
            writer.endObject()
            writer.endArray()
        }
    }

    @Test(arguments: ["é", "€", "😀", "\n", "\u{1}", "a\"b"])
    func aCharacterAtTheEdgeOfAPieceIsHashedWhole(_ unit: String) throws {
        for offset in 4070...4100 {
            let strings = Strings(offset: offset, unit: unit, count: 30)
            for form in [CanonicalForm.declared, .jcs] {
                let bytes = try strings.canonicalBytes(form)
                let expected = Digest(hashing: bytes)
                #expect(try strings.canonicalDigest(form) == expected)
            }
        }
    }

    @Test func everyPieceOfALongStreamCounts() throws {
        let strings = Strings(offset: 1, unit: "😀é", count: 20_000)
        for form in CanonicalForm.allCases {
            for algorithm in DigestAlgorithm.allCases {
                let expected = Digest(hashing: try strings.canonicalBytes(form), algorithm: algorithm)
                #expect(try strings.canonicalDigest(form, algorithm: algorithm) == expected)
            }
        }
    }

    @Test func oneValueLongerThanAPiece() throws {
        for count in [4094, 4095, 4096, 4097, 8192, 100_000] {
            let value = JSONValue.string(String(repeating: "é", count: count))
            #expect(try value.canonicalDigest(.declared) == Digest(hashing: value.canonicalBytes(.declared)))
            #expect(try value.canonicalDigest(.jcs) == Digest(hashing: value.canonicalBytes(.jcs)))
        }
    }
}
