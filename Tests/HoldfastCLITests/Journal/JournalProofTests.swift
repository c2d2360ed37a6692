import Canonical
import Foundation
import HoldfastCLI
import Signing
import TestSupport
import Testing

@Suite("holdfast journal checkpoint, prove and verify-proof")
struct JournalProofTests {
    /// The private key of RFC 8032, test 1, as openssl writes it.
    static let pem = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
        -----END PRIVATE KEY-----

        """

    private func useID(_ run: CommandRun) throws -> String { try #require(try run.json()["use_id"]?.string) }

    @Test func aUseIsProvedUnderASignedCheckpoint() throws {
        let journal = try JournalDirectory()
        let id = try useID(journal.reserve(grant: "g-1", nonce: "a", action: "x", "--json"))
        #expect(journal.reserve(grant: "g-1", nonce: "b").code == .done)
        let keyFile = journal.beside("hub.pem")
        try TestFile.write(Self.pem, keyFile)
        let note = journal.beside("note")
        let made = journal.run(
            "checkpoint",
            "--sign-key",
            keyFile,
            "--hub",
            "hub://org-0",
            "--note-out",
            note,
            "--origin",
            "example.com/j"
        )
        #expect(made.code == .done, "\(made.error)")
        #expect(made.output.hasPrefix("checkpoint: cp_") && made.lines[0].hasSuffix(", signed for hub://org-0"))
        let unsigned = journal.run("checkpoint")
        #expect(unsigned.code == .done && unsigned.lines[0].hasSuffix(", unsigned"))
        #expect(try journal.run("checkpoint", "--json").json()["signed"] == .bool(false))
        #expect(journal.run("verify", "--strict").code == .done)

        let key = try SigningKey(pem: Self.pem).publicKey
        let proof = journal.beside("proof.json")
        try TestFile.write(journal.run("prove", "--use-id", id).outputBytes, proof)
        let ok = CommandRun("journal", "verify-proof", proof, "--key", key.base64URL)
        #expect(ok.code == .done, "\(ok.error)")
        #expect(ok.output.contains("record 1, use \(id) of g-1") && ok.output.contains("signed by hub://org-0"))
        let vkey = try NoteVerifier(name: "example.com/j", key: key).description
        #expect(CommandRun("journal", "verify-proof", proof, "--key", vkey).code == .done)
        #expect(CommandRun("journal", "verify-proof", proof).output.contains("not asked about"))

        // The note is one that note verifiers read.
        let text = try String(contentsOfFile: note, encoding: .utf8)
        #expect(text.hasPrefix("example.com/j\n2\n"))
        #expect(text.contains("\n\n— example.com/j "))

        // Someone else's key.
        let other = try SigningKey(seed: [UInt8](repeating: 7, count: 32)).publicKey.base64URL
        CommandRun("journal", "verify-proof", proof, "--key", other).expectError(.refused, "somebody else signed")
    }

    /// From the key that openssl made to the verification, without a detour.
    @Test func theHubsKeyIsPrintedAndTakenAsAFile() throws {
        let journal = try JournalDirectory()
        let id = try useID(journal.reserve("--json"))
        let (keyFile, publicFile) = (journal.beside("hub.pem"), journal.beside("hub.pub"))
        try TestFile.write(Self.pem, keyFile)
        let key = try SigningKey(pem: Self.pem).publicKey
        try TestFile.write(key.pem, publicFile)
        let made = journal.run("checkpoint", "--sign-key", keyFile, "--hub", "hub://x")
        #expect(made.lines.last == "key: \(key.base64URL); journal verify --key asks for that, kept elsewhere")
        let json = try journal.run("checkpoint", "--sign-key", keyFile, "--hub", "hub://x", "--json").json()
        #expect(json["public_key"]?.string == key.base64URL)
        #expect(try journal.run("checkpoint", "--json").json()["public_key"] == nil)

        let other = journal.beside("other.pub")
        try TestFile.write(try SigningKey(seed: [UInt8](repeating: 7, count: 32)).publicKey.pem, other)
        let (proof, bundle) = (journal.beside("proof.json"), journal.beside("bundle"))
        let proved = journal.run("prove", "--use-id", id, "--trusted-key", publicFile)
        try TestFile.write(proved.outputBytes, proof)
        #expect(journal.run("export", "--out", bundle).code == .done)
        for words in [["verify", journal.path], ["verify-bundle", bundle], ["verify-proof", proof]] {
            for trusted in [[publicFile], [other, publicFile]] {
                let keys = trusted.flatMap { ["--trusted-key", $0] }
                let run = CommandRun(["journal"] + words + keys)
                #expect(run.code == .done, "\(words) \(run.output)\(run.error)")
            }
            #expect(CommandRun(["journal"] + words + ["--trusted-key", other]).code == .refused)
            CommandRun(["journal"] + words + ["--trusted-key", proof]).expectError(
                .malformedInput,
                "no Ed25519 public key"
            )
            CommandRun(["journal"] + words + ["--key", publicFile]).expectError(.usage, "--trusted-key FILE")
        }
        journal.run("prove", "--use-id", id, "--trusted-key", other).expectError(.usage, "checkpoint")
        CommandRun("journal", "verify-proof", "-", "--trusted-key", "-").expectError(.usage, "standard input")
    }

    @Test func whatWasAlteredDoesNotHold() throws {
        let journal = try JournalDirectory()
        let id = try useID(journal.reserve(grant: "g-1", nonce: "a", action: "x", "--json"))
        #expect(journal.run("checkpoint").code == .done)
        let proof = journal.run("prove", "--use-id", id).output
        let file = journal.beside("proof.json")
        for (old, new) in [
            ("agent://a", "agent://b"), ("\"leaf_index\":0", "\"leaf_index\":1"),
            ("\"tree_size\":1", "\"tree_size\":2"),
            ("local-journal", "hub-org"), ("\"index\":1", "\"index\":2"),
        ] {
            #expect(proof.contains(old))
            try TestFile.write(proof.replacingOccurrences(of: old, with: new), file)
            CommandRun("journal", "verify-proof", file).expectError(.refused, "does not hold")
        }
        // Somebody else's file must not write on the terminal what it likes.
        let hostile = proof.replacingOccurrences(of: "approval-use/v1", with: #"\\u001b[2Kok\\u001b[8m"#)
        #expect(hostile != proof)
        try TestFile.write(hostile, file)
        let printed = CommandRun("journal", "verify-proof", file)
        #expect(printed.code == .malformedInput && !printed.error.utf8.contains(0x1b), "\(printed.error)")
        for text in ["", "{}", "[]", proof.replacingOccurrences(of: "\"v1\"", with: "\"v9\"")] {
            try TestFile.write(text, file)
            CommandRun("journal", "verify-proof", file).expectError(.malformedInput, "proof")
        }
    }

    /// A key that is trusted makes nothing right that is wrong: here it signed the root of another journal.
    @Test func aTrustedSignatureOfAnotherRootIsRefused() throws {
        let key = try SigningKey(pem: Self.pem).publicKey.base64URL
        var proofs: [String] = []
        for nonce in ["a", "b"] {
            let journal = try JournalDirectory()
            let id = try useID(journal.reserve(grant: "g-1", nonce: nonce, action: "x", "--json"))
            let keyFile = journal.beside("hub.pem")
            try TestFile.write(Self.pem, keyFile)
            #expect(journal.run("checkpoint", "--sign-key", keyFile, "--hub", "hub://org-0").code == .done)
            proofs.append(journal.run("prove", "--use-id", id).output)
        }
        let objects = try proofs.map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        let temporary = try TemporaryDirectory()
        let file = temporary.path + "/proof.json"
        for (record, checkpoint) in [(0, 0), (0, 1), (1, 1), (1, 0)] {
            var mixed = objects[record]
            mixed["checkpoint"] = objects[checkpoint]["checkpoint"]
            try JSONSerialization.data(withJSONObject: mixed).write(to: URL(filePath: file))
            let run = CommandRun("journal", "verify-proof", file, "--key", key)
            if record == checkpoint {
                #expect(run.code == .done, "\(run.error)")
            } else {
                run.expectError(.refused, "does not hold")
            }
        }
    }

    #if os(Linux)
    /// Whoever is not told that the checkpoint stands makes another one with every attempt.
    @Test func aCheckpointWithoutItsNoteIsNamed() throws {
        let journal = try JournalDirectory()
        #expect(journal.reserve(grant: "g-1", nonce: "a").code == .done)
        let keyFile = journal.beside("hub.pem")
        try TestFile.write(Self.pem, keyFile)
        // A directory that takes no new files, of root neither.
        let words = ["--sign-key", keyFile, "--note-out", "/proc/x", "--origin", "a.b"]
        CommandRun(["journal", "checkpoint", journal.path] + words).expectError(
            .inputOutput,
            "\"/proc/x\" cannot be written",
            "is recorded, as record 2",
            "--to 1"
        )
        let run = CommandRun(["journal", "checkpoint", journal.path, "--json"] + words)
        let error = try run.jsonError()
        #expect(error["index"] == .integer(3) && error["checkpoint_id"]?.string?.hasPrefix("cp_") == true)
        #expect(error["code"]?.string?.isEmpty == false)
        #expect(journal.run("list", "--json").lines.count == 3)
    }
    #endif

    @Test func whatCannotBeProvedOrSummedUpIsSaid() throws {
        let journal = try JournalDirectory()
        let id = try useID(journal.reserve(grant: "g-1", nonce: "a", action: "x", "--json"))
        journal.run("prove", "--use-id", id).expectError(.usage, "under no checkpoint")
        journal.run("prove", "--use-id", "use_none").expectError(.refused, "no such use")
        journal.run("checkpoint", "--from", "2").expectError(.usage, "records 1 to 1")
        journal.run("checkpoint", "--hub", "hub://x").expectError(.usage, "--sign-key")
        journal.run("checkpoint", "--origin", "x").expectError(.usage, "--note-out")
        let keyFile = journal.beside("hub.pem")
        try TestFile.write(Self.pem, keyFile)
        let note = journal.beside("note")
        journal.run("checkpoint", "--sign-key", keyFile, "--note-out", note).expectError(.usage, "--origin")
        journal.run("checkpoint", "--sign-key", keyFile, "--note-out", note, "--origin", "a b")
            .expectError(.usage, "no note can be made")
        // A checkpoint that was meant to be signed, and is not, would be found out by nobody.
        journal.run("checkpoint", "--sign-key", keyFile).expectError(.usage, "--hub", "--note-out")
        try TestFile.write("no key", keyFile)
        journal.run("checkpoint", "--sign-key", keyFile).expectError(.malformedInput, "is no Ed25519 private key")
        try TestFile.write([0xFF], keyFile)
        journal.run("checkpoint", "--sign-key", keyFile).expectError(.malformedInput, "is not a text")
        #expect(journal.run("list", "--json").lines.count == 1)
    }
}
