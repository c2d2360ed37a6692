import Canonical
import Signing
import Testing

/// Notes that other implementations published.
@Suite struct NoteVectorTests {
    /// The documentation of golang.org/x/mod/sumdb/note.
    enum Go {
        static let verifierKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        static let signerKey = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
        static let text = """
            If you think cryptography is the answer to your problem,
            then you don't know what your problem is.

            """
        static let note = """
            If you think cryptography is the answer to your problem,
            then you don't know what your problem is.

            — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

            """
    }

    /// The C2SP signed-note specification, section on verifier keys.
    enum Specification {
        static let verifierKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
        static let note = """
            This is an example message.

            — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=

            """
    }

    @Test func signsAsGoDoes() throws {
        let signer = try NoteSigner(parsing: Go.signerKey)
        #expect(signer.verifier.encoded == Go.verifierKey)
        let note = try SignedNote(text: Go.text, signedBy: [signer])
        #expect(String(decoding: note.bytes, as: UTF8.self) == Go.note)
    }

    @Test(arguments: [(Go.note, Go.verifierKey), (Specification.note, Specification.verifierKey)])
    func verifiesWhatOthersSigned(_ text: String, _ verifierKey: String) throws {
        let verifier = try NoteVerifier(parsing: verifierKey)
        #expect(verifier.encoded == verifierKey)
        let note = try SignedNote(parsing: Array(text.utf8))
        #expect(note.bytes == Array(text.utf8))
        let verified = try note.verified(by: [verifier])
        #expect(verified.signers == [verifier])
        #expect(verified.unknownSignatures.isEmpty)
        #expect(text.hasPrefix(verified.text))
    }

    @Test(arguments: [(Go.note, Go.verifierKey), (Specification.note, Specification.verifierKey)])
    func everyFlippedBitIsNoticed(_ text: String, _ verifierKey: String) throws {
        let verifier = try NoteVerifier(parsing: verifierKey)
        let original = Array(text.utf8)
        for bit in 0..<original.count * 8 {
            var altered = original
            altered[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: NoteError.self, "bit \(bit)") {
                try SignedNote(parsing: altered).verified(by: [verifier])
            }
        }
        for length in 0..<original.count {
            #expect(throws: NoteError.self, "\(length) bytes") {
                try SignedNote(parsing: Array(original.prefix(length))).verified(by: [verifier])
            }
        }
    }

    /// The example checkpoint of the C2SP tlog-checkpoint specification.
    @Test func readsThePublishedCheckpoint() throws {
        let text = """
            example.com/behind-the-sofa
            20852163
            CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

            — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=

            """
        let note = try SignedNote(parsing: Array(text.utf8))
        #expect(note.bytes == Array(text.utf8))
        #expect(note.signatures.map(\.name) == ["example.com/behind-the-sofa"])
        #expect(note.signatures.map(\.keyID) == [0x033d_e0ae])
        #expect(note.signatures.map(\.bytes.count) == [64])
        let body = try CheckpointBody(parsing: note.text)
        #expect(body.origin == "example.com/behind-the-sofa")
        #expect(body.size == 20_852_163)
        #expect(Hex.encode(body.rootHash) == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62")
        #expect(body.extensionLines.isEmpty)
        #expect(body.text == note.text)
    }
}
