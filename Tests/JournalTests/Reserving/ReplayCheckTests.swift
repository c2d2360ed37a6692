import Canonical
import Journal
import Testing

@Suite("Would the next use be allowed?")
struct ReplayCheckTests {
    @Test(
        arguments: JournalFormat.allCases,
        [
            // uses, hint → use number, passed
            (0, 1, 1, true), (0, 0, 1, false), (1, 1, 2, false), (1, 2, 2, true), (2, 2, 3, false), (2, 3, 3, true),
        ] as [(Int, UInt32, UInt32, Bool)]
    )
    func countsAgainstTheHint(format: JournalFormat, with: (Int, UInt32, UInt32, Bool)) throws {
        let (uses, hint, number, passed) = with
        let journal = try TestJournal(format)
        let handle = journal.open()
        try handle.create()
        for _ in 0..<uses { _ = try handle.reserve(use()) }
        let check = try handle.checkReplay(grant: "grant-a", nonceDigest: digest("nonce-1"), maximumUsesHint: hint)
        #expect(check.useNumber == number)
        #expect(check.passed == passed)
        #expect(check.maximumUses == hint)
        #expect(check.level == .localJournal)
        #expect(!check.isRevoked)
        #expect(check.details == "local Approval Use Journal: use \(uses)/\(hint)")
    }

    @Test(arguments: JournalFormat.allCases)
    func withoutAJournalNothingIsPerformed(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let check = try journal.open().checkReplay(
            grant: "g",
            nonceDigest: digest("n"),
            maximumUsesHint: 5
        )
        #expect(check.level == .notPerformed)
        #expect(!check.passed)
        #expect(check.useNumber == nil && check.maximumUses == nil)
        #expect(!journal.exists(""), "looking made something")
    }

    @Test(arguments: JournalFormat.allCases)
    func anEmptyDirectoryIsAnEmptyJournal(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        try journal.write([], to: "x")
        try journal.remove("x")
        let check = try journal.open().checkReplay(grant: "g", nonceDigest: digest("n"))
        #expect(check.level == .localJournal)
        #expect(check.useNumber == 1)
        #expect(check.passed)
        #expect(try journal.contents().isEmpty, "looking made something")
    }

    @Test(arguments: JournalFormat.allCases)
    func withoutAnyMaximumEveryUsePasses(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        for _ in 0..<3 { _ = try handle.reserve(use()) }
        let check = try handle.checkReplay(grant: "grant-a", nonceDigest: digest("nonce-1"))
        #expect(check.passed)
        #expect(check.useNumber == 4)
        #expect(check.maximumUses == nil)
        #expect(check.details == "local Approval Use Journal: 3 prior use(s); grant has no max_uses")
    }

    @Test(arguments: JournalFormat.allCases)
    func theLatestRecordedMaximumThatIsGivenCounts(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.append(use(maximum: 9))
        _ = try handle.append(use(maximum: 3))
        _ = try handle.append(use())
        _ = try handle.append(use(nonce: "nonce-2", maximum: 7))
        let check = try handle.checkReplay(grant: "grant-a", nonceDigest: digest("nonce-1"))
        #expect(check.maximumUses == 3)
        #expect(!check.passed)
        // Reserving follows the same rule.
        #expect(
            try journalError { _ = try handle.reserve(use()) }
                == .usesExhausted(grant: "grant-a", maximum: 3, current: 3)
        )
        // Another nonce has its own.
        #expect(try handle.checkReplay(grant: "grant-a", nonceDigest: digest("nonce-2")).maximumUses == 7)
        #expect(try handle.checkReplay(grant: "grant-a", nonceDigest: digest("nonce-3")).maximumUses == nil)
    }

    @Test(arguments: JournalFormat.allCases)
    func aHintThatDisagreesIsMentioned(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(maximum: 2))
        let check = try handle.checkReplay(grant: "grant-a", nonceDigest: digest("nonce-1"), maximumUsesHint: 5)
        #expect(check.maximumUses == 5)
        #expect(check.details.hasPrefix("local Approval Use Journal: use 1/5; "))
        let agreeing = try handle.checkReplay(grant: "grant-a", nonceDigest: digest("nonce-1"), maximumUsesHint: 2)
        #expect(agreeing.details == "local Approval Use Journal: use 1/2")
    }

    @Test(arguments: JournalFormat.allCases)
    func aRevocationIsReportedAndNeverPasses(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(maximum: 5))
        _ = try handle.append(revocation())
        let check = try handle.checkReplay(grant: "grant-a", nonceDigest: digest("nonce-1"))
        #expect(check.isRevoked)
        #expect(!check.passed)
        #expect(check.details.hasPrefix("local Approval Use Journal: use 1/5; "))
        // Without a limit, too, and for a nonce that was never used.
        #expect(try !handle.checkReplay(grant: "grant-a", nonceDigest: digest("fresh")).passed)
        #expect(try handle.checkReplay(grant: "grant-b", nonceDigest: digest("fresh")).passed)
    }

    @Test(arguments: JournalFormat.allCases)
    func revokedIsWrittenOnlyWhenTrue(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(maximum: 1))
        let check = try handle.checkReplay(grant: "grant-a", nonceDigest: digest("nonce-1"))
        #expect(
            try text(check) == #"{"level":"local-journal","use_number":2,"max_uses":1,"passed":false,"#
                + #""details":"local Approval Use Journal: use 1/1"}"#
        )
        _ = try handle.append(revocation())
        let revoked = try handle.checkReplay(grant: "grant-a", nonceDigest: digest("nonce-1"))
        #expect(try text(revoked).contains(#""passed":false,"revoked":true,"details":"#))
    }

    @Test(arguments: JournalFormat.allCases)
    func grantsAndNoncesAreNotMixedUp(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use("grant-a", nonce: "n", maximum: 1))
        #expect(try handle.checkReplay(grant: "grant-b", nonceDigest: digest("n")).useNumber == 1)
        #expect(try handle.checkReplay(grant: "grant-a", nonceDigest: digest("m")).useNumber == 1)
        #expect(try handle.checkReplay(grant: "grant-a", nonceDigest: digest("n")).useNumber == 2)
    }

    private func text(_ check: ReplayCheck) throws -> String {
        var writer = CanonicalWriter(form: .declared)
        check.encode(to: &writer)
        return String(decoding: try writer.finish(), as: UTF8.self)
    }
}
