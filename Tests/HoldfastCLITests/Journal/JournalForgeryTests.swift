import Canonical
import Foundation
import HoldfastCLI
import Signing
import TestSupport
import Testing

/// Chains that were made anew, with right digests: what shows them is kept, or signed, by somebody else.
@Suite("holdfast journal verify, of a chain that was made anew")
struct JournalForgeryTests {
    private static let pem = JournalProofTests.pem

    private let key: String

    init() throws { key = try SigningKey(pem: Self.pem).publicKey.base64URL }

    /// Three uses, and a checkpoint over them that a hub signed.
    private func signed() throws -> JournalDirectory {
        let journal = try JournalDirectory()
        for nonce in ["a", "b", "c"] {
            #expect(journal.reserve(nonce: nonce, action: "pay-10").code == .done)
        }
        try TestFile.write(Self.pem, journal.beside("hub.pem"))
        let run = journal.run("checkpoint", "--sign-key", journal.beside("hub.pem"), "--hub", "hub://org-0")
        #expect(run.code == .done, "\(run.error)")
        return journal
    }

    /// A bundle of other uses, all digests and roots of which are right.
    ///
    /// - Parameter edit: what becomes of the checkpoint's line.
    private func forged(_ bundle: String, _ edit: (String) -> String) throws -> String {
        var lines = bundle.split(separator: "\n").map(String.init)
        var tree = MerkleAccumulator()
        var digests: [String] = []
        for place in lines.indices.dropFirst() {
            let record = try #require(try JSONValue(parsing: Array(lines[place].utf8))["record_digest"]?.string)
            var line = lines[place].replacing("pay-10", with: "pay-1000000")
            if let root = try JSONValue(parsing: Array(line.utf8))["merkle_root"]?.string {
                line = edit(line.replacing(root, with: tree.root.description))
            }
            if let old = try JSONValue(parsing: Array(line.utf8))["previous_record_digest"]?.string, !old.isEmpty {
                line = line.replacing(old, with: digests[digests.count - 1])
            }
            let digest = Digest(hashing: Array(line.replacing(record, with: "").utf8)).description
            lines[place] = line.replacing(record, with: digest)
            tree.add(Array(lines[place].utf8))
            digests.append(digest)
        }
        let head = try #require(try JSONValue(parsing: Array(lines[0].utf8))["head"]?.string)
        lines[0].replace(head, with: digests[digests.count - 1])
        return lines.joined(separator: "\n") + "\n"
    }

    @Test func aTrustedKeyShowsIt() throws {
        let journal = try signed()
        let ok = journal.run("verify", "--key", key, "--strict")
        #expect(ok.code == .done && ok.lines[0].hasSuffix(", vouched for up to record 3"), "\(ok.output)")
        #expect(try journal.run("verify", "--key", key, "--json").json()["vouched_up_to"] == .integer(3))
        #expect(try journal.run("verify", "--json").json()["vouched_up_to"] == nil)
        journal.run("verify", "--key", "nonsense").expectError(.usage, "no public key")

        let file = journal.beside("bundle")
        #expect(journal.run("export", "--out", file).code == .done)
        let bundle = try String(contentsOfFile: file, encoding: .utf8)
        let unsign = { (line: String) in
            line.replacing("\"hub-org\"", with: "\"local-journal\"").replacing(
                /"hub_id".*"signed_at":"[^"]*",/,
                with: ""
            )
        }
        let forgeries: [(String, String, (String) -> String)] = [
            ("kept", "record 4: checkpoint_signature: ", { $0 }), ("local", "checkpoint_untrusted: ", unsign),
        ]
        for (name, failure, edit) in forgeries {
            try TestFile.write(try forged(bundle, edit), file)
            let copy = journal.beside(name)
            #expect(CommandRun("journal", "import", copy, "--from", file).code == .done)
            #expect(CommandRun("journal", "list", copy).output.contains("pay-1000000"))
            for words in [["verify", copy], ["verify", copy, "--all"], ["verify-bundle", file]] {
                #expect(CommandRun(["journal"] + words + ["--strict"]).code == .done)
                let run = CommandRun(["journal"] + words + ["--key", key])
                #expect(run.code == .refused && run.output.hasPrefix(failure), "\(run.output)")
                let json = try CommandRun(["journal"] + words + ["--key", key, "--json"]).json()
                #expect(json["ok"] == .bool(false) && json["vouched_up_to"] == nil)
            }
        }
    }

    /// A note that was kept elsewhere, against the journal as it grew, as it was before, and made anew.
    @Test func aNoteKeptElsewhereShowsIt() throws {
        let journal = try JournalDirectory()
        let note = journal.beside("note")
        try TestFile.write(Self.pem, journal.beside("hub.pem"))
        for nonce in ["a", "b", "c"] { #expect(journal.reserve(nonce: nonce, action: "pay-10").code == .done) }
        let earlier = journal.beside("earlier")
        #expect(journal.run("export", "--out", earlier).code == .done)
        #expect(journal.reserve(nonce: "d").code == .done)
        let words = ["--sign-key", journal.beside("hub.pem"), "--note-out", note, "--origin", "example.com/j"]
        let made = try CommandRun(["journal", "checkpoint", journal.path, "--json"] + words).json()
        let vkey = try #require(made["note_key"]?.string)
        let file = journal.beside("bundle")
        #expect(journal.run("export", "--out", file).code == .done)
        for words in [["verify", journal.path], ["verify", journal.path, "--all"], ["verify-bundle", file]] {
            let run = CommandRun(["journal"] + words + ["--note", note, "--note-key", vkey])
            #expect(run.code == .done && run.lines[0].hasPrefix("ok: 5 records"), "\(run.output)\(run.error)")
        }

        let bundle = try String(contentsOfFile: file, encoding: .utf8)
        let anew = journal.beside("anew")
        try TestFile.write(try forged(bundle, { $0 }), anew)
        for (name, source, failure) in [
            ("cut", earlier, "record 4: rolled_back: "), ("forged", anew, "record 4: merkle_mismatch: "),
        ] {
            let copy = journal.beside(name)
            #expect(CommandRun("journal", "import", copy, "--from", source, "--format", "json-records").code == .done)
            for words in [["verify", copy], ["verify-bundle", source]] {
                #expect(CommandRun(["journal"] + words).code == .done)
                let run = CommandRun(["journal"] + words + ["--note", note, "--note-key", vkey])
                #expect(run.code == .refused && run.output.hasPrefix(failure), "\(run.output)")
            }
        }
    }

    @Test func aNoteIsBelievedAsFarAsItsKey() throws {
        let journal = try JournalDirectory()
        for nonce in ["a", "b", "c"] { #expect(journal.reserve(nonce: nonce).code == .done) }
        try TestFile.write(Self.pem, journal.beside("hub.pem"))
        let note = journal.beside("note")
        let made = CommandRun(
            "journal",
            "checkpoint",
            journal.path,
            "--sign-key",
            journal.beside("hub.pem"),
            "--note-out",
            note,
            "--origin",
            "example.com/j"
        )
        #expect(made.code == .done && made.lines[1].hasPrefix("note: signed by example.com/j+"), "\(made.error)")
        let vkey = try NoteVerifier(name: "example.com/j", key: SigningKey(pem: Self.pem).publicKey).encoded
        #expect(made.lines[1].contains(vkey))
        let other = try SigningKey(seed: [UInt8](repeating: 7, count: 32)).publicKey
        for wrong in [
            try NoteVerifier(name: "example.com/j", key: other), try NoteVerifier(name: "example.com/k", key: other),
        ] {
            journal.run("verify", "--note", note, "--note-key", wrong.encoded).expectError(.refused, "not signed by")
        }
        journal.run("verify", "--note", note).expectError(.usage, "--note-key")
        journal.run("verify", "--note-key", vkey).expectError(.usage, "--note")
        journal.run("verify", "--anchor", "-", "--note", "/dev/stdin", "--note-key", vkey)
            .expectError(.usage, "only one of --anchor or --note can be standard input")
        journal.run("verify", "--note", note, "--note-key", "nonsense").expectError(.usage, "no verifier key")
        let text = try String(contentsOfFile: note, encoding: .utf8)
        try TestFile.write(text.replacing("example.com/j\n3\n", with: "example.com/j\n2\n"), note)
        journal.run("verify", "--note", note, "--note-key", vkey).expectError(.refused, "not signed by")
        try TestFile.write("no note", note)
        journal.run("verify", "--note", note, "--note-key", vkey).expectError(.malformedInput, "no signed note")
        journal.run("verify", "--note", journal.beside("none"), "--note-key", vkey).expectError(.missingInput, "none")
    }
}
