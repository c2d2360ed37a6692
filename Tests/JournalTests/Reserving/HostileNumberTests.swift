import Canonical
import FileSystemSeam
import Foundation
import Journal
import TestSupport
import Testing

/// Numbers that no journal can have, in files whose checks are right: what is said of them is an error, and nothing
/// traps.
@Suite("Numbers that a hostile file names")
struct HostileNumberTests {
    private static let greatest = "18446744073709551615"

    @Test(arguments: [greatest, "18446744073709551614", "9223372036854775808"])
    func aBundleCountsMoreThanThereCanBe(count: String) throws {
        let root = try SimDisk().boot().openDirectory("/")
        let text = #"{"kind":"approval-use-bundle","version":"v1","records":\#(count),"head":""}"# + "\n"
        try root.replaceAtomically("bundle", with: Array(text.utf8))
        let bundle = try JournalBundle(root.open("bundle", .read, permissions: .ownerFile))
        let report = try bundle.verify()
        #expect(report.failures.map(\.kind) == [.missingRecord])
        #expect(report.failures.map(\.index) == [1])
    }

    /// No record follows one with the greatest index.
    @Test(arguments: ["x\ny\nz\n", "{}\n\n", ""])
    func aSegmentIsNamedAfterTheGreatestIndex(contents: String) throws {
        let journal = try TestJournal(.segments)
        _ = try journal.open().reserve(use())
        try journal.write(Array(contents.utf8), to: "segments/\(Self.greatest).jsonl")
        try expectMissing(journal)
    }

    /// The same with records that follow from each other.
    @Test func recordsStandInSuchASegment() throws {
        let journal = try TestJournal(.segments)
        for nonce in ["a", "b", "c"] { _ = try journal.open().reserve(use(nonce: nonce)) }
        let name = try #require(try journal.names(in: "segments").first)
        let lines = try journal.bytes("segments/\(name)").prefix { $0 != 0 }
        try journal.write(lines, to: "segments/\(Self.greatest).jsonl")
        try expectMissing(journal)
    }

    private func expectMissing(_ journal: TestJournal) throws {
        // The segment before it ends in its records, and no watermark says up to where to look.
        let first = "segments/" + (try #require(try journal.names(in: "segments").first))
        try journal.write(try journal.bytes(first).prefix { $0 != 0 }, to: first)
        for file in ["heads/current.json", "indexes/watermark.json"] { try journal.remove(file) }
        let report = try journal.open().verifyAll()
        #expect(report.failures.contains { $0.kind == .missingRecord }, "\(report.failures)")
        #expect(try journalError { _ = try journal.open().reserve(use(nonce: "n")) }?.code == "missing_record")
        #expect(try journalError { _ = try journal.open().rebuildIndexes() }?.code == "missing_record")
        #expect(!(try journal.open().verifyIntegrity().isIntact))
    }

    /// Zeros are not written where no byte can stand that was not synced.
    @Test func theEndOfAWipingIsFarAway() throws {
        let journal = try TestJournal(.segments)
        _ = try journal.open().reserve(use())
        let name = "segments/" + (try #require(try journal.names(in: "segments").first))
        let count = try journal.bytes(name).count
        var head = try ForgedHead(of: journal)
        head.wipingEnd = Int64(count + (8 << 20))
        try journal.write(head.bytes, to: "heads/current.json")
        #expect(try journal.open().reserve(use(nonce: "n")).index == 2)
        #expect(try journal.bytes(name).count < count + (1 << 20))
        #expect(try !journal.text("heads/current.json").contains("wiping_end"))
        let report = try journal.open().verifyAll()
        #expect(report.isIntact && report.recordCount == 2, "\(report)")
    }

    /// A run's counts are added up when it is merged with others, and say how large the new one is.
    @Test(arguments: [UInt64.max, UInt64.max - 22, 1 << 20, 0])
    func aRunCountsMoreThanItHolds(entryCount: UInt64) throws {
        let revocationCount: UInt64 = entryCount == 0 ? .max : 0
        let journal = try TestJournal(.segments, .tiny)
        let handle = journal.open()
        for number in 0..<40 { _ = try handle.reserve(use(nonce: "\(number)")) }
        let manifest = try JSONValue(parsing: journal.bytes("journal.json"))
        let id = try #require(manifest["journal_id"]?.string)
        let runs = try journal.names(in: "indexes").filter { $0.hasSuffix(".run") }
        #expect(!runs.isEmpty)
        for name in runs {
            let bytes = try journal.bytes("indexes/\(name)")
            let forged = SegmentIndexForgery.run(
                bytes,
                entryCount: entryCount,
                revocationCount: revocationCount,
                journal: id
            )
            try journal.write(forged, to: "indexes/\(name)")
        }
        let again = journal.open()
        for number in 40..<80 { #expect(try again.reserve(use(nonce: "\(number)")).useNumber == UInt32(number + 1)) }
        let report = try journal.open().verifyAll()
        #expect(report.isIntact && report.warnings == [], "\(report)")
    }
}
