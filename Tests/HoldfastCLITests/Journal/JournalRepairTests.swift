import Canonical
import FileSystemSeam
import Foundation
import HoldfastCLI
import TestSupport
import Testing

/// Who is told "repaired" or "nothing to do" need not look again.
@Suite("holdfast journal repair")
struct JournalRepairTests {
    private static let segment = "/segments/00000000000000000001.jsonl"

    private func filled() throws -> JournalDirectory {
        let journal = try JournalDirectory()
        for nonce in ["a", "b"] { #expect(journal.reserve(nonce: nonce).code == .done) }
        return journal
    }

    private func tear(_ journal: borrowing JournalDirectory) throws {
        let path = journal.path + Self.segment
        var bytes = Array(try Data(contentsOf: URL(filePath: path)))
        let end = try #require(bytes.lastIndex(of: UInt8(ascii: "\n"))) + 1
        bytes.replaceSubrange(end..<end + 5, with: Array("{torn".utf8))
        try TestFile.write(bytes, path)
    }

    private func kinds(_ run: CommandRun, _ member: String) throws -> [String] {
        try #require(try run.json()[member]?.array).compactMap(\.string)
    }

    @Test func aLeftCopyIsRemoved() throws {
        let journal = try filled()
        let copy = journal.path + Self.segment + ".tmp"
        try TestFile.write("half", copy)
        let asked = journal.run("repair")
        #expect(asked.code == .refused && asked.output.contains("to mend: leftover_file:"), "\(asked.output)")
        let done = journal.run("repair", "--yes", "--json")
        #expect(done.code == .done)
        #expect(try kinds(done, "mended") == ["leftover_file"] && kinds(done, "left") == [])
        #expect(try done.json()["repaired"] == .bool(true))
        #expect(!FileManager.default.fileExists(atPath: copy))
        #expect(journal.run("repair").output == "nothing to do: 2 records, the chain is intact\n")
    }

    @Test func whatIsNotMendedIsSaid() throws {
        let journal = try filled()
        // A directory, which is not removed as a file is.
        try FileManager.default.createDirectory(
            atPath: journal.path + Self.segment + ".tmp",
            withIntermediateDirectories: false
        )
        try tear(journal)
        let run = journal.run("repair", "--yes", "--json")
        #expect(run.code == .refused)
        #expect(try kinds(run, "mended") == ["torn_tail"] && kinds(run, "left") == ["leftover_file"])
        #expect(try run.json()["repaired"] == .bool(false))
        let again = journal.run("repair", "--yes")
        #expect(again.code == .refused)
        #expect(again.lines.count == 1 && again.output.hasPrefix("not mended: leftover_file: segments/"), "\(again)")
    }

    /// Nobody writes over them, and other tools may have made them.
    @Test func leftoversOfOtherAppendsAreNotItsBusiness() throws {
        let journal = try JournalDirectory()
        #expect(journal.run("init", "--format", "json-records").code == .done)
        #expect(journal.reserve(nonce: "a").code == .done)
        let left = journal.path + "/records/0000000002.approval-use.0123456789abcdef.json.tmp"
        try TestFile.write("half", left)
        #expect(journal.run("verify").output.contains("leftover_file"))
        for run in [journal.run("repair"), journal.run("repair", "--yes")] {
            #expect(run.code == .done)
            #expect(run.output == "nothing to do: 1 record, the chain is intact\n")
        }
        #expect(FileManager.default.fileExists(atPath: left))
    }

    @Test func whatAFailedRepairBeganIsDone() throws {
        let journal = try filled()
        try tear(journal)
        // Of the copy in quarantine, then of the zeros.
        let syncs = Condition(0)
        let failing = PosixFileSystem { call in
            guard call.name == .fdatasync else { return nil }
            let count = syncs.withLock { syncs in
                syncs += 1
                return syncs
            }
            return count == 2 ? .failure(.inputOutput) : nil
        }
        let words = ["journal", "repair", journal.path, "--yes"]
        #expect(CommandRun(words, fileSystem: failing).code == .inputOutput)
        let head = journal.path + "/heads/current.json"
        #expect(try String(contentsOfFile: head, encoding: .utf8).contains("wiping_end"))
        let asked = journal.run("repair")
        #expect(asked.code == .refused && asked.output.contains("to mend: torn_tail:"), "\(asked.output)")
        #expect(journal.run("repair", "--yes").output == "repaired: 2 records, the chain is intact\n")
        #expect(try !String(contentsOfFile: head, encoding: .utf8).contains("wiping_end"))
        #expect(journal.run("repair").output == "nothing to do: 2 records, the chain is intact\n")
    }

    /// The next append writes it again, and verification does not look at it.
    @Test func aTornManifestIsWrittenAgain() throws {
        let journal = try filled()
        let manifest = journal.path + "/journal.json"
        let bytes = try Data(contentsOf: URL(filePath: manifest))
        try TestFile.write(Array(bytes.prefix(20)), manifest)
        #expect(journal.run("repair", "--yes").code == .done)
        #expect(try Data(contentsOf: URL(filePath: manifest)) == bytes)
    }
}
