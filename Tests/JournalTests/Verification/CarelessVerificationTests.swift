import FileSystemSeam
import Journal
import TestSupport
import Testing

/// Readers report what a writer without syncs has appended. Verification walks as far as they do.
@Suite("Verification of records that nobody synced")
struct CarelessVerificationTests {
    private static let careless = JournalOptions(durability: .processCrashOnly)

    @Test(arguments: JournalFormat.allCases, [0, 3])
    func anAnchorIsAmongThem(format: JournalFormat, durable: Int) throws {
        let journal = try TestJournal(format)
        for number in 0..<durable { _ = try journal.open().reserve(use(nonce: "d-\(number)"), maximumUses: 1) }
        let handle = journal.open(Self.careless)
        for number in durable..<10 { _ = try handle.reserve(use(nonce: "c-\(number)"), maximumUses: 1) }
        let head = try #require(try journal.open().head())
        #expect(head.index == 10)
        let anchor = JournalAnchor(index: head.index, digest: head.digest)
        for report in [
            try journal.open().verifyAll(anchor: anchor), try journal.open().verifyIntegrity(anchor: anchor),
            try handle.verifyAll(anchor: anchor),
        ] {
            #expect(report.isIntact, "\(report.failures)")
            #expect(report.recordCount == 10)
            #expect(report.head == head)
            #expect(report.warnings == [], "nothing is behind anything")
        }
        let wrong = JournalAnchor(index: head.index, digest: digest("another"))
        #expect(try journal.open().verifyAll(anchor: wrong).failures.map(\.kind) == [.rolledBack])
    }

    @Test(arguments: JournalFormat.allCases)
    func whatTheyShouldNotHoldIsFound(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        _ = try journal.open().reserve(use(nonce: "once"), maximumUses: 1)
        let handle = journal.open(Self.careless)
        _ = try handle.append(use(nonce: "once", maximum: 1))
        _ = try handle.append(revocation())
        _ = try handle.append(use(nonce: "twice"))
        let findings = try journal.open().verifyAll().findings
        #expect(findings.contains { $0.kind == .limitExceeded && $0.index == 2 }, "\(findings)")
        #expect(findings.contains { $0.kind == .useAfterRevocation && $0.index == 4 }, "\(findings)")
    }

    /// In the boot that wrote them nothing but somebody's hand takes them away: readers refuse, and so does
    /// verification. So does whoever would write: it would grant their uses again, and leave nothing to see it by.
    @Test(arguments: [0, 9])
    func theyAreMissedWhereTheyAreGone(left: Int) throws {
        let journal = try TestJournal(.segments)
        for number in 0..<3 { _ = try journal.open().reserve(use(nonce: "d-\(number)"), maximumUses: 1) }
        let handle = journal.open(Self.careless)
        for number in 3..<10 { _ = try handle.reserve(use(nonce: "c-\(number)"), maximumUses: 1) }
        let segment = "segments/\(try #require(try journal.names(in: "segments").last))"
        var bytes = try journal.bytes(segment)
        let end = try #require(bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.dropFirst(6).first) + 1
        for place in (end + left)..<bytes.count { bytes[place] = 0 }
        try journal.write(bytes, to: segment)
        let before = try journal.contents()
        for writer in [journal.open(), journal.open(Self.careless)] {
            for nonce in ["c-9", "new"] {
                let error = try journalError { _ = try writer.reserve(use(nonce: nonce), maximumUses: 1) }
                #expect(error?.code == "missing_record", "\(String(describing: error))")
            }
        }
        #expect(try journal.contents() == before)
        let failure = try #require(try journal.open().verifyAll().failures.first)
        #expect(failure.kind == .missingRecord && failure.index == 8, "\(failure)")
        #expect(try journalError { _ = try journal.open().head() }?.code == "missing_record")
    }

    /// Of another boot a loss of power may have taken them away, whatever the head's copy says of this one.
    @Test func thoseOfAnEarlierBootMayBeGone() throws {
        let journal = try TestJournal(.segments)
        for number in 0..<3 { _ = try journal.open().reserve(use(nonce: "d-\(number)"), maximumUses: 1) }
        var head = try ForgedHead(of: journal)
        try journal.write(head.bytes, to: "indexes/watermark.json")
        (head.bootID, head.unsyncedIndex) = ("an-earlier-boot", 99)
        try journal.write(head.bytes, to: "heads/current.json")
        #expect(try journal.open().head()?.index == 3)
        let report = try journal.open().verifyAll()
        #expect(report.isIntact && report.recordCount == 3, "\(report.failures)")
    }

    /// Nor does one who is told its boot take over what one noted that was not: a power cut may have been in between.
    @Test(arguments: ["", "an-earlier-boot"], [JournalDurability.durable, .processCrashOnly])
    func aNoteOfNoKnownBootIsNotTakenOver(boot: String, durability: JournalDurability) throws {
        let journal = try TestJournal(.segments)
        for number in 0..<3 { _ = try journal.open().reserve(use(nonce: "d-\(number)"), maximumUses: 1) }
        var head = try ForgedHead(of: journal)
        (head.bootID, head.unsyncedIndex) = (boot, 4)
        try journal.write(head.bytes, to: "heads/current.json")
        #expect(try journal.open().verifyAll().isIntact)
        let handle = journal.open(JournalOptions(durability: durability))
        let error = try journalError { _ = try handle.reserve(use(nonce: "d-1"), maximumUses: 1) }
        #expect(error?.code == "uses_exhausted")
        let report = try journal.open().verifyAll()
        #expect(report.isIntact && report.warnings == [], "\(report)")
        #expect(try journal.open().head()?.index == 3)
        #expect(try handle.reserve(use(nonce: "d-3"), maximumUses: 1).index == 4)
    }

    /// What is reported was made durable before, as by every reader.
    @Test func theyAreSyncedBeforeTheyAreReported() throws {
        let journal = try TestJournal(.segments)
        _ = try journal.open().reserve(use())
        _ = try journal.open(Self.careless).reserve(use(nonce: "careless"))
        let segment = "segments/\(try #require(try journal.names(in: "segments").last))"
        journal.fileSystem.forgetCalls()
        #expect(try journal.open().verifyAll().recordCount == 2)
        let changes = journal.fileSystem.calls.filter(\.isChange)
        #expect(changes.contains { $0.operation == .sync && $0.path == segment }, "\(changes)")
        #expect(changes.allSatisfy { $0.operation == .sync || $0.operation == .syncDirectory }, "\(changes)")
    }
}
