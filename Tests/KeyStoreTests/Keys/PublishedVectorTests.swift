import Canonical
import KeyStore
import Testing

@Suite("XChaCha20-Poly1305 as published")
struct PublishedVectorTests {
    /// draft-irtf-cfrg-xchacha-03, appendix A.3.1.
    private static let plaintext = Array(
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
            .utf8
    )
    private static let associatedData = Hex.decode("50515253c0c1c2c3c4c5c6c7")!
    private static let key = (0x80...0x9f).map { UInt8($0) }
    private static let nonce = (0x40...0x57).map { UInt8($0) }
    private static let ciphertext = Hex.decode(
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39"
            + "ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
            + "21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49"
    )!

    private static func payloadKey(_ bytes: [UInt8] = key) throws -> PayloadKey {
        var bytes = bytes
        let key = try PayloadKey(wiping: &bytes)
        #expect(bytes.allSatisfy { $0 == 0 })
        return key
    }

    @Test func sealsAsTheDraft() throws {
        let sealed = try Self.payloadKey().seal(
            nonce: Self.nonce,
            associatedData: Self.associatedData,
            plaintext: Self.plaintext
        )
        #expect(Hex.encode(sealed) == Hex.encode(Self.ciphertext))
    }

    @Test func opensWhatTheDraftSealed() throws {
        let opened = try Self.payloadKey().open(
            nonce: Self.nonce,
            associatedData: Self.associatedData,
            ciphertext: Self.ciphertext
        )
        #expect(opened == Self.plaintext)
    }

    /// Whatever is wrong, the answer is the same.
    @Test func everyAlterationGivesTheSameError() throws {
        var failures: [String] = []
        func attempt(_ key: [UInt8], _ nonce: [UInt8], _ data: [UInt8], _ ciphertext: [UInt8]) throws {
            let payloadKey = try Self.payloadKey(key)
            do throws(KeyStoreError) {
                _ = try payloadKey.open(nonce: nonce, associatedData: data, ciphertext: ciphertext)
                Issue.record("an altered box was opened")
            } catch {
                #expect(error == .authenticationFailed)
                failures.append("\(error)")
            }
        }
        func flips(_ bytes: [UInt8]) -> [[UInt8]] {
            bytes.indices.map { index in
                var copy = bytes
                copy[index] ^= 1 << UInt8(index % 8)
                return copy
            }
        }
        for key in flips(Self.key) { try attempt(key, Self.nonce, Self.associatedData, Self.ciphertext) }
        for nonce in flips(Self.nonce) { try attempt(Self.key, nonce, Self.associatedData, Self.ciphertext) }
        for data in flips(Self.associatedData) + [[], Self.associatedData + [0]] {
            try attempt(Self.key, Self.nonce, data, Self.ciphertext)
        }
        for ciphertext in flips(Self.ciphertext) + [Self.ciphertext + [0]] {
            try attempt(Self.key, Self.nonce, Self.associatedData, ciphertext)
        }
        for count in 0..<Self.ciphertext.count {
            try attempt(Self.key, Self.nonce, Self.associatedData, Array(Self.ciphertext[..<count]))
        }
        for nonce in [[], Array(Self.nonce.dropLast()), Self.nonce + [0]] {
            try attempt(Self.key, nonce, Self.associatedData, Self.ciphertext)
        }
        #expect(Set(failures).count == 1)
    }

    @Test func aNonceOfAnotherLengthSealsNothing() throws {
        let key = try Self.payloadKey()
        #expect(throws: KeyStoreError.nonceLength(12)) {
            try key.seal(nonce: Array(Self.nonce[..<12]), associatedData: [], plaintext: [])
        }
        #expect(throws: KeyStoreError.keyLength(16)) {
            var bytes = [UInt8](repeating: 7, count: 16)
            _ = try PayloadKey(wiping: &bytes)
        }
    }

    @Test func nothingShowsTheKey() throws {
        let key = try Self.payloadKey()
        for text in ["\(key)", String(reflecting: key), "\(Mirror(reflecting: key).children.map { "\($0)" })"] {
            #expect(!text.contains("128") && !text.contains("80") && !text.contains("slab"), "\(text)")
        }
    }
}
