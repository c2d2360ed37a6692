import Canonical
import Testing

/// One digest has exactly one spelling.
@Suite struct DigestTextTests {
    static let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    @Test(arguments: DigestAlgorithm.allCases) func theTaggedFormComesBack(_ algorithm: DigestAlgorithm) throws {
        let digest = Digest(algorithm: algorithm, bytes: (0..<32).map { UInt8($0 * 7) })
        #expect(digest.description == "\(algorithm.rawValue):\(digest.hex)")
        #expect(digest.description.utf8.count == algorithm.rawValue.utf8.count + 65)
        #expect(try Digest(parsing: digest.description) == digest)
    }

    @Test func upperCaseShortLongOrStrangeTextsAreRefused() {
        let digits = Self.empty
        let cases: [(String, DigestError)] = [
            ("", .missingAlgorithm), (digits, .missingAlgorithm),
            (":" + digits, .unknownAlgorithm("")), ("SHA256:" + digits, .unknownAlgorithm("SHA256")),
            ("Sha256:" + digits, .unknownAlgorithm("Sha256")), ("sha256 :" + digits, .unknownAlgorithm("sha256 ")),
            (" sha256:" + digits, .unknownAlgorithm(" sha256")), ("sha-256:" + digits, .unknownAlgorithm("sha-256")),
            ("sha512:" + digits, .unknownAlgorithm("sha512")), ("md5:" + digits, .unknownAlgorithm("md5")),
            ("sha256:", .wrongLength(digits: 0)), ("sha256:" + digits.dropLast(), .wrongLength(digits: 63)),
            ("sha256:" + digits + "0", .wrongLength(digits: 65)), ("sha256:" + digits + " ", .wrongLength(digits: 65)),
            ("sha256:" + digits + "\n", .wrongLength(digits: 65)), ("sha256::" + digits, .wrongLength(digits: 65)),
            ("blake3:" + digits + digits, .wrongLength(digits: 128)),
            ("sha256:" + digits.uppercased(), .notLowerHexadecimal(byteOffset: 7)),
            ("sha256:" + digits.dropLast() + "F", .notLowerHexadecimal(byteOffset: 70)),
            ("sha256:" + digits.dropLast() + "g", .notLowerHexadecimal(byteOffset: 70)),
            ("sha256: " + digits.dropLast(), .notLowerHexadecimal(byteOffset: 7)),
            ("blake3:" + digits.dropLast(2) + "é", .notLowerHexadecimal(byteOffset: 69)),
            ("sha256:0x" + digits.dropLast(2), .notLowerHexadecimal(byteOffset: 8)),
        ]
        for (text, expected) in cases {
            #expect(throws: expected, "\(text)") { try Digest(parsing: text) }
            #expect(!expected.description.isEmpty)
        }
    }

    @Test func everyOtherByteInPlaceOfADigitIsRefused() throws {
        for byte in UInt8(0)..<0x80 {
            var text = Array("sha256:\(Self.empty)".utf8)
            text[30] = byte
            let isDigit =
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            let digest = try? Digest(parsing: String(decoding: text, as: UTF8.self))
            #expect((digest != nil) == isDigit)
        }
    }

    @Test func matchingComparesEveryByteAndTheAlgorithm() {
        let digest = Digest(hashing: [])
        #expect(digest.hex == Self.empty)
        #expect(digest.matches(Digest(hashing: [])))
        #expect(!digest.matches(Digest(algorithm: .blake3, bytes: digest.bytes)))
        #expect(digest != Digest(algorithm: .blake3, bytes: digest.bytes))
        for place in 0..<32 {
            for bit in 0..<8 {
                var bytes = digest.bytes
                bytes[place] ^= 1 << bit
                let other = Digest(algorithm: .sha256, bytes: bytes)
                #expect(!digest.matches(other) && !other.matches(digest))
            }
        }
    }

    @Test func aDigestHas32Bytes() async {
        await #expect(processExitsWith: .failure) { _ = Digest(algorithm: .sha256, bytes: [1, 2, 3]) }
        await #expect(processExitsWith: .failure) {
            _ = Digest(algorithm: .blake3, bytes: [UInt8](repeating: 0, count: 33))
        }
    }
}
