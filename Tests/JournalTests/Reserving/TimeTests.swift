import Journal
import Testing

@Suite("Expiry and the clock")
struct TimeTests {
    @Test(
        arguments: JournalFormat.allCases,
        [
            // expires_at, nanoseconds after 08:00:00, expired
            ("2026-05-01T08:00:01Z", 0, false), ("2026-05-01T08:00:01Z", 999_999_999, false),
            ("2026-05-01T08:00:01Z", 1_000_000_000, true), ("2026-05-01T08:00:01Z", 2_000_000_000, true),
            ("2026-05-01T08:00:00.5Z", 499_999_999, false), ("2026-05-01T08:00:00.5Z", 500_000_000, true),
            ("2026-05-01T10:00:01+02:00", 0, false), ("2026-05-01T10:00:00+02:00", 0, true),
            ("1999-12-31T23:59:59Z", 0, true), ("9999-12-31T23:59:59Z", 0, false),
        ] as [(String, Int64, Bool)]
    )
    func aUseExpires(format: JournalFormat, with: (String, Int64, Bool)) throws {
        let (time, nanoseconds, expired) = with
        let journal = try TestJournal(format)
        journal.fileSystem.setClock(secondsSinceEpoch: TestJournal.start, nanoseconds: nanoseconds)
        let error = try journalError { _ = try journal.open().reserve(use(expires: time)) }
        #expect(error?.code == (expired ? "expired" : nil))
        if case .expired(let expiresAt, _)? = error { #expect(expiresAt == time) }
        #expect(try journal.open().records().count == (expired ? 0 : 1))
    }

    @Test(arguments: JournalFormat.allCases)
    func expiryIsAskedAfterRevocationAndBeforeLimits(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(), maximumUses: 1)
        let expired = use(expires: "2026-05-01T08:00:00Z")
        #expect(try journalError { _ = try handle.reserve(expired, maximumUses: 1) }?.code == "expired")
        _ = try handle.append(revocation())
        #expect(try journalError { _ = try handle.reserve(expired, maximumUses: 1) }?.code == "grant_revoked")
    }

    @Test(
        arguments: JournalFormat.allCases,
        ["2026-06-30T23:59:60Z", "2026-05-01 08:00:00Z", "2026-13-01T00:00:00Z", "", "tomorrow"]
    )
    func timesThatAreNoneAreRefused(format: JournalFormat, time: String) throws {
        let journal = try TestJournal(format)
        guard
            case .invalidArgument(let member, _)? = try journalError({
                _ = try journal.open().reserve(use(expires: time))
            })
        else {
            Issue.record("\(time) was taken")
            return
        }
        #expect(member == "expires_at")
        #expect(try journal.contents().isEmpty)
    }

    @Test(arguments: JournalFormat.allCases)
    func timesAreWholeSecondsOfUTC(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        journal.fileSystem.setClock(secondsSinceEpoch: TestJournal.start, nanoseconds: 999_999_999)
        let handle = journal.open()
        _ = try handle.reserve(use())
        #expect(try handle.head()?.updatedAt == "2026-05-01T08:00:00Z")
    }

    @Test(
        arguments: JournalFormat.allCases,
        [(300, false), (301, true), (86_400, true), (-86_400, false)] as [(Int64, Bool)]
    )
    func aClockFarBehindTheLastRecordIsRefused(format: JournalFormat, with: (Int64, Bool)) throws {
        let (secondsBehind, refused) = with
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use())
        journal.fileSystem.setClock(secondsSinceEpoch: TestJournal.start - secondsBehind)
        let before = try journal.contents()
        let error = try journalError { _ = try handle.reserve(use()) }
        #expect(error?.code == (refused ? "clock_regression" : nil))
        if refused { #expect(try journal.contents() == before) }
    }

    @Test(arguments: JournalFormat.allCases)
    func theToleranceIsSettable(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        _ = try journal.open().reserve(use())
        journal.fileSystem.setClock(secondsSinceEpoch: TestJournal.start - 1000)
        #expect(
            try journalError { _ = try journal.open(JournalOptions(clockToleranceSeconds: 999)).reserve(use()) }?.code
                == "clock_regression"
        )
        #expect(try journal.open(JournalOptions(clockToleranceSeconds: 1000)).reserve(use()).index == 2)
    }

    /// Whatever the tolerance, and however old the records: a refusal or a record, never a trap.
    @Test(arguments: JournalFormat.allCases, [Int64.min, -1, 0, .max])
    func anyToleranceCanBeSet(format: JournalFormat, seconds: Int64) throws {
        let journal = try TestJournal(format)
        let handle = journal.open(JournalOptions(clockToleranceSeconds: seconds))
        var old = use()
        old.createdAt = "0000-01-01T00:00:00Z"
        old.useNumber = 1
        _ = try handle.append(old)
        var late = use()
        late.createdAt = "9999-12-31T23:59:59Z"
        late.useNumber = 2
        let appended = try journalError { _ = try handle.append(late) }
        #expect(appended == nil || appended?.code == "clock_regression")
        #expect(try handle.verifyIntegrity().isIntact)
    }

    @Test(arguments: JournalFormat.allCases)
    func earlierRecordsThanTheOneBeforeAreAFinding(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        for (number, time) in ["2026-05-01T08:00:00Z", "2026-05-01T07:55:00Z", "2026-05-01T07:49:59Z"].enumerated() {
            var imported = use(nonce: "nonce-\(number)")
            imported.createdAt = time
            imported.useNumber = UInt32(number + 1)
            _ = try handle.append(imported)
        }
        let report = try handle.verifyIntegrity()
        #expect(report.isIntact)
        #expect(report.findings.map(\.kind) == [.clockRegression])
        #expect(report.findings.map(\.index) == [3])
    }

    @Test(arguments: JournalFormat.allCases)
    func aRequestIsCheckedBeforeTheClockMatters(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(key: "k"), maximumUses: 1)
        journal.fileSystem.setClock(secondsSinceEpoch: 0)
        // What needs no new record is answered whatever the clock says.
        #expect(try handle.reserve(use(key: "k")).isExisting)
        #expect(try journalError { _ = try handle.reserve(use(), maximumUses: 1) }?.code == "uses_exhausted")
        #expect(try handle.verifyIntegrity().isIntact)
    }
}
