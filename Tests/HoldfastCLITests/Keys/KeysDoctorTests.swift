import Canonical
import Foundation
import HoldfastCLI
import TestSupport
import Testing

@Suite("doctor and report on a key store")
struct KeysDoctorTests {
    /// Two keys of `a`, destroyed; one of `b`.
    private func store() throws -> KeyDirectory {
        let keys = try KeyDirectory()
        for words in [
            ["mint", "--entity", "a"], ["rotate", "--entity", "a"], ["mint", "--entity", "b"],
            ["shred", "--entity", "a"],
        ] {
            #expect(keys.run(words[0], Array(words.dropFirst()), input: []).code == .done)
        }
        return keys
    }

    private func findings(_ keys: borrowing KeyDirectory) throws -> [(kind: String, severity: String, place: String)] {
        let json = try CommandRun("doctor", keys.path, "--json").json()
        return (json["findings"]?.array ?? []).map {
            ($0["kind"]?.string ?? "", $0["severity"]?.string ?? "", $0["place"]?.string ?? "")
        }
    }

    @Test func aSoundStoreIsSoundWithoutItsRootKey() throws {
        let keys = try store()
        try FileManager.default.removeItem(atPath: keys.beside("root.key"))
        let before = try TestFile.tree(keys.path)
        let run = CommandRun("doctor", keys.path)
        #expect(run.code == .done)
        #expect(run.lines[0] == "key store \(keys.path): sound", "\(run.output)")
        #expect(run.lines.contains { $0.hasPrefix("  destroyed keys ") && $0.hasSuffix(" 2") })
        #expect(run.lines.contains { $0.hasPrefix("  current keys ") && $0.hasSuffix(" 1") })
        #expect(run.lines.contains { $0.hasPrefix("  receipts ") && $0.hasSuffix(" 1") })
        #expect(try TestFile.tree(keys.path) == before, "it changed something")
        #expect(CommandRun("report", keys.path, "--out", "-").output.contains("<dt>granularity</dt><dd>entity</dd>"))
    }

    @Test func damageHasItsPlace() throws {
        let keyset = try store()
        try keyset.alter("keyset") { $0[1600] ^= 1 }
        let run = CommandRun("doctor", keyset.path)
        #expect(run.code == .refused && run.output.contains("do not agree"))
        #expect(try findings(keyset).map(\.kind) == ["corrupt"])

        let journal = try store()
        let name = try journal.journal()
        try journal.alter(name) { $0[512 + 24] ^= 1 }
        let record = try findings(journal)
        #expect(record.map(\.kind) == ["damaged_record"] && record.first?.place == "\(name), byte 512")

        let lost = try store()
        try FileManager.default.removeItem(atPath: lost.path + "/" + (try lost.journal()))
        #expect(try findings(lost).map(\.kind) == ["journal_missing"])

        let receipt = try store()
        try receipt.alter("receipts/00000001.json") { $0[20] ^= 1 }
        let bad = try findings(receipt)
        #expect(bad.map(\.kind) == ["bad_receipt"] && bad.first?.place == "receipts/00000001.json")

        let missing = try store()
        try FileManager.default.removeItem(atPath: missing.path + "/keyset")
        #expect(try findings(missing).map(\.kind) == ["keyset_missing"])
    }

    @Test func whatMendsItselfIsANotice() throws {
        let keys = try store()
        let journal = try keys.journal()
        try keys.alter(journal) { $0.append(Data(repeating: 0x48, count: 100)) }
        try TestFile.write([1, 2, 3], keys.path + "/journal-00000000000000ff")
        try TestFile.write([1, 2, 3], keys.path + "/.keyset.tmp")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: keys.path + "/keyset")
        let run = CommandRun("doctor", keys.path)
        #expect(run.code == .done, "\(run.output)")
        let found = try findings(keys)
        #expect(found.allSatisfy { $0.severity == "notice" })
        #expect(Set(found.map(\.kind)).isSuperset(of: ["torn_journal", "leftover", "loose_permissions"]))
        // What it says helps does help.
        #expect(keys.run("list").code == .done)
        #expect(try findings(keys).filter { $0.kind == "leftover" }.isEmpty)
    }
}
