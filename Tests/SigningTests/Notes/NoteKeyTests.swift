import Canonical
import Signing
import Testing

@Suite struct NoteKeyTests {
    @Test(arguments: ["example.com/log", "PeterNeumann", "日本.example", "a", "-", "é", "a=b/c:d"])
    func aNameWithoutSpacesAndPlusRoundTrips(_ name: String) throws {
        let verifier = try NoteSigner(name: name, key: .numbered(1)).verifier
        #expect(try NoteVerifier(parsing: verifier.encoded) == verifier)
        let hashed = Array(name.utf8) + [0x0a, 0x01] + verifier.key.bytes
        let digest = Digest(hashing: hashed, algorithm: .sha256).bytes
        #expect(verifier.encoded.utf8.starts(with: "\(name)+\(Hex.encode(Array(digest.prefix(4))))+A".utf8))
        let note = try SignedNote(text: "text\n", signedBy: [NoteSigner(name: name, key: .numbered(1))])
        #expect(try SignedNote(parsing: note.bytes).verified(by: [verifier]).signers == [verifier])
    }

    @Test(arguments: [
        "", " ", "a b", "a+b", "+", "a\n", "a\tb", "a\u{0}b", "a\u{1f}", "a\u{85}b", "a\u{a0}b", "a\u{2003}b",
        "a\u{2028}b",
        "a\u{3000}b", "a\r\nb",
    ])
    func aNameWithSpacesPlusOrControlsIsRefused(_ name: String) throws {
        let key = try SigningKey.numbered(1)
        #expect(throws: NoteKeyError.name) { try NoteSigner(name: name, key: key) }
        #expect(throws: NoteKeyError.name) { try NoteVerifier(name: name, key: key.publicKey) }
    }

    static let good = NoteVectorTests.Go.verifierKey

    @Test(
        arguments: [
            ("", .form), ("PeterNeumann", .form), ("PeterNeumann+c74f20a3", .form),
            (String(good.dropFirst(12)), .name), ("Peter Neumann" + good.dropFirst(12), .name),
            (good.replacing("c74f20a3", with: "C74F20A3"), .keyID),
            (good.replacing("c74f20a3", with: "c74f20a"), .keyID),
            (good.replacing("c74f20a3", with: "c74f20a3a3"), .keyID), (good.replacing("c74f20a3", with: ""), .keyID),
            (good.replacing("c74f20a3", with: "c74f20a4"), .keyIDMismatch(expected: 0xc74f_20a3)),
            (good.replacing("c74f20a3+", with: "c74f20a3++"), .base64), (good + "=", .base64), (good + "\n", .base64),
            (String(good.dropLast()), .base64),
            (String(good.dropLast(44)), .signatureType(nil)),
            (good.replacing("+ARpc", with: "+AhpcQ"), .base64),
            (good.replacing("+ARpc", with: "+Ahpc"), .signatureType(2)),
            (String(good.dropLast(4)), .key(.publicKeyLength(29))),
            ("x+00000000+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", .key(.smallOrderPublicKey)),
        ] as [(String, NoteKeyError)]
    )
    func aMalformedVerifierKeyIsRefused(_ text: String, _ expected: NoteKeyError) {
        #expect(throws: expected) { try NoteVerifier(parsing: text) }
    }

    static let goodSigner = NoteVectorTests.Go.signerKey

    @Test(
        arguments: [
            ("", .form), (good, .form), (goodSigner.replacing("PRIVATE", with: "private"), .form),
            ("PRIVATE+KEY+PeterNeumann", .form), (goodSigner.replacing("PeterNeumann", with: ""), .name),
            (goodSigner.replacing("c74f20a3", with: "c74f20a4"), .keyIDMismatch(expected: 0xc74f_20a3)),
            (goodSigner.replacing("c74f20a3", with: "xxxxxxxx"), .keyID), (goodSigner + "=", .base64),
            (goodSigner.replacing("AYEK", with: "AoEK"), .signatureType(2)),
            (String(goodSigner.dropLast(4)), .key(.seedLength(29))), (goodSigner + "AAAA", .key(.seedLength(35))),
        ] as [(String, NoteKeyError)]
    )
    func aMalformedSignerKeyIsRefused(_ text: String, _ expected: NoteKeyError) {
        #expect(throws: expected) { try NoteSigner(parsing: text) }
    }

    @Test func namesAreComparedByTheirBytes() throws {
        // Both spellings of é are equal to Swift's ==.
        let key = try SigningKey.numbered(1)
        let composed = try NoteSigner(name: "caf\u{e9}", key: key)
        let decomposed = try NoteSigner(name: "cafe\u{301}", key: key)
        #expect(composed.verifier != decomposed.verifier)
        let note = try SignedNote(text: "text\n", signedBy: [composed])
        #expect(throws: NoteError(.noKnownSignature)) { try note.verified(by: [decomposed.verifier]) }
    }
}
