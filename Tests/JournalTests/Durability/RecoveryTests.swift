import FileSystemSeam
import Foundation
import Journal
import Testing

@Suite("What a crash leaves behind is brought forward")
struct RecoveryTests {
    /// Three uses of one grant and nonce, and one of another.
    private func filled(_ format: JournalFormat = .jsonRecords) throws -> TestJournal {
        let journal = try TestJournal(format)
        let handle = journal.open()
        for _ in 0..<3 { _ = try handle.reserve(use(maximum: 3)) }
        _ = try handle.reserve(use("grant-b", nonce: "nonce-b", maximum: 1))
        return journal
    }

    private func expectSecondUsesRefused(_ journal: TestJournal) throws {
        #expect(try journalError { _ = try journal.open().reserve(use()) }?.code == "uses_exhausted")
        let other = use("grant-b", nonce: "nonce-b")
        #expect(try journalError { _ = try journal.open().reserve(other) }?.code == "uses_exhausted")
        #expect(try !journal.open().checkReplay(grant: "grant-a", nonceDigest: digest("nonce-1")).passed)
    }

    static let caches: [(JournalFormat, String)] =
        ["indexes", "indexes/by-grant", "indexes/by-nonce", "heads", "heads/current.json"].map { (.jsonRecords, $0) }
        + ["indexes", "indexes/watermark.json", "heads", "heads/current.json"].map { (.segments, $0) }

    @Test(arguments: caches)
    func lostCachesAllowNoSecondUse(format: JournalFormat, name: String) throws {
        let journal = try filled(format)
        try #require(journal.exists(name))
        try journal.remove(name)
        try expectSecondUsesRefused(journal)
        #expect(try journal.open().verifyIntegrity().isIntact)
        #expect(try journal.open().reserve(use("grant-c")).index == 5)
        #expect(try journal.open().verifyIntegrity().isIntact)
    }

    @Test func lostIndexesAreRebuilt() throws {
        let journal = try filled()
        _ = try journal.open().append(checkpoint(to: 4))
        let before = try journal.contents()
        try journal.remove("indexes")
        #expect(try journal.open().verifyIntegrity().warnings.map(\.kind) == [.indexStale])
        #expect(try journal.open().rebuildIndexes() == 5)
        #expect(try journal.contents() == before)
        #expect(try journal.open().verifyIntegrity().warnings == [])
    }

    @Test func rebuildingRemovesWhatNoRecordConcerns() throws {
        let journal = try filled()
        let before = try journal.contents()
        try journal.write(Array("1\n".utf8), to: "indexes/by-grant/stray.txt")
        try journal.write(Array("1".utf8), to: "indexes/by-nonce/stray.txt.tmp")
        try journal.write(Array("kept".utf8), to: "indexes/by-grant/README")
        #expect(try journal.open().rebuildIndexes() == 4)
        var after = try journal.contents()
        #expect(after.removeValue(forKey: "indexes/by-grant/README") == Array("kept".utf8))
        #expect(after == before)
    }

    /// Records count from 1: what else stands on a line names none, to whoever looks.
    @Test(arguments: ["0\n", "0\n2\n3\n", "1\n2\n0\n", "1\n2\n3\n+7\n", "1\n2\n3\n-1\n"])
    func aLineThatNamesNoRecordIsNoEvidence(lines: String) throws {
        let journal = try filled()
        let file = "indexes/by-grant/grant-a.txt"
        let before = try journal.text(file)
        try journal.write(Array(lines.utf8), to: file)
        for report in [try journal.open().verifyIntegrity(), try journal.open().verifyAll()] {
            #expect(report.isIntact && report.warnings.map(\.kind) == [.indexStale], "\(report)")
        }
        try expectSecondUsesRefused(journal)
        #expect(try journal.open().rebuildIndexes() == 4)
        #expect(try journal.text(file) == before)
        #expect(try journal.open().verifyAll().warnings == [])
    }

    @Test(arguments: JournalFormat.allCases)
    func rebuildingWithoutAJournalMakesNone(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        #expect(try journal.open().rebuildIndexes() == 0)
        #expect(!journal.exists(""))
    }

    @Test func rebuildingSurvivesNamesThatAreNoText() throws {
        let journal = try filled()
        let name = "\(journal.path)/indexes/by-grant/".utf8CString.dropLast() + [-1, -2] + ".txt".utf8CString
        let descriptor = Foundation.open(Array(name), O_CREAT | O_WRONLY, 0o600)
        try #require(descriptor >= 0)
        close(descriptor)
        #expect(try journal.open().rebuildIndexes() == 4)
        #expect(try journal.open().reserve(use("grant-c")).index == 5)
    }

    /// A crash between the record and its caches.
    @Test func aRecordBeyondTheHeadIsKeptAndItsIndexNotReused() throws {
        let journal = try filled()
        let before = try journal.contents()
        _ = try journal.open().reserve(use("grant-c", nonce: "nonce-c", maximum: 1))
        let record = try journal.record(5)
        let bytes = try journal.bytes(record)
        try journal.restore(before)
        try journal.write(bytes, to: record)

        let report = try journal.open().verifyIntegrity()
        #expect(report.isIntact)
        #expect(report.recordCount == 5)
        #expect(Set(report.warnings.map(\.kind)) == [.headBehind, .indexStale])
        #expect(
            try journalError { _ = try journal.open().reserve(use("grant-c", nonce: "nonce-c")) }?.code
                == "uses_exhausted"
        )
        #expect(try journal.open().reserve(use("grant-d")).index == 6)
        #expect(try journal.open().verifyIntegrity().warnings == [])
        #expect(try journal.text("indexes/by-grant/grant-c.txt") == "5\n")
    }

    @Test(arguments: [
        "", "{", "{\n  \"index\": 4,\n  \"dig", "[]", "{}", "null", "\0\0\0\0", "{\"index\":-1,\"digest\":\"\"}",
    ])
    func anUnreadableHeadIsWrittenAnew(text: String) throws {
        let journal = try filled()
        let head = try journal.bytes("heads/current.json")
        try journal.write(Array(text.utf8), to: "heads/current.json")
        let report = try journal.open().verifyIntegrity()
        #expect(report.isIntact)
        #expect(report.warnings.map(\.kind) == [.headUnreadable])
        try expectSecondUsesRefused(journal)
        // The refusals above took the lock, and whoever does mends the head.
        #expect(try journal.bytes("heads/current.json") == head)
        #expect(try journal.open().rebuildIndexes() == 4)
        #expect(try journal.open().reserve(use("grant-c")).index == 5)
    }

    @Test func anOldHeadIsBroughtForward() throws {
        let journal = try filled()
        let old = try journal.bytes("heads/current.json")
        _ = try journal.open().reserve(use("grant-c"))
        try journal.write(old, to: "heads/current.json")
        #expect(try journal.open().verifyIntegrity().warnings.map(\.kind) == [.headBehind])
        #expect(try journal.open().reserve(use("grant-d")).index == 6)
        #expect(try journal.open().verifyIntegrity().warnings == [])
    }

    @Test func aHeadOfZeroIsAnOldHead() throws {
        let journal = try filled()
        try journal.write(Array(#"{"index":0,"digest":""}"#.utf8), to: "heads/current.json")
        #expect(try journal.open().verifyIntegrity().isIntact)
        #expect(try journal.open().reserve(use("grant-c")).index == 5)
    }

    @Test(arguments: ["", "{", "{\"kind\":\"approval-use-jour", "\0\0\0"])
    func aTornManifestIsWrittenAnew(text: String) throws {
        let journal = try filled()
        let manifest = try journal.bytes("journal.json")
        try journal.write(Array(text.utf8), to: "journal.json")
        #expect(try journal.open().verifyIntegrity().isIntact)
        try expectSecondUsesRefused(journal)
        #expect(try journal.open().reserve(use("grant-c")).index == 5)
        #expect(try journal.bytes("journal.json") == manifest)
    }

    @Test func aMissingManifestIsWrittenAnew() throws {
        let journal = try filled()
        let manifest = try journal.bytes("journal.json")
        try journal.remove("journal.json")
        #expect(try journal.open().verifyIntegrity().recordCount == 4)
        #expect(try journal.open().reserve(use("grant-c")).index == 5)
        #expect(try journal.bytes("journal.json") == manifest)
    }

    @Test func aLeftoverOfAnInterruptedAppendIsHarmlessAndWrittenOver() throws {
        let journal = try filled()
        journal.fileSystem.setRandom(7)
        let before = try journal.contents()
        _ = try journal.open().reserve(use("grant-c"))
        let record = try journal.record(5)
        try journal.restore(before)
        // What is left by the very append that now comes again, and by another.
        try journal.write(Array("{\"half\":".utf8), to: record + ".tmp")
        try journal.write([], to: "records/0000000005.approval-use.0123456789abcdef.json.tmp")
        #expect(try journal.open().verifyIntegrity().warnings.map(\.kind) == [.leftoverFile, .leftoverFile])
        #expect(try journal.open().reserve(use("grant-c")).index == 5)
        #expect(try journal.record(5) == record)
        #expect(!journal.exists(record + ".tmp"))
        #expect(try journal.open().verifyIntegrity().warnings.map(\.kind) == [.leftoverFile])
    }

    @Test func leftoversOfCachesAreHarmless() throws {
        let journal = try filled()
        for file in ["heads/current.json.tmp", "journal.json.tmp", "indexes/by-grant/grant-a.txt.tmp"] {
            try journal.write(Array("half".utf8), to: file)
        }
        #expect(try journal.open().verifyIntegrity().warnings == [])
        try expectSecondUsesRefused(journal)
        #expect(try journal.open().reserve(use("grant-c")).index == 5)
    }

    @Test func foreignFilesAreSkipped() throws {
        let journal = try filled()
        let names = [
            "README", ".hidden", "0000000005.approval-use.json", "5.approval-use.0123456789abcdef.json",
            "0000000000.approval-use.0123456789abcdef.json", "0000000005.approval-use.0123456789ABCDEF.json",
            "0000000005.approval-use.0123456789abcde.json", "+000000005.approval-use.0123456789abcdef.json",
            "0000000005.approval-use.0123456789abcdef.json.bak", "0000000002.future-kind.0123456789abcdef.json",
            "99999999999999999999.approval-use.0123456789abcdef.json",
        ]
        for name in names { try journal.write([], to: "records/\(name)") }
        let report = try journal.open().verifyIntegrity()
        #expect(report.isIntact)
        #expect(report.recordCount == 4)
        #expect(report.warnings.map(\.kind) == names.map { _ in .foreignFile })
        for name in names { #expect(report.warnings.contains { $0.message.contains("records/\(name) ") }, "\(name)") }
        #expect(try journal.open().reserve(use("grant-c")).index == 5)
        for name in names { #expect(journal.exists("records/\(name)"), "\(name) was removed") }
    }

    @Test func withoutRecordsAHeadShowsTheLoss() throws {
        let journal = try filled()
        try journal.remove("records")
        #expect(try journal.open().verifyIntegrity().failures.map(\.kind) == [.missingRecord])
        #expect(try journalError { _ = try journal.open().reserve(use()) }?.code == "missing_record")
        #expect(try journalError { _ = try journal.open().uses(forGrant: "grant-a") }?.code == "missing_record")
    }

    @Test func withoutRecordsAndHeadAnIndexShowsTheLoss() throws {
        let journal = try filled()
        try journal.remove("records")
        try journal.remove("heads")
        #expect(try journal.open().verifyIntegrity().failures.first?.kind == .missingRecord)
        #expect(try journalError { _ = try journal.open().reserve(use()) }?.code == "missing_record")
    }
}
