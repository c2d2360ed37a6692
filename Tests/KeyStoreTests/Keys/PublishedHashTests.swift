import Canonical
import KeyStore
import Testing

/// The hash and the derivation, called as the store calls them, against what others published.
@Suite("BLAKE2b and Argon2id as published")
struct PublishedHashTests {
    /// RFC 7693, appendix A: "abc" without a key.
    @Test func hashesAsTheRFC() {
        let digest = SodiumVectors.blake2b(Array("abc".utf8), key: [], count: 64)
        #expect(
            Hex.encode(digest)
                == "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"
        )
    }

    /// The known answers of BLAKE2b's authors: the key 00 01 … 3f, and messages of the first numbers.
    @Test(arguments: [
        (
            0,
            "10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786"
                + "b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568"
        ),
        (
            1,
            "961f6dd1e4dd30f63901690c512e78e4b45e4742ed197c3c5e45c549fd25f2e4"
                + "187b0bc9fe30492b16b0d0bc4ef9b0f34c7003fac09a5ef1532e69430234cebd"
        ),
        (
            255,
            "142709d62e28fcccd0af97fad0f8465b971e82201dc51070faa0372aa43e9248"
                + "4be1c1e73ba10906d5d1853db6a4106e0a7bf9800d373d6dee2d46d62ef2a461"
        ),
    ])
    func hashesUnderAKeyAsItsAuthors(count: Int, expected: String) {
        let message = (0..<count).map { UInt8($0) }
        let key = (0..<64).map { UInt8($0) }
        #expect(Hex.encode(SodiumVectors.blake2b(message, key: key, count: 64)) == expected)
    }

    /// Vectors that libsodium publishes for Argon2id 1.3 with one lane. The one of RFC 9106 has four lanes, a secret
    /// and associated data, none of which this library's function takes.
    @Test func derivesAsPublished() throws {
        let passphrase = "b540beb016a5366524d4605156493f9874514a5aa58818cd0c6dfffaa9e90205f17b"
        let salt = "44071f6d181561670bda728d43fb79b4"
        let expected =
            "7fb72409b0987f8190c3729710e98c3f80c5a8727d425fdcde7f3644d467fe973f5b5fee683bd3fce812cb9ae5e9921a2d06c2f1"
            + "905e4e839692f2b934b682f11a2fe2b90482ea5dd234863516dba6f52dc0702d324ec77d860c2e181f84472bd7104fedce071f"
            + "fa93c5309494ad51623d214447a7b2b1462dc7d5d55a1f6fd5b54ce024118d86f0c6489d16545aaa87b6689dad9f2fb47fda98"
            + "94f8e12b87d978b483ccd4cc5fd9595cdc7a818452f915ce2f7df95ec12b1c72e3788d473441d884f9748eb14703c21b45d82f"
            + "d667b85f5b2d98c13303b3fe76285531a826b6fc0fe8e3dddecf"
        let derived = SodiumVectors.argon2id(
            try #require(Hex.decode(passphrase)),
            salt: try #require(Hex.decode(salt)),
            passes: 1,
            memoryBytes: 1_631_659,
            count: 231
        )
        #expect(derived.map { Hex.encode($0) } == expected)
    }

    @Test func derivesAsPublishedWithSeveralPasses() throws {
        let passphrase =
            "4a857e2ee8aa9b6056f2424e84d24a72473378906ee04a46cb05311502d5250b82ad86b83c8f20a23dbb74f6da60b0b6ecffd671"
            + "34d45946ac8ebfb3064294bc097d43ced68642bfb8bbbdd0f50b30118f5e"
        let expected =
            "08d8cd330c57e1b4643241d05bb468ba4ee4e932cd0858816be9ef15360b27bbd06a87130ee92222be267a29b81f5ae8fe861332"
            + "4cfc4832dc49387fd0602f1c57b4d0f3855db94fb7e12eb05f9a484aed4a4307abf586cd3d55c809bc081541e00b682772fb20"
            + "66504ff935b8ebc551a2083882f874bc0fae68e56848ae34c91097c3bf0cca8e75c0797eef3efde3f75e005815018db3cf7c10"
            + "9a812264c4de69dcb22322dbbcfa447f5b00ecd1b04a7be1569c8e556adb7bba48adf81d"
        let derived = SodiumVectors.argon2id(
            try #require(Hex.decode(passphrase)),
            salt: try #require(Hex.decode("39d82eef32010b8b79cc5ba88ed539fb")),
            passes: 3,
            memoryBytes: 1_432_947,
            count: 190
        )
        #expect(derived.map { Hex.encode($0) } == expected)
    }

    @Test func aCostThatTheLibraryDoesNotTakeDerivesNothing() {
        let salt = [UInt8](repeating: 1, count: 16)
        #expect(SodiumVectors.argon2id([1], salt: salt, passes: 0, memoryBytes: 1 << 16, count: 32) == nil)
        #expect(SodiumVectors.argon2id([1], salt: salt, passes: 1, memoryBytes: 4096, count: 32) == nil)
    }
}
