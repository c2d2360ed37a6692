import Canonical
import Signing
import TestSupport
import Testing

@Suite struct SignedNoteTests {
    static func signer(_ number: UInt8, _ name: String = "example.com/log") throws -> NoteSigner {
        try NoteSigner(name: name, key: .numbered(number))
    }

    /// A signature line of an unknown key of another type.
    static func strangeLine(_ name: String) -> String {
        "— \(name) " + Base64.encode([9, 9, 9, 9, 1], .standard) + "\n"
    }

    @Test(arguments: [
        "text\n", "\n", "\n\n", "two\n\nparagraphs\n", "ends blank\n\n", "\nstarts blank\n", "— not a signature\n",
        "fake\n\n— example.com/log AAAAAAAA\n", "é 日本 \u{7f}\u{85}\u{feff}\n", "cafe\u{301}\n",
    ])
    func everyTextRoundTrips(_ text: String) throws {
        let signer = try Self.signer(1)
        let note = try SignedNote(text: text, signedBy: [signer])
        #expect(note.bytes.starts(with: Array(text.utf8) + [0x0a] + Array("— example.com/log ".utf8)))
        let parsed = try SignedNote(parsing: note.bytes)
        #expect(parsed == note)
        #expect(Array(try parsed.verified(by: [signer.verifier]).text.utf8) == Array(text.utf8))
    }

    @Test(
        arguments: [
            ("", .missingFinalNewline, 1), ("text", .missingFinalNewline, 1), ("a\nb", .missingFinalNewline, 2),
            ("a\n\u{0}\n", .controlCharacter, 2), ("a\r\n", .controlCharacter, 1), ("a\n\n\tb\n", .controlCharacter, 3),
            ("a\u{1b}\n", .controlCharacter, 1),
        ] as [(String, NoteError.Kind, Int)]
    )
    func aTextThatIsNoneCannotBeSigned(_ text: String, _ kind: NoteError.Kind, _ line: Int) throws {
        let signer = try Self.signer(1)
        #expect(throws: NoteError(kind, line: line)) { try SignedNote(text: text, signedBy: [signer]) }
    }

    @Test(
        arguments: [
            ("", .missingFinalNewline, 1), ("text\n", .noSignatures, nil), ("\n", .noSignatures, nil),
            ("text\n\n", .noSignatures, 3), ("text\n— a AAAAAAE=\n", .noSignatures, nil),
            ("text\n\n— a AAAAAAE=\n\n", .noSignatures, 5), ("text\n\n— a AAAAAAE=", .missingFinalNewline, 3),
            ("text\n\nb\n", .malformedSignature, 3), ("text\n\n- a AAAAAAE=\n", .malformedSignature, 3),
            ("text\n\n—a AAAAAAE=\n", .malformedSignature, 3), ("text\n\n—  a AAAAAAE=\n", .malformedSignature, 3),
            ("text\n\n— a  AAAAAAE=\n", .malformedSignature, 3), ("text\n\n— a\n", .malformedSignature, 3),
            ("text\n\n— a \n", .malformedSignature, 3), ("text\n\n— a+b AAAAAAE=\n", .malformedSignature, 3),
            ("text\n\n— a\u{a0}b AAAAAAE=\n", .malformedSignature, 3),
            ("text\n\n— a AAAAAA==\n", .malformedSignature, 3),
            ("text\n\n— a AAAAAAF=\n", .malformedSignature, 3), ("text\n\n— a AAAAAAE\n", .malformedSignature, 3),
            ("text\n\n— a AAAAAAE= \n", .malformedSignature, 3), ("text\n\n — a AAAAAAE=\n", .malformedSignature, 3),
            ("text\n\n— a AAAAAAE=\n— b\n", .malformedSignature, 4), ("text\n\n— a AAAAAAE=\r\n", .controlCharacter, 3),
            ("a\nb\n\nc\n\n— a AAAAAAE=\nx\n", .malformedSignature, 7),
        ] as [(String, NoteError.Kind, Int?)]
    )
    func whatIsNoNoteIsRefusedWithTheLine(_ text: String, _ kind: NoteError.Kind, _ line: Int?) {
        #expect(throws: NoteError(kind, line: line)) { try SignedNote(parsing: Array(text.utf8)) }
    }

    @Test func bytesThatAreNotUTF8AreRefusedWithTheLine() {
        let bad: [[UInt8]] = [
            [0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x80],
        ]
        for sequence in bad {
            let bytes = Array("one\ntwo ".utf8) + sequence + Array("\n\n— a AAAAAAE=\n".utf8)
            #expect(throws: NoteError(.invalidUTF8, line: 2)) { try SignedNote(parsing: bytes) }
        }
    }

    @Test func aHundredSignaturesAreReadAndNotOneMore() throws {
        let signer = try Self.signer(1)
        let note = try SignedNote(text: "text\n", signedBy: [signer])
        for others in [0, 15, 99] {
            let lines = (0..<others).map { Self.strangeLine("key\($0)") }.joined()
            let verified = try SignedNote(parsing: note.bytes + Array(lines.utf8)).verified(by: [signer.verifier])
            #expect(verified.unknownSignatures.map(\.name) == (0..<others).map { "key\($0)" })
        }
        let lines = (0..<100).map { Self.strangeLine("key\($0)") }.joined()
        #expect(throws: NoteError(.tooManySignatures, line: 103)) {
            try SignedNote(parsing: note.bytes + Array(lines.utf8))
        }
        let signers = try (0..<101).map { try Self.signer(1, "key\($0)") }
        #expect(try SignedNote(text: "text\n", signedBy: Array(signers.prefix(100))).signatures.count == 100)
        #expect(throws: NoteError(.tooManySignatures)) { try SignedNote(text: "text\n", signedBy: signers) }
        #expect(throws: NoteError(.noSignatures)) { try SignedNote(text: "text\n", signedBy: []) }
    }

    @Test func aNoteMayHaveAMebibyte() throws {
        let signer = try Self.signer(1, "a")
        let rest = try SignedNote(text: "\n", signedBy: [signer]).bytes.count
        let longest = String(repeating: "x", count: SignedNote.maximumBytes - rest)
        let note = try SignedNote(text: longest + "\n", signedBy: [signer])
        #expect(note.bytes.count == SignedNote.maximumBytes)
        #expect(
            try SignedNote(parsing: note.bytes).verified(by: [signer.verifier]).text.utf8.count == longest.utf8.count
                + 1
        )
        #expect(throws: NoteError(.tooLarge)) { try SignedNote(text: longest + "x\n", signedBy: [signer]) }
        #expect(throws: NoteError(.tooLarge)) { try SignedNote(parsing: [0x78] + note.bytes) }
    }

    @Test func aWitnessAddsItsSignatureAndReplacesItsFormerOne() throws {
        let log = try Self.signer(1)
        let witness = try Self.signer(2, "witness.example")
        var note = try SignedNote(text: "text\n", signedBy: [log])
        try note.add(witness)
        let before = note.bytes
        try note.add(witness)
        #expect(note.bytes == before)
        #expect(note.signatures.map(\.name) == ["example.com/log", "witness.example"])
        #expect(try note.verified(by: [witness.verifier, log.verifier]).signers == [log.verifier, witness.verifier])
    }

    @Test func anyBytesAreReadAsTheyAreOrRefused() throws {
        var generator = SplitMix64(seed: 4)
        let good = try SignedNote(text: "a\n\nb\n", signedBy: [Self.signer(1), Self.signer(2, "b")]).bytes
        let tokens: [[UInt8]] = [
            [0x0a], [0x0a, 0x0a], Array("— ".utf8), [0xe2], [0x20], Array("AAAAAAE=".utf8), [0x2b], [0x0d], [],
        ]
        var accepted = 0
        for _ in 0..<20_000 {
            var altered = good
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                let start = Int.random(in: 0...altered.count, using: &generator)
                let end = min(altered.count, start + Int.random(in: 0...4, using: &generator))
                altered.replaceSubrange(start..<end, with: tokens.randomElement(using: &generator) ?? [])
            }
            guard let note = try? SignedNote(parsing: altered) else { continue }
            accepted += 1
            #expect(note.bytes == altered)
        }
        #expect(accepted > 100 && accepted < 20_000, "\(accepted)")
    }
}
