import Foundation
import Journal
import Signing
import TestSupport
import Testing

/// Somebody puts an older head of the same boot back. Readers go no further than it says; whoever verifies is told what
/// stands behind it.
@Suite("A head of this boot that is older than the records")
struct OlderHeadTests {
    /// Ten uses, and the head as it was after three.
    private func journal(_ settings: SegmentSettings = SegmentSettings()) throws -> TestJournal {
        let journal = try TestJournal(.segments, settings)
        let handle = journal.open()
        for number in 1...3 { _ = try handle.reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
        let head = try journal.bytes("heads/current.json")
        for number in 4...10 { _ = try handle.reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
        try putBack(head, journal)
        return journal
    }

    private func putBack(_ head: [UInt8], _ journal: TestJournal) throws {
        for file in ["heads/current.json", "indexes/watermark.json"] where journal.exists(file) {
            try journal.write(head, to: file)
        }
    }

    @Test func verificationCountsWhatStandsBehindIt() throws {
        let journal = try journal()
        let report = try journal.open().verifyAll()
        #expect(report.isIntact)
        #expect(report.recordCount == 3)
        #expect(report.head?.index == 3)
        #expect(report.warnings.map(\.kind) == [.headBehind])
        let message = report.warnings.first?.message ?? ""
        #expect(message.contains("7 whole records, 4 to 10, are not known to be durable"), "\(message)")
        // The next append brings it forward, and no use was forgotten.
        let error = try journalError { _ = try journal.open().reserve(use(nonce: "n-10"), maximumUses: 1) }
        #expect(error?.code == "uses_exhausted")
        #expect(try journal.open().verifyAll().warnings == [])
    }

    @Test func anAnchorBehindItHolds() throws {
        let journal = try journal()
        let head = try journal.bytes("heads/current.json")
        _ = try journal.open().reserve(use(nonce: "n-11"))
        let last = try #require(try journal.open().head())
        let anchor = JournalAnchor(index: last.index, digest: last.digest)
        try putBack(head, journal)
        #expect(try journal.open().verifyAll(anchor: anchor).isIntact)
        #expect(try journal.open().verifyIntegrity(anchor: anchor).isIntact)
        for wrong in [
            JournalAnchor(index: last.index, digest: digest("another")),
            JournalAnchor(index: last.index + 1, digest: last.digest),
        ] {
            #expect(try journal.open().verifyAll(anchor: wrong).failures.map(\.kind) == [.rolledBack])
        }
    }

    /// Nothing was rolled back, and nothing has to be restored.
    @Test func aNoteBehindItSaysWhatHelps() throws {
        let journal = try journal()
        let note = try CheckpointBody(origin: "example.com/j", size: 10, rootHash: [UInt8](repeating: 0, count: 32))
        let failure = try #require(try journal.open().verifyAll(note: note).failures.first)
        #expect(failure.kind == .rolledBack)
        #expect(failure.message.contains("The next append brings it forward"), "\(failure)")
        _ = try journal.open().reserve(use(nonce: "n-11"))
        let further = try CheckpointBody(origin: "example.com/j", size: 12, rootHash: note.rootHash)
        let lost = try #require(try journal.open().verifyAll(note: further).failures.first)
        #expect(lost.message.contains("restore the journal from a copy"), "\(lost)")
    }

    @Test func whatShouldNotStandBehindItIsFound() throws {
        let journal = try journal()
        let head = try journal.bytes("heads/current.json")
        _ = try journal.open().append(use(nonce: "n-10", maximum: 1))
        try putBack(head, journal)
        let findings = try journal.open().verifyAll().findings
        #expect(findings.contains { $0.kind == .limitExceeded && $0.index == 11 }, "\(findings)")
    }

    /// The index names records that are durable: they are none that may be left out, and none that is missing.
    @Test func recordsThatTheIndexNamesAreCounted() throws {
        let journal = try journal(.tiny)
        let runs = try journal.names(in: "indexes").filter { $0.hasSuffix(".run") }
        let named = try #require(runs.compactMap { UInt64($0.dropLast(4).suffix(20)) }.max())
        #expect(named > 3)
        let report = try journal.open().verifyAll()
        #expect(report.isIntact, "\(report.failures)")
        #expect(report.recordCount == named)
        #expect(try journal.open().head()?.index == named)
    }

    /// What was never acknowledged is cut off there, and counted by nobody.
    @Test func aTornLineBehindItIsNoRecord() throws {
        let journal = try journal()
        let path = "segments/\(try #require(try journal.names(in: "segments").last))"
        var bytes = try journal.bytes(path)
        let end = try #require(bytes.lastIndex(of: UInt8(ascii: "\n")))
        bytes[end - 5] = 0
        try journal.write(bytes, to: path)
        let report = try journal.open().verifyAll()
        #expect(report.isIntact)
        #expect(Set(report.warnings.map(\.kind)) == [.headBehind, .tornTail])
        #expect(report.warnings.contains { $0.message.contains("6 whole records, 4 to 9,") }, "\(report.warnings)")
    }
}
