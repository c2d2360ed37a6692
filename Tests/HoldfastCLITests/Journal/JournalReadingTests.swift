import Canonical
import Foundation
import HoldfastCLI
import TestSupport
import Testing

@Suite("Commands that read a journal")
struct JournalReadingTests {
    private static let existing = Fixtures.directory + "/journal/small/input"

    @Test func checkAnswersBeforeAndAfter() throws {
        let journal = try JournalDirectory()
        let question = ["--grant", "g-1", "--nonce-digest", JournalDirectory.digest("nonce"), "--max-uses", "1"]
        #expect(journal.run("init").code == .done)
        let before = CommandRun(["journal", "check", journal.path] + question)
        #expect(before.code == .done)
        #expect(before.output == "passed: local Approval Use Journal: use 0/1\n")
        #expect(journal.reserve("--max-uses", "1").code == .done)
        let after = CommandRun(["journal", "check", journal.path] + question)
        #expect(after.code == .refused)
        #expect(after.output == "refused: local Approval Use Journal: use 1/1\n")
        #expect(after.error.isEmpty)
        let json = try CommandRun(["journal", "check", journal.path, "--json"] + question).json()
        let keys = json.object?.members.map(\.key)
        #expect(keys == ["details", "level", "max_uses", "passed", "use_number"])
        #expect(json["level"]?.string == "local-journal")
        #expect(json["passed"]?.bool == false)
        #expect(json["use_number"]?.number?.unsignedValue == 2)
    }

    /// The digest of a whole file would be that of another nonce: its last line feed is no part of the nonce.
    @Test func checkReadsTheNonceAsReserveDoes() throws {
        let journal = try JournalDirectory()
        #expect(journal.reserve("--max-uses", "1").code == .done)
        for text in ["nonce", "nonce\n", "nonce\r\n"] {
            try TestFile.write(text, journal.beside("nonce"))
            let run = journal.run("check", "--grant", "g-1", "--nonce-file", journal.beside("nonce"))
            #expect(run.code == .refused && run.output.hasPrefix("refused:"), "\(run.output)\(run.error)")
        }
        let words = ["journal", "check", journal.path, "--grant", "g-1"]
        #expect(CommandRun(words + ["--nonce-file", "-"], input: Array("another".utf8)).code == .done)
        CommandRun(words).expectError(.usage, "give either --nonce-digest or --nonce-file")
        CommandRun(words + ["--nonce-file", "-"]).expectError(.malformedInput, "holds no nonce")
    }

    @Test func checkWithoutAJournalKnowsNothing() throws {
        let journal = try JournalDirectory()
        let question = ["--grant", "g", "--nonce-digest", JournalDirectory.digest("n"), "--json"]
        let run = CommandRun(["journal", "check", journal.path] + question)
        #expect(run.code == .refused)
        #expect(try run.json()["level"]?.string == "not-performed")
        #expect(!FileManager.default.fileExists(atPath: journal.path))
    }

    @Test func checkSaysThatAGrantIsRevoked() throws {
        let journal = try JournalDirectory()
        #expect(journal.run("init").code == .done)
        #expect(journal.run("revoke", "--grant", "g", "--grant-digest", "d", "--revoker", "r").code == .done)
        let run = journal.run("check", "--grant", "g", "--nonce-digest", JournalDirectory.digest("n"), "--json")
        #expect(run.code == .refused)
        #expect(try run.json()["revoked"]?.bool == true)
    }

    @Test func findShowsOneUse() throws {
        let journal = try JournalDirectory()
        #expect(journal.reserve(nonce: "a", "--use-id", "use_a", "--max-uses", "2").code == .done)
        #expect(journal.reserve(nonce: "a", "--use-id", "use_b").code == .done)
        let byID = try journal.run("find", "--use-id", "use_a", "--json").json()
        #expect(byID["use"]?["use_id"]?.string == "use_a")
        #expect(byID["nonce_use_number"]?.number?.unsignedValue == 1)
        #expect(byID["replay"]?["passed"]?.bool == true)
        let digest = JournalDirectory.digest("a")
        let byNonce = try journal.run("find", "--grant", "g-1", "--nonce-digest", digest, "--json").json()
        #expect(byNonce["use"]?["use_id"]?.string == "use_b")
        let text = journal.run("find", "--use-id", "use_b")
        #expect(text.code == .done)
        #expect(text.lines.first == "use           use_b")
        #expect(text.lines.last == "passed: local Approval Use Journal passed, use 2/2")
        let beyond = journal.run("find", "--use-id", "use_b", "--max-uses", "1", "--json")
        #expect(beyond.code == .done)
        #expect(try beyond.json()["replay"]?["passed"]?.bool == false)
        #expect(try beyond.json()["replay"]?["max_uses"]?.number?.unsignedValue == 1)
        #expect(journal.run("find", "--use-id", "use_b", "--max-uses", "1").lines.last?.hasPrefix("refused: ") == true)
    }

    @Test func findWithoutAResultIsRefused() throws {
        let journal = try JournalDirectory()
        #expect(journal.run("init").code == .done)
        journal.run("find", "--use-id", "nobody").expectError(.refused, "no such use is recorded")
        let run = journal.run("find", "--use-id", "nobody", "--json")
        #expect(run.code == .refused)
        #expect(try run.jsonError()["code"]?.string == "not_found")
    }

    @Test func usesAreThoseOfOneGrant() throws {
        let journal = try JournalDirectory()
        for (grant, nonce) in [("g.1", "a"), ("g:1", "b"), ("g.1", "c")] {
            #expect(journal.reserve(grant: grant, nonce: nonce).code == .done)
        }
        let run = journal.run("uses", "--grant", "g.1", "--json")
        #expect(run.code == .done)
        let grants = try run.lines.map { try JSONValue(parsing: $0)["grant_id"]?.string }
        #expect(grants == ["g.1", "g.1"])
        #expect(journal.run("uses", "--grant", "nobody").output.isEmpty)
        #expect(journal.run("uses", "--grant", "nobody").code == .done)
    }

    @Test func listPrintsStoredRecords() throws {
        let run = CommandRun("journal", "list", Self.existing, "--json")
        #expect(run.code == .done)
        #expect(run.lines.count == 12)
        for line in run.lines {
            let record = try JSONValue(parsing: line, options: JSONOptions(integers: .exact64))
            #expect(try record.canonicalBytes(.declared) == Array(line.utf8))
            #expect(record.object?.members.first?.key == "type")
        }
    }

    @Test func listTakesARange() throws {
        let all = CommandRun("journal", "list", Self.existing, "--json").lines
        let some = CommandRun("journal", "list", Self.existing, "--json", "--from", "5", "--limit", "3").lines
        #expect(some == Array(all[4..<7]))
        #expect(CommandRun("journal", "list", Self.existing, "--from", "13").output.isEmpty)
        #expect(CommandRun("journal", "list", Self.existing, "--limit", "0").output.isEmpty)
        #expect(CommandRun("journal", "list", Self.existing, "--from", "9223372036854775807").code == .done)
    }

    /// As it is reserved: without the final line feed.
    @Test func aUseIsFoundByTheNonceItself() throws {
        let journal = try JournalDirectory()
        #expect(journal.reserve(nonce: "secret").code == .done)
        let nonce = journal.beside("nonce.txt")
        try TestFile.write("secret\n", nonce)
        let byFile = journal.run("find", "--grant", "g-1", "--nonce-file", nonce, "--json")
        #expect(byFile.code == .done, "\(byFile.error)")
        let byDigest = journal.run(
            "find",
            "--grant",
            "g-1",
            "--nonce-digest",
            JournalDirectory.digest("secret"),
            "--json"
        )
        #expect(byFile.output == byDigest.output)
        try TestFile.write("other\n", nonce)
        journal.run("find", "--grant", "g-1", "--nonce-file", nonce).expectError(.refused, "no such use")
    }

    @Test func listIsATableForPeople() {
        let run = CommandRun("journal", "list", Self.existing)
        #expect(run.lines.count == 13)
        #expect(run.lines[0].hasPrefix("INDEX  KIND "))
        #expect(run.lines[5].hasPrefix("    5  revocation "))
        #expect(run.lines[6].contains("checkpoint") && run.lines[6].contains("records 1 to "))
        #expect(!run.lines.contains { $0.hasSuffix(" ") })
    }

    @Test func cellsAreCutOnATerminalOnly() throws {
        let journal = try JournalDirectory()
        let long = String(repeating: "a", count: 200)
        #expect(journal.reserve(grant: long).code == .done)
        #expect(journal.run("list").output.contains(long))
        for columns in [80, 120] {
            let terminal = Console.Terminal(isOutput: true, columns: columns)
            let run = CommandRun(["journal", "list", journal.path], terminal: terminal, refusesColor: true)
            #expect(run.lines.count == 2)
            #expect(run.lines.allSatisfy { $0.count <= columns })
            #expect(run.output.contains("aaa…"))
            #expect(run.lines[1].contains("deploy"))
        }
    }

    /// Other commands ask for it, and a part of it is worth nothing.
    @Test func anIdentifierIsCutLastAndThatIsSaid() throws {
        let journal = try JournalDirectory()
        let long = String(repeating: "a", count: 60)
        #expect(journal.reserve(grant: long, action: long).code == .done)
        let id = try #require(try JSONValue(parsing: journal.run("list", "--json").outputBytes)["use_id"]?.string)
        func list(_ columns: Int) -> CommandRun {
            let terminal = Console.Terminal(isOutput: true, columns: columns)
            return CommandRun(["journal", "list", journal.path], terminal: terminal, refusesColor: true)
        }
        let narrow = list(110)
        #expect(narrow.output.contains("aaa…") && narrow.lines[1].hasSuffix("Z  \(id)"), "\(narrow.output)")
        #expect(list(80).output.contains("use_") && !list(80).output.contains(id))
        for columns in [80, 110] {
            #expect(list(columns).error == "note: cut to fit the terminal; --json prints everything\n")
        }
        #expect(list(300).error.isEmpty && journal.run("list").error.isEmpty)
    }

    @Test func whatWasStoredCannotDisturbTheTerminal() throws {
        let journal = try JournalDirectory()
        #expect(journal.reserve(action: "wipe\u{1B}[2Jscreen\nrecord 9").code == .done)
        let run = journal.run("list")
        #expect(run.lines.count == 2)
        #expect(!run.output.contains("\u{1B}"))
        #expect(run.output.contains("wipe\\u{1b}[2Jscreen\\u{a}record 9"))
    }

    @Test func headIsAnAnchor() throws {
        let journal = try JournalDirectory()
        #expect(journal.run("init").code == .done)
        #expect(journal.run("head").output == "empty: the journal has no records\n")
        #expect(journal.run("head", "--json").output == "{\"digest\":\"\",\"index\":0}\n")
        try TestFile.write(journal.run("head", "--json").outputBytes, journal.beside("anchor"))
        #expect(journal.run("verify", "--anchor", journal.beside("anchor")).code == .done)
        #expect(journal.reserve().code == .done)
        let head = journal.run("head", "--json")
        #expect(try head.json().object?.members.map(\.key) == ["digest", "index", "updated_at"])
        #expect(journal.run("head").output.wholeMatch(of: #/1 sha256:[0-9a-f]{64} [0-9TZ:-]+\n/#) != nil)
        try TestFile.write(head.outputBytes, journal.beside("anchor"))
        #expect(journal.run("verify", "--anchor", journal.beside("anchor")).code == .done)
    }

    @Test func indexesAreRebuilt() throws {
        let journal = try JournalDirectory()
        #expect(journal.run("init", "--format", "json-records").code == .done)
        #expect(journal.reserve().code == .done)
        try FileManager.default.removeItem(atPath: journal.path + "/indexes")
        #expect(journal.run("verify").output.contains("warning: index_stale"))
        #expect(journal.run("rebuild-indexes").output == "rebuilt: the indexes of 1 record\n")
        #expect(journal.run("verify").lines.count == 1)
        #expect(try journal.run("rebuild-indexes", "--json").json()["records"]?.number?.unsignedValue == 1)
    }

    @Test func indexesThatShowARemovedUseAreKept() throws {
        let journal = try JournalDirectory()
        #expect(journal.run("init", "--format", "json-records").code == .done)
        #expect(journal.reserve().code == .done)
        try FileManager.default.removeItem(atPath: journal.path + "/records")
        try FileManager.default.removeItem(atPath: journal.path + "/heads")
        journal.run("rebuild-indexes").expectError(.refused, "record 1 is missing", "names it")
        #expect(try journal.run("rebuild-indexes", "--json").jsonError()["code"]?.string == "missing_record")
        journal.reserve().expectError(.refused, "record 1 is missing")
        #expect(journal.run("rebuild-indexes", "--discard-evidence").output == "rebuilt: the indexes of 0 records\n")
        #expect(journal.reserve().code == .done)
    }

    @Test(arguments: ["json-records", "segments", nil])
    func initMakesAJournalOnce(format: String?) throws {
        let journal = try JournalDirectory()
        let run = format.map { journal.run("init", "--format", $0) } ?? journal.run("init")
        let format = format ?? "segments"
        #expect(run.code == .done)
        #expect(run.output == "ready: \(journal.path) is a journal (\(format))\n")
        let before = try TestFile.tree(journal.path)
        let again = try journal.run("init", "--json").json()
        #expect(again["format"]?.string == format)
        #expect(again["directory"]?.string == journal.path)
        #expect(try TestFile.tree(journal.path) == before)
        // One that is there keeps its layout.
        let other = format == "segments" ? "json-records" : "segments"
        #expect(try journal.run("init", "--format", other, "--json").json()["format"]?.string == format)
        #expect(try TestFile.tree(journal.path) == before)
        journal.run("init", "--format", "parquet").expectError(.usage, "json-records", "segments")
    }
}
