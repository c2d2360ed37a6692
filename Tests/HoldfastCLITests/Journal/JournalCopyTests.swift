import Canonical
import FileSystemSeam
import Foundation
import HoldfastCLI
import Signing
import TestSupport
import Testing

@Suite("holdfast journal convert, export, import, verify-bundle and repair")
struct JournalCopyTests {
    private func filled() throws -> JournalDirectory {
        let journal = try JournalDirectory()
        for nonce in ["a", "b", "c"] { #expect(journal.reserve(grant: "g-\(nonce)", nonce: nonce).code == .done) }
        #expect(journal.run("revoke", "--grant", "g-a", "--grant-digest", "d", "--revoker", "human://o").code == .done)
        #expect(journal.run("checkpoint").code == .done)
        return journal
    }

    private func digests(_ path: String) throws -> [String] {
        try CommandRun("journal", "list", path, "--json").lines.map {
            try #require(try JSONValue(parsing: Array($0.utf8))["record_digest"]?.string)
        }
    }

    @Test func aJournalIsConvertedThereAndBack() throws {
        let journal = try filled()
        let (other, back) = (journal.beside("v1"), journal.beside("v2"))
        let run = journal.run("convert", "--to", "json-records", "--out", other)
        #expect(run.code == .done, "\(run.error)")
        #expect(run.output == "converted: 5 records to \(other)\n")
        #expect(FileManager.default.fileExists(atPath: other + "/records"))
        let json = try CommandRun("journal", "convert", other, "--to", "segments", "--out", back, "--json").json()
        #expect(json["records"] == .integer(5) && json["format"]?.string == "segments")
        #expect(try digests(back) == digests(journal.path))
        #expect(try digests(other) == digests(journal.path))
        #expect(CommandRun("journal", "verify", back, "--strict").code == .done)
        journal.run("convert", "--to", "segments", "--out", back).expectError(.usage, "something stands there")
        CommandRun("journal", "convert", journal.beside("none"), "--to", "segments", "--out", journal.beside("x"))
            .expectError(.missingInput, "no directory")
    }

    /// The directory above a new journal cannot be synced once the journal stands there.
    @Test func aCopyWhoseNameIsNotDurableIsLeft() throws {
        let journal = try filled()
        let file = journal.beside("bundle")
        #expect(journal.run("export", "--out", file).code == .done)
        for (number, words) in [["convert", journal.path, "--to", "segments", "--out"], ["import"]].enumerated() {
            for isJSON in [false, true] {
                let copy = journal.beside("copy-\(number)-\(isJSON)")
                let isNamed = Condition(false)
                let fileSystem = PosixFileSystem { call in
                    isNamed.withLock { isNamed in
                        if call.name == .renameat2, call.description.contains("\"copy-\(number)") { isNamed = true }
                        return isNamed && call.name == .fsync ? .failure(.inputOutput) : nil
                    }
                }
                let rest = [copy] + (number == 0 ? [] : ["--from", file]) + (isJSON ? ["--json"] : [])
                let run = CommandRun(["journal"] + words + rest, fileSystem: fileSystem)
                if isJSON {
                    let error = try run.jsonError()
                    #expect(run.code == .inputOutput && error["code"]?.string == "copy_not_durable", "\(error)")
                    #expect(error["path"]?.string == copy && error["errno"] != nil)
                } else {
                    run.expectError(
                        .inputOutput,
                        "error: \(copy) stands",
                        "Check the disk",
                        "(holdfast journal convert)"
                    )
                }
                #expect(try digests(copy) == digests(journal.path))
                #expect(CommandRun("journal", "verify", copy, "--strict").code == .done)
            }
        }
    }

    @Test func errorsNameThePlace() throws {
        let journal = try filled()
        let (file, copy) = (journal.beside("bundle"), journal.beside("copy"))
        #expect(journal.run("export", "--out", file).code == .done)
        CommandRun("journal", "import", journal.path, "--from", file)
            .expectError(.usage, "error: \"\(journal.path)\": something stands there already. Nothing was written")
        journal.run("convert", "--to", "segments", "--out", journal.path)
            .expectError(.usage, "error: \"\(journal.path)\": something stands there already")
        let nowhere = journal.beside("none/copy")
        journal.run("convert", "--to", "segments", "--out", nowhere).expectError(.missingInput, "error: \(nowhere): ")
        for command in ["find", "prove"] {
            journal.run(command, "--use-id", "none").expectError(.refused, "error: \(journal.path): no such use")
        }
        journal.run("checkpoint", "--from", "3", "--to", "99").expectError(
            .usage,
            "\(journal.path): --from 3 and --to 99 name no range; the journal has records 1 to 5"
        )
        let altered = try String(contentsOfFile: file, encoding: .utf8).replacing("agent://a", with: "agent://b")
        try TestFile.write(altered, file)
        CommandRun("journal", "import", copy, "--from", file).expectError(
            .refused,
            "error: \(file): record 1 was altered"
        )
        try TestFile.write("{}\n", file)
        for words in [["import", copy, "--from", file], ["verify-bundle", file]] {
            CommandRun(["journal"] + words).expectError(.malformedInput, "\"\(file)\" is no bundle", "journal export")
        }
        #if os(Linux)
        // A file that cannot be read at its beginning.
        CommandRun("journal", "verify-bundle", "/proc/self/mem").expectError(
            .inputOutput,
            "/proc/self/mem\" cannot be read"
        )
        #endif
        let head = journal.path + "/heads/current.json"
        try FileManager.default.removeItem(atPath: head)
        try FileManager.default.createDirectory(atPath: head, withIntermediateDirectories: false)
        journal.run("list").expectError(.inputOutput, "error: \(journal.path): heads/current.json")
    }

    @Test func recordsThatAreWrongNameTheJournal() throws {
        let journal = try filled()
        let segment = journal.path + "/segments/00000000000000000001.jsonl"
        let altered = try String(contentsOfFile: segment, encoding: .utf8).replacing("agent://a", with: "agent://b")
        try TestFile.write(altered, segment)
        journal.run("list").expectError(.refused, "error: \(journal.path): record 1 was altered")
        journal.run("export", "--out", journal.beside("x")).expectError(
            .refused,
            "\(journal.path): record 1 was altered"
        )
    }

    /// Under the names that a killed import, conversion or export leaves; who looks the journal over learns of them.
    @Test func interruptedCopiesAreNamed() throws {
        let journal = try filled()
        let copy = journal.beside("copy")
        CommandRun("doctor", copy).expectError(.missingInput, "is no directory; check the path")
        var left: [String] = []
        for name in ["copy", "journal", "approvals.bundle"] {
            left.append(journal.beside(try PosixFileSystem.shared.temporaryName(for: name)))
            try FileManager.default.createDirectory(atPath: left[left.count - 1], withIntermediateDirectories: false)
        }
        for name in [".copy.tmp-0", ".copy.tmp-0123456789abcdeg", "copy.tmp-0123456789abcdef", ".tmp-0123456789abcdef"]
        {
            try TestFile.write("", journal.beside(name))
        }
        // What a killed `keys init` leaves is no copy, and not to be removed by hand.
        try TestFile.write("HFROOTK1 and its secret", journal.beside(".root.key.tmp-0123456789abcdef"))
        for path in [journal.path, journal.path + "/"] {
            let run = CommandRun("doctor", path, "--json")
            #expect(run.code == .done, "they are no damage")
            let findings = try #require(try run.json()["findings"]?.array)
            let named = findings.filter { $0["kind"]?.string == "interrupted_copy" }.compactMap { $0["place"]?.string }
            #expect(named == left.sorted())
        }
        let run = CommandRun("doctor", copy)
        run.expectError(.missingInput, "is no directory", "was killed", left[0], "do it again")
        #expect(!run.error.contains(left[1]))
    }

    /// What is wrong with a bundle is mended by another one, and says nothing of a journal.
    @Test func aBundleThatIsWrongIsExportedAgain() throws {
        let journal = try filled()
        let file = journal.beside("bundle")
        #expect(journal.run("export", "--out", file).code == .done)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let lines = text.split(separator: "\n").map(String.init)
        let head = try #require(try JSONValue(parsing: Array(lines[0].utf8))["head"]?.string)
        let digits = String(repeating: "0", count: 64)
        let cases = [
            (text.replacing("agent://a", with: "agent://b"), "record 1 was altered"),
            (
                text.replacing("\"action\":\"deploy\"", with: "\"action\":deploy"),
                "record 1 (the bundle) cannot be read"
            ),
            (String(text.dropLast(9)), "record 5 (the bundle) cannot be read: it breaks off"),
            (lines.dropLast().joined(separator: "\n") + "\n", "record 5 is missing: the bundle counts 5 records"),
            (([lines[0]] + lines.dropFirst(2)).joined(separator: "\n") + "\n", "record 1 does not begin the chain"),
            (text.replacing(head, with: "sha256:" + digits), "record 5 "),
            (
                lines[0].replacing("\"records\":5", with: "\"records\":0") + "\n",
                "its first line names another last record"
            ),
            (
                lines[0].replacing(head, with: "") + "\n" + lines.dropFirst().joined(separator: "\n") + "\n",
                "its first line names another last record"
            ),
        ]
        for (text, words) in cases {
            try TestFile.write(text, file)
            let copy = journal.beside("copy")
            let imported = CommandRun("journal", "import", copy, "--from", file)
            imported.expectError(.refused, "error: \(file): \(words)", "exported again")
            let verified = CommandRun("journal", "verify-bundle", file, "--json")
            #expect(verified.code == .refused)
            let message = try #require(try verified.json()["failures"]?.array?.first?["message"]?.string)
            #expect(message.hasPrefix(words) && message.contains("exported again"), "\(message)")
            for said in [imported.error, message] {
                #expect(
                    !said.contains("appended") && !said.contains("restore") && !said.contains("record 0"),
                    "\(said)"
                )
            }
            #expect(!FileManager.default.fileExists(atPath: copy))
        }
    }

    @Test func aBundleIsPassedOn() throws {
        let journal = try filled()
        let file = journal.beside("bundle")
        let run = journal.run("export", "--out", file)
        #expect(run.code == .done, "\(run.error)")
        #expect(run.output == "exported: 5 records to \(file)\n")
        let verified = CommandRun("journal", "verify-bundle", file, "--strict")
        #expect(
            verified.code == .done && verified.output.hasPrefix("ok: 5 records, head 5 sha256:"),
            "\(verified.error)"
        )
        let anchor = journal.beside("anchor")
        try TestFile.write(journal.run("head", "--json").outputBytes, anchor)
        #expect(CommandRun("journal", "verify-bundle", file, "--anchor", anchor).code == .done)

        let copy = journal.beside("copy")
        let imported = CommandRun("journal", "import", copy, "--from", file, "--format", "json-records")
        #expect(imported.code == .done, "\(imported.error)")
        #expect(try digests(copy) == digests(journal.path))
        CommandRun("journal", "import", copy, "--from", file).expectError(.usage, "something stands there")

        var bytes = Array(try Data(contentsOf: URL(filePath: file)))
        bytes[bytes.count / 2] ^= 1
        try TestFile.write(bytes, file)
        let altered = CommandRun("journal", "verify-bundle", file, "--json")
        #expect(altered.code == .refused)
        #expect(try altered.json()["ok"] == .bool(false))
        #expect(CommandRun("journal", "import", journal.beside("y"), "--from", file).code == .refused)
        #expect(!FileManager.default.fileExists(atPath: journal.beside("y")))
        try TestFile.write("{}\n", file)
        CommandRun("journal", "verify-bundle", file).expectError(.malformedInput, "not that of a bundle")
        CommandRun("journal", "verify-bundle", journal.beside("none")).expectError(.missingInput, "none")
    }

    @Test func repairDoesWhatTheNextAppendWould() throws {
        let journal = try filled()
        #expect(journal.run("repair").output == "nothing to do: 5 records, the chain is intact\n")
        let segment = journal.path + "/segments/00000000000000000001.jsonl"
        var bytes = Array(try Data(contentsOf: URL(filePath: segment)))
        let end = try #require(bytes.lastIndex(of: UInt8(ascii: "\n")))
        bytes.replaceSubrange((end + 1)..<(end + 6), with: Array("{torn".utf8))
        try TestFile.write(bytes, segment)
        let asked = journal.run("repair")
        #expect(asked.code == .refused)
        #expect(asked.output.contains("to mend: torn_tail:") && asked.output.contains("--yes"))
        #expect(Array(try Data(contentsOf: URL(filePath: segment))) == bytes)
        let done = journal.run("repair", "--yes")
        #expect(done.output == "repaired: 5 records, the chain is intact\n", "\(done.error)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: journal.path + "/quarantine").count == 1)
        #expect(journal.run("repair", "--json").code == .done)

        // What is damaged is not repaired.
        bytes[40] ^= 1
        try TestFile.write(bytes, segment)
        let refused = journal.run("repair", "--yes")
        #expect(refused.code == .refused)
        #expect(Array(try Data(contentsOf: URL(filePath: segment))) == bytes)
    }

    @Test func doctorAndReportKnowAJournal() throws {
        let journal = try filled()
        let run = CommandRun("doctor", journal.path)
        #expect(run.code == .done, "\(run.error)")
        #expect(run.lines[0] == "approval-use journal \(journal.path): sound")
        for fact in ["records", "layout", "uses", "revocations", "checkpoints", "file system"] {
            #expect(run.lines.contains { $0.hasPrefix("  \(fact) ") }, "\(fact)")
        }
        let page = journal.beside("page.html")
        #expect(CommandRun("report", journal.path, "--out", page).code == .done)
        let text = try String(contentsOfFile: page, encoding: .utf8)
        for part in ["Uses by grant", "g-a", "Revocations", "human://o", "Checkpoints", "not signed"] {
            #expect(text.contains(part), "\(part)")
        }
        let segment = journal.path + "/segments/00000000000000000001.jsonl"
        let altered = try String(contentsOfFile: segment, encoding: .utf8)
            .replacing("agent://a", with: "agent://b", maxReplacements: 1)
        try TestFile.write(altered, segment)
        let damaged = CommandRun("doctor", journal.path, "--json")
        #expect(damaged.code == .refused)
        let finding = try #require(try damaged.json()["findings"]?.array?.first)
        #expect(finding["kind"]?.string == "record_tampered" && finding["place"]?.string == "record 1")
        #expect(finding["remedy"]?.string?.isEmpty == false)
        #expect(CommandRun("report", journal.path, "--out", page).code == .done)
    }
}
