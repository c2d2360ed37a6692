import Journal
import Testing

@Suite("Removed tails are noticed")
struct LostTailTests {
    private func filled(_ format: JournalFormat = .jsonRecords) throws -> TestJournal {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(maximum: 1))
        _ = try handle.reserve(use("grant-b", maximum: 1))
        _ = try handle.reserve(use("grant-c", maximum: 1))
        return journal
    }

    private func expectMissing(_ index: UInt64, _ journal: TestJournal) throws {
        let report = try journal.open().verifyIntegrity()
        #expect(report.failures.map(\.kind) == [.missingRecord])
        #expect(report.failures.first?.index == index)
        for attempt in [
            { _ = try journal.open().reserve(use("grant-c")) }, { _ = try journal.open().reserve(use("grant-z")) },
            { _ = try journal.open().append(revocation()) },
            { _ = try journal.open().checkReplay(grant: "grant-c", nonceDigest: digest("nonce-1")) },
            { _ = try journal.open().uses(forGrant: "grant-c") },
        ] {
            guard case .missingRecord(index, _)? = try journalError(attempt) else {
                Issue.record("not noticed")
                continue
            }
        }
    }

    @Test func aTailThatTheHeadNames() throws {
        let journal = try filled()
        try journal.remove(try journal.record(3))
        try expectMissing(3, journal)
    }

    @Test func severalThatTheHeadNames() throws {
        let journal = try filled()
        try journal.remove(try journal.record(3))
        try journal.remove(try journal.record(2))
        #expect(try journal.open().verifyIntegrity().failures.first?.index == 2)
    }

    @Test func aRecordInTheMiddle() throws {
        let journal = try filled()
        try journal.remove(try journal.record(2))
        try expectMissing(2, journal)
    }

    /// The head is gone, too; the indexes still name the record.
    @Test func aTailThatOnlyAnIndexNames() throws {
        let journal = try filled()
        try journal.remove(try journal.record(3))
        try journal.remove("heads/current.json")
        let report = try journal.open().verifyIntegrity()
        #expect(report.failures.map(\.kind) == [.missingRecord])
        #expect(report.failures.first?.index == 3)
        for attempt in [
            { _ = try journal.open().reserve(use("grant-c")) }, { _ = try journal.open().reserve(use("grant-z")) },
            { _ = try journal.open().checkReplay(grant: "grant-c", nonceDigest: digest("nonce-1")) },
            { _ = try journal.open().uses(forGrant: "grant-c") },
        ] {
            #expect(try journalError(attempt)?.code == "missing_record")
        }
    }

    @Test func aHeadThatNamesAnotherLastRecord() throws {
        let journal = try filled()
        let other = String(repeating: "0", count: 64)
        try journal.write(
            Array(#"{"index":3,"digest":"sha256:\#(other)","updated_at":""}"#.utf8),
            to: "heads/current.json"
        )
        try expectMissing(3, journal)
    }

    @Test(arguments: JournalFormat.allCases, [UInt64.max, UInt64(Int64.max), 4])
    func aHeadFarBeyondTheRecords(format: JournalFormat, index: UInt64) throws {
        let journal = try filled(format)
        try journal.write(Array(#"{"index":\#(index),"digest":"sha256:x"}"#.utf8), to: "heads/current.json")
        try expectMissing(4, journal)
        #expect(try journal.open().verifyAll().failures.map(\.kind) == [.missingRecord])
    }

    /// All evidence inside is gone; a handle that wrote the record before still knows.
    @Test(arguments: JournalFormat.allCases)
    func aHandleRemembersWhatItSaw(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use("grant-a"), maximumUses: 1)
        let before = try journal.contents()
        let last = try handle.reserve(use("grant-b"), maximumUses: 1)
        try journal.restore(before)
        guard
            case .rolledBack(let expected, let found)? = try journalError({
                _ = try handle.reserve(use("grant-b"), maximumUses: 1)
            })
        else {
            Issue.record("the use was counted again")
            return
        }
        #expect(expected.index == 2)
        #expect(expected.digest == last.digest)
        #expect(found?.index == 1)
        #expect(try journalError { _ = try handle.append(revocation()) }?.code == "rolled_back")
    }

    /// Evidence that came after a handle looked at all indexes.
    @Test func aHandleLooksAtTheIndexesOfItsGrantEachTime() throws {
        let journal = try TestJournal()
        let handle = journal.open()
        _ = try handle.reserve(use("grant-a"))
        let records = try journal.records()
        let head = try journal.bytes("heads/current.json")
        // Another handle's record, which this one never saw.
        _ = try journal.open().reserve(use("grant-b"), maximumUses: 1)
        try journal.remove(try journal.record(2))
        try journal.write(head, to: "heads/current.json")
        #expect(try journal.records() == records)
        #expect(try journalError { _ = try handle.reserve(use("grant-b"), maximumUses: 1) }?.code == "missing_record")
    }

    @Test(arguments: JournalFormat.allCases)
    func anAnchorShowsWhatNothingInsideDoes(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        let first = try handle.reserve(use("grant-a"))
        let before = try journal.contents()
        let second = try handle.reserve(use("grant-b"))
        let anchor = JournalAnchor(index: second.index, digest: second.digest)
        #expect(try journal.open().verifyIntegrity(anchor: anchor).isIntact)
        try journal.restore(before)
        #expect(try journal.open().verifyIntegrity().isIntact)
        for report in [
            try journal.open().verifyIntegrity(anchor: anchor), try journal.open().verifyAll(anchor: anchor),
        ] {
            #expect(report.failures.map(\.kind) == [.rolledBack])
            #expect(report.failures.first?.index == 2)
        }
        // Another history of the same length.
        _ = try journal.open().reserve(use("grant-c"))
        #expect(try journal.open().verifyIntegrity(anchor: anchor).failures.map(\.kind) == [.rolledBack])
        // An older anchor still holds.
        let older = JournalAnchor(index: 1, digest: first.digest)
        #expect(try journal.open().verifyIntegrity(anchor: older).isIntact)
        #expect(try TestJournal(format).open().verifyIntegrity(anchor: older).failures.map(\.kind) == [.rolledBack])
    }

    @Test(arguments: JournalFormat.allCases)
    func anAnchorIsReadFromAHead(format: JournalFormat) throws {
        let journal = try filled(format)
        let anchor = try JournalAnchor(parsing: try journal.bytes("heads/current.json"))
        #expect(anchor.index == 3)
        #expect(try journal.open().verifyIntegrity(anchor: anchor).isIntact)
        #expect(try journalError { _ = try JournalAnchor(parsing: Array("{}".utf8)) }?.code == "invalid_argument")
    }

    /// What is mistyped is not a rollback, and an anchor that holds nothing must not look like one that holds.
    @Test func anAnchorNamesARecordByItsDigest() throws {
        let digest = digest("x")
        let hex = digest.dropFirst("sha256:".count)
        func anchor(_ index: Int, _ digest: String) throws -> JournalAnchor {
            try JournalAnchor(parsing: Array("{\"index\":\(index),\"digest\":\"\(digest)\"}".utf8))
        }
        #expect(try anchor(3, digest) == JournalAnchor(index: 3, digest: digest))
        // The head of an empty journal.
        #expect(try anchor(0, "") == JournalAnchor(index: 0, digest: ""))
        for (index, text) in [
            (0, "zzz"), (0, digest), (3, ""), (3, "garbage"), (3, "sha256:\(hex.uppercased())"),
            (3, "sha256:\(hex.dropLast())"),
            (3, String(hex)), (3, "blake3:\(hex)"), (3, digest + " "),
        ] {
            #expect(try journalError { _ = try anchor(index, text) }?.code == "invalid_argument", "\(index) \(text)")
        }
    }
}
