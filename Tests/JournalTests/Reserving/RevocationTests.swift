import Journal
import Testing

@Suite("Revoked grants")
struct RevocationTests {
    @Test(arguments: JournalFormat.allCases)
    func nothingIsReservedAfterIt(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(maximum: 5))
        let revoked = try handle.append(revocation())
        #expect(revoked.index == 2)
        #expect(revoked.id.wholeMatch(of: #/rev_[0-9a-f]{32}/#) != nil)
        let before = try journal.contents()
        for nonce in ["nonce-1", "fresh"] {
            #expect(
                try journalError { _ = try handle.reserve(use(nonce: nonce)) }
                    == .grantRevoked(grant: "grant-a", revocationIndex: 2)
            )
        }
        #expect(try journalError { _ = try journal.open().reserve(use()) }?.code == "grant_revoked")
        #expect(try journal.contents() == before)
    }

    @Test(arguments: JournalFormat.allCases)
    func otherGrantsGoOn(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.append(revocation(of: "grant-a"))
        #expect(try handle.reserve(use("grant-b")).index == 2)
        #expect(try handle.reserve(use("grant-a ")).index == 3)
    }

    @Test(arguments: JournalFormat.allCases)
    func theFirstOfSeveralIsNamed(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.append(revocation())
        _ = try handle.append(revocation())
        #expect(
            try journalError { _ = try handle.reserve(use()) } == .grantRevoked(grant: "grant-a", revocationIndex: 1)
        )
    }

    @Test func itIsPartOfTheVerifiedChain() throws {
        let journal = try TestJournal()
        let handle = journal.open()
        _ = try handle.reserve(use())
        var reasoned = revocation()
        reasoned.reason = "the catalog moved"
        _ = try handle.append(reasoned)
        _ = try handle.append(revocation(of: "grant-b"))
        #expect(try handle.verifyIntegrity().isIntact)
        #expect(try journal.text(try journal.record(2)).contains("\"reason\": \"the catalog moved\""))
        #expect(try journal.text(try journal.record(3)).contains("\"reason\": null"))
    }

    @Test(arguments: JournalFormat.allCases)
    func aUseAppendedAfterItIsAFinding(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.append(revocation())
        var imported = use()
        imported.useNumber = 1
        _ = try handle.append(imported)
        let report = try handle.verifyIntegrity()
        #expect(report.isIntact)
        #expect(report.findings.map(\.kind) == [.useAfterRevocation])
        #expect(report.findings.first?.index == 2)
    }
}
