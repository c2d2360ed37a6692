import Foundation
import Journal
import TestSupport
import Testing

/// A head says where the record ends that it names. It is believed only where that is so: records that are skipped are
/// uses that are granted again.
@Suite("Heads with a right check and a wrong end")
struct ForgedHeadTests {
    /// Where a head says that its record ends.
    enum End: String, CaseIterable {
        case ofTheLastRecord, oneRecordLater, oneRecordEarlier, inTheMiddleOfALine, atTheBeginning, behindTheSegment
        case inAnotherSegment
    }

    private static let count = 60

    /// A journal of many more records than are kept in memory, in one segment or several.
    private func filled(inOneSegment isOne: Bool) throws -> (TestJournal, ends: [Int64]) {
        var settings = SegmentSettings.tiny
        if isOne { settings.segmentByteMaximum = 1 << 20 }
        let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk
        let journal = try TestJournal(.segments, settings, in: disk)
        let handle = journal.open()
        for number in 1...Self.count { _ = try handle.reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
        return (journal, try ends(in: journal))
    }

    /// Where each line of the last segment ends.
    private func ends(in journal: TestJournal) throws -> [Int64] {
        let last = try #require(try journal.names(in: "segments").last)
        let bytes = try journal.bytes("segments/\(last)")
        return bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.map { Int64($0 + 1) }
    }

    private func end(_ end: End, of place: Int, _ ends: [Int64]) -> Int64 {
        switch end {
        case .ofTheLastRecord: ends[ends.count - 1]
        case .oneRecordLater: ends[place + 1]
        case .oneRecordEarlier: ends[place - 1]
        case .inTheMiddleOfALine: ends[place + 1] - 7
        case .atTheBeginning: 0
        case .behindTheSegment: 1 << 40
        case .inAnotherSegment: ends[place]
        }
    }

    /// No use is granted again, and one that is new is recorded behind the others.
    private func expectWhole(_ journal: TestJournal, _ handle: ApprovalJournal, _ count: Int) throws {
        for number in (1...count).reversed() {
            let error = try journalError { _ = try handle.reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
            #expect(error?.code == "uses_exhausted", "use \(number) of \(count)")
        }
        #expect(try handle.reserve(use(nonce: "new"), maximumUses: 1).index == UInt64(count + 1))
        #expect(try journal.open().reserve(use(nonce: "newer"), maximumUses: 1).index == UInt64(count + 2))
        let report = try journal.open().verifyAll()
        #expect(report.isIntact && report.findings == [] && report.warnings == [], "\(report)")
        #expect(report.recordCount == UInt64(count + 2))
    }

    /// The index is lost, too, so that it is made anew of the records that the head calls durable.
    @Test(arguments: End.allCases, [true, false])
    func anIndexIsMadeAnew(end: End, isIndexLost: Bool) throws {
        let (journal, ends) = try filled(inOneSegment: true)
        let records = try journal.open().records()
        var head = try ForgedHead(of: journal)
        let place = Self.count - 6
        head.name(records[place])
        head.end = self.end(end, of: place, ends)
        if end == .inAnotherSegment { head.segment += 1 }
        if isIndexLost { try journal.remove("indexes") } else { try journal.remove("indexes/watermark.json") }
        try journal.write(head.bytes, to: "heads/current.json")
        try expectWhole(journal, journal.open(), Self.count)
    }

    /// A handle that is open reads on from the segment that it knows to the one that the head names.
    @Test(arguments: End.allCases)
    func aHandleFollowsToALaterSegment(end: End) throws {
        let (journal, _) = try filled(inOneSegment: false)
        let handle = journal.open()
        #expect(try handle.reserve(use(nonce: "n-\(Self.count + 1)"), maximumUses: 1).isExisting == false)
        let before = try journal.names(in: "segments").count
        let other = journal.open()
        var count = Self.count + 1
        var ends = try ends(in: journal)
        while try journal.names(in: "segments").count == before || ends.count < 4 {
            count += 1
            _ = try other.reserve(use(nonce: "n-\(count)"), maximumUses: 1)
            ends = try self.ends(in: journal)
        }
        let place = ends.count - 3
        let records = try journal.open().records()
        var head = try ForgedHead(of: journal)
        head.name(records[count - 3])
        head.end = self.end(end, of: place, ends)
        if end == .inAnotherSegment { head.segment += 1 }
        try FileHandle(forWritingTo: URL(filePath: journal.path + "/heads/current.json")).write(contentsOf: head.bytes)
        try expectWhole(journal, handle, count)
    }

    /// Others have appended in the segment that a handle holds open, and the head names one of theirs.
    @Test(arguments: End.allCases)
    func aHandleReadsOnInItsSegment(end: End) throws {
        let (journal, _) = try filled(inOneSegment: true)
        let handle = journal.open()
        #expect(try handle.reserve(use(nonce: "n-\(Self.count + 1)"), maximumUses: 1).isExisting == false)
        let other = journal.open()
        let count = Self.count + 8
        for number in Self.count + 2...count { _ = try other.reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
        let ends = try ends(in: journal)
        let place = count - 4
        let records = try journal.open().records()
        var head = try ForgedHead(of: journal)
        head.name(records[place])
        head.end = self.end(end, of: place, ends)
        if end == .inAnotherSegment { head.segment += 1 }
        try FileHandle(forWritingTo: URL(filePath: journal.path + "/heads/current.json")).write(contentsOf: head.bytes)
        try expectWhole(journal, handle, count)
    }
}
