import Canonical
import Signing
import Testing

@Suite struct CheckpointTests {
    static let root = [UInt8](repeating: 0xab, count: 32)
    static let rootText = Base64.encode(root, .standard)

    @Test(arguments: [0, 1, 9, 10, UInt64(Int64.max), UInt64(Int64.max) + 1, .max])
    func aBodyRoundTrips(_ size: UInt64) throws {
        let body = try CheckpointBody(origin: "example.com/log", size: size, rootHash: Self.root)
        #expect(body.text == "example.com/log\n\(size)\n\(Self.rootText)\n")
        let parsed = try CheckpointBody(parsing: body.text)
        #expect(parsed == body)
        #expect(parsed.size == size && parsed.rootHash == Self.root)
    }

    @Test func extensionLinesAreKept() throws {
        let lines = ["ext 1", " ", "— é +", "0"]
        let body = try CheckpointBody(
            origin: "a log with spaces +",
            size: 3,
            rootHash: Self.root,
            extensionLines: lines
        )
        #expect(try CheckpointBody(parsing: body.text).extensionLines == lines)
        #expect(try CheckpointBody(parsing: body.text).text == body.text)
    }

    @Test(
        arguments: [
            ("", .missingLine, 1), ("o\n", .missingLine, 2), ("o\n1\n", .missingLine, 3),
            ("o\n1\n\(rootText)", .missingLine, 3),
            ("o\n1\n\(rootText)\nx", .missingLine, 4), ("\n1\n\(rootText)\n", .origin, 1),
            ("o\u{1}\n1\n\(rootText)\n", .origin, 1), ("o\r\n1\n\(rootText)\n", .origin, 1),
            ("o\n\n\(rootText)\n", .size, 2), ("o\n01\n\(rootText)\n", .size, 2), ("o\n00\n\(rootText)\n", .size, 2),
            ("o\n+1\n\(rootText)\n", .size, 2), ("o\n-0\n\(rootText)\n", .size, 2), ("o\n-1\n\(rootText)\n", .size, 2),
            ("o\n 1\n\(rootText)\n", .size, 2), ("o\n1 \n\(rootText)\n", .size, 2), ("o\n1\r\n\(rootText)\n", .size, 2),
            ("o\n0x1\n\(rootText)\n", .size, 2), ("o\n1e3\n\(rootText)\n", .size, 2),
            ("o\n1_0\n\(rootText)\n", .size, 2),
            ("o\n٣\n\(rootText)\n", .size, 2), ("o\n18446744073709551616\n\(rootText)\n", .size, 2),
            ("o\n99999999999999999999999999\n\(rootText)\n", .size, 2),
            ("o\n1\n\n", .rootHash, 3), ("o\n1\nAAAA\n", .rootHash, 3),
            ("o\n1\n\(rootText.dropLast())\n", .rootHash, 3),
            ("o\n1\n\(rootText) \n", .rootHash, 3), ("o\n1\n\(rootText.dropLast(2))t=\n", .rootHash, 3),
            ("o\n1\n\(rootText)\n\n", .extensionLine, 4), ("o\n1\n\(rootText)\nx\n\ny\n", .extensionLine, 5),
            ("o\n1\n\(rootText)\nx\n\u{7}\n", .extensionLine, 5),
        ] as [(String, CheckpointError.Kind, Int)]
    )
    func whatIsNoBodyIsRefusedWithTheLine(_ text: String, _ kind: CheckpointError.Kind, _ line: Int) {
        #expect(throws: CheckpointError(kind, line: line)) { try CheckpointBody(parsing: text) }
    }

    @Test func partsThatWouldNotComeBackAreRefused() {
        #expect(throws: CheckpointError(.origin, line: 1)) {
            try CheckpointBody(origin: "a\nb", size: 1, rootHash: Self.root)
        }
        #expect(throws: CheckpointError(.origin, line: 1)) {
            try CheckpointBody(origin: "", size: 1, rootHash: Self.root)
        }
        #expect(throws: CheckpointError(.rootHash, line: 3)) { try CheckpointBody(origin: "a", size: 1, rootHash: [1]) }
        #expect(throws: CheckpointError(.extensionLine, line: 5)) {
            try CheckpointBody(origin: "a", size: 1, rootHash: Self.root, extensionLines: ["x", ""])
        }
    }

    @Test func aSignedCheckpointIsOfOneLogOnly() throws {
        let signer = try SignedNoteTests.signer(1)
        let body = try CheckpointBody(origin: "caf\u{e9}.example", size: 12, rootHash: Self.root)
        let note = try SignedNote(checkpoint: body, signedBy: [signer])
        let verified = try SignedNote(parsing: note.bytes).verified(by: [signer.verifier])
        #expect(try verified.checkpoint(origin: "caf\u{e9}.example") == body)
        for other in ["example.com/other", "cafe\u{301}.example", ""] {
            #expect(throws: CheckpointError(.foreignOrigin("caf\u{e9}.example"), line: 1)) {
                try verified.checkpoint(origin: other)
            }
        }
    }

    @Test func aVerifiedNoteThatIsNoCheckpointIsNotTakenForOne() throws {
        let signer = try SignedNoteTests.signer(1)
        let verified = try SignedNote(text: "example.com/log\nnot a size\n", signedBy: [signer])
            .verified(by: [signer.verifier])
        #expect(throws: CheckpointError(.missingLine, line: 3)) { try verified.checkpoint(origin: "example.com/log") }
    }
}
