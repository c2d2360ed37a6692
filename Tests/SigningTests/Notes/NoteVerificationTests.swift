import Canonical
import Signing
import Testing

@Suite struct NoteVerificationTests {
    let log: NoteSigner
    let witness: NoteSigner
    let note: SignedNote

    init() throws {
        log = try SignedNoteTests.signer(1)
        witness = try SignedNoteTests.signer(2, "witness.example")
        note = try SignedNote(text: "a\nb\n", signedBy: [log, witness])
    }

    /// The note with its signature lines replaced.
    private func note(withLines lines: [String]) throws -> SignedNote {
        try SignedNote(parsing: Array(("a\nb\n\n" + lines.joined(separator: "\n") + "\n").utf8))
    }

    private var lines: [String] {
        String(decoding: note.bytes, as: UTF8.self).split(separator: "\n").suffix(2).map(String.init)
    }

    /// The line of a signer with one bit of its signature altered; the key ID stays.
    private func damaged(_ signer: NoteSigner) throws -> String {
        let own = try SignedNote(text: "a\nb\n", signedBy: [signer]).signatures[0]
        var blob = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: own.keyID >> UInt32($0)) } + own.bytes
        blob[20] ^= 1
        return "— \(own.name) " + Base64.encode(blob, .standard)
    }

    @Test func unknownKeysAreIgnored() throws {
        let verified = try note.verified(by: [witness.verifier])
        #expect(verified.text == "a\nb\n")
        #expect(verified.signers == [witness.verifier])
        #expect(verified.unknownSignatures == [note.signatures[0]])
        // Also a damaged signature, as long as nobody knows its key.
        #expect(
            try note(withLines: [damaged(log), lines[1]]).verified(by: [witness.verifier]).signers == [witness.verifier]
        )
    }

    @Test func aNoteThatNoKnownKeySignedIsRefused() throws {
        let stranger = try SignedNoteTests.signer(3, "stranger.example").verifier
        #expect(throws: NoteError(.noKnownSignature)) { try note.verified(by: [stranger]) }
        #expect(throws: NoteError(.noKnownSignature)) { try note.verified(by: []) }
    }

    @Test func aBadSignatureOfAKnownKeyRefusesTheNoteWhateverElseIsGood() throws {
        let bad = try note(withLines: [lines[0], damaged(witness)])
        let kind = NoteError.Kind.badSignature(name: "witness.example", keyID: witness.verifier.keyID)
        #expect(throws: NoteError(kind, line: 5)) { try bad.verified(by: [log.verifier, witness.verifier]) }
        #expect(try bad.verified(by: [log.verifier]).signers == [log.verifier])
    }

    @Test func aRepeatedSignatureCountsOnceAndMustBeGoodEachTime() throws {
        let repeated = try note(withLines: [lines[0], lines[0]])
        #expect(try repeated.verified(by: [log.verifier]).signers == [log.verifier])
        let bad = try note(withLines: [lines[0], damaged(log)])
        #expect(throws: NoteError.self) { try bad.verified(by: [log.verifier]) }
    }

    @Test func aKnownKeyWithASignatureOfAnotherLengthIsBad() throws {
        let id = note.signatures[0].keyID
        let blob = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: id >> UInt32($0)) } + [1]
        let short = try note(withLines: ["— example.com/log " + Base64.encode(blob, .standard), lines[1]])
        #expect(throws: NoteError(.badSignature(name: "example.com/log", keyID: id), line: 4)) {
            try short.verified(by: [log.verifier, witness.verifier])
        }
    }

    @Test func sharingOnlyTheNameOrOnlyTheKeyIDMakesNoKnownKey() throws {
        // The same name with another key: another ID.
        let impostor = try SignedNoteTests.signer(3)
        let named = try SignedNote(text: "a\nb\n", signedBy: [impostor, witness])
        let verified = try named.verified(by: [log.verifier, witness.verifier])
        #expect(verified.signers == [witness.verifier])
        #expect(verified.unknownSignatures.count == 1)
        // The same ID with another name: the log's line under a false name.
        let renamed = try note(withLines: [lines[0].replacing("example.com/log", with: "example.com/other"), lines[1]])
        #expect(try renamed.verified(by: [log.verifier, witness.verifier]).signers == [witness.verifier])
    }

    @Test func theSameVerifierTwiceIsNotAmbiguous() throws {
        #expect(try note.verified(by: [log.verifier, log.verifier]).signers == [log.verifier])
    }

    /// Two keys whose IDs are the same under one name, found by trying 113 755 of them.
    @Test func twoKnownKeysUnderOneNameAndIDAreRefused() throws {
        let twins = try [76_301, 113_754].map { (number: UInt32) in
            let quarter = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
            return try NoteSigner(name: "twin.example", key: SigningKey(seed: (0..<8).flatMap { _ in quarter }))
        }
        #expect(twins.map(\.verifier.keyID) == [0xa6db_55f3, 0xa6db_55f3])
        let signed = try SignedNote(text: "text\n", signedBy: [twins[0]])
        let kind = NoteError.Kind.ambiguousVerifiers(name: "twin.example", keyID: 0xa6db_55f3)
        #expect(throws: NoteError(kind)) { try signed.verified(by: twins.map(\.verifier)) }
        #expect(try signed.verified(by: [twins[0].verifier]).signers == [twins[0].verifier])
        #expect(throws: NoteError.self) { try signed.verified(by: [twins[1].verifier]) }
    }

    @Test func aSignatureDoesNotFitAnotherText() throws {
        let other = try SignedNote(parsing: Array(("a\nc\n\n" + lines.joined(separator: "\n") + "\n").utf8))
        #expect(throws: NoteError.self) { try other.verified(by: [log.verifier]) }
    }

    @Test func everyErrorIsASentenceWithThePlace() {
        let error = NoteError(.badSignature(name: "example.com/log", keyID: 0x0000_00ff), line: 5)
        #expect(
            "\(error)" == "signed note, line 5: the signature of example.com/log+000000ff is bad; do not trust the text"
        )
        #expect("\(NoteError(.tooLarge))" == "signed note: it has more than 1048576 bytes")
    }
}
