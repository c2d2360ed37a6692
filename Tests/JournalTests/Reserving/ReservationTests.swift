import FileSystemSeam
import Journal
import Testing

@Suite("Reserving uses")
struct ReservationTests {
    @Test(arguments: JournalFormat.allCases)
    func usesAreNumberedOverTheWholeGrant(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        var request = use()
        request.useNumber = 77
        let first = try handle.reserve(request)
        #expect(first.useNumber == 1)
        #expect(first.index == 1)
        #expect(!first.isExisting)
        _ = try handle.reserve(use("grant-b"))
        let second = try handle.reserve(use(nonce: "nonce-2"))
        #expect(second.useNumber == 2)
        #expect(second.index == 3)
        guard case .use(let recorded) = try handle.records()[0].record else {
            Issue.record("no use was recorded")
            return
        }
        #expect(recorded.useNumber == 1)
        #expect(recorded.useID == first.useID)
        #expect(recorded.useID.wholeMatch(of: #/use_[0-9a-f]{32}/#) != nil)
    }

    @Test(arguments: JournalFormat.allCases)
    func appendKeepsTheCallersNumberAndNames(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        var imported = use(id: "use_imported", maximum: 1)
        imported.useNumber = 41
        imported.createdAt = "2026-04-30T23:59:59.5+02:00"
        let appended = try handle.append(imported)
        #expect(appended.id == "use_imported")
        guard case .use(let recorded) = try handle.records()[0].record else {
            Issue.record("no use was recorded")
            return
        }
        #expect(recorded.useNumber == 41)
        #expect(recorded.createdAt == "2026-04-30T23:59:59.5+02:00")
        // No rule is asked.
        #expect(try handle.append(use(maximum: 1)).index == 2)
    }

    @Test(arguments: JournalFormat.allCases)
    func theJournalStampsTypeAndChainWhateverTheCallerPassed(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        let first = try handle.append(use())
        // A record that was read carries stamps of its own.
        guard case .use(let copy) = try handle.records()[0].record else {
            Issue.record("no use was recorded")
            return
        }
        let second = try handle.append(copy)
        #expect(second.digest != first.digest)
        #expect(try handle.records()[1].record.previousRecordDigest == first.digest)
        #expect(try handle.verifyIntegrity().isIntact)
    }

    @Test(arguments: JournalFormat.allCases)
    func anExhaustedNonceIsRefusedAndNothingIsWritten(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(), maximumUses: 1)
        let before = try journal.contents()
        journal.fileSystem.forgetCalls()
        for _ in 0..<5 {
            #expect(
                try journalError { _ = try handle.reserve(use(), maximumUses: 1) }
                    == .usesExhausted(grant: "grant-a", maximum: 1, current: 1)
            )
        }
        #expect(try journal.contents() == before)
        #expect(journal.fileSystem.calls.filter(\.isChange).isEmpty)
        #expect(try journal.recordCount() == 1)
    }

    @Test(arguments: JournalFormat.allCases)
    func aFreshHandleWritesNothingEitherWhenItRefuses(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        _ = try journal.open().reserve(use(), maximumUses: 1)
        let before = try journal.contents()
        #expect(try journalError { _ = try journal.open().reserve(use(), maximumUses: 1) }?.code == "uses_exhausted")
        #expect(try journal.contents() == before)
    }

    @Test(arguments: JournalFormat.allCases)
    func aMaximumOfZeroAllowsNothing(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        #expect(
            try journalError { _ = try journal.open().reserve(use(), maximumUses: 0) }
                == .usesExhausted(grant: "grant-a", maximum: 0, current: 0)
        )
    }

    @Test(arguments: JournalFormat.allCases)
    func theLimitIsPerNonce(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        for nonce in ["a", "b", "c"] {
            #expect(try handle.reserve(use(nonce: nonce), maximumUses: 2).index > 0)
        }
        #expect(try handle.reserve(use(nonce: "a"), maximumUses: 2).useNumber == 4)
        #expect(
            try journalError { _ = try handle.reserve(use(nonce: "a"), maximumUses: 2) }
                == .usesExhausted(grant: "grant-a", maximum: 2, current: 2)
        )
        #expect(try handle.reserve(use(nonce: "b"), maximumUses: 2).useNumber == 5)
    }

    @Test(arguments: JournalFormat.allCases)
    func aLimitPerGrantCountsAllNonces(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(nonce: "a"), maximumUses: 1, perGrant: 2)
        _ = try handle.reserve(use(nonce: "b"), maximumUses: 1, perGrant: 2)
        #expect(
            try journalError { _ = try handle.reserve(use(nonce: "c"), maximumUses: 1, perGrant: 2) }
                == .usesExhausted(grant: "grant-a", maximum: 2, current: 2)
        )
        // Not asked for, it does not apply.
        #expect(try handle.reserve(use(nonce: "c"), maximumUses: 1).useNumber == 3)
        #expect(try handle.reserve(use("grant-b", nonce: "c"), maximumUses: 1, perGrant: 1).useNumber == 1)
    }

    @Test(arguments: JournalFormat.allCases)
    func theArgumentGoesBeforeTheRequestAndIsRecorded(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(maximum: 9), maximumUses: 1)
        guard case .use(let recorded) = try handle.records()[0].record else {
            Issue.record("no use was recorded")
            return
        }
        #expect(recorded.maximumUses == 1)
        #expect(try journalError { _ = try handle.reserve(use()) }?.code == "uses_exhausted")
    }

    @Test(arguments: JournalFormat.allCases)
    func theLargestMaximumWorks(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        var imported = use()
        imported.useNumber = .max
        _ = try handle.append(imported)
        #expect(try handle.reserve(use(), maximumUses: .max, perGrant: .max).useNumber == 2)
    }

    @Test(arguments: JournalFormat.allCases)
    func aUseIDIsNotGivenTwice(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(id: "use_mine"))
        guard case .invalidArgument(let member, _)? = try journalError({ _ = try handle.reserve(use(id: "use_mine")) })
        else {
            Issue.record("the id was taken twice")
            return
        }
        #expect(member == "use_id")
        #expect(try journal.recordCount() == 1)
    }

    @Test(arguments: JournalFormat.allCases)
    func randomnessThatFailsWritesNothing(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        journal.fileSystem.setIntercept { $0.operation == .fillRandom ? .failure(.inputOutput) : nil }
        #expect(try journalError { _ = try journal.open().reserve(use()) }?.code == "io")
        journal.fileSystem.setIntercept(nil)
        #expect(try journal.open().records().isEmpty)
        #expect(try journal.open().reserve(use()).index == 1)
    }

    /// A process that runs without syncing says so in its options, and only then nothing is synced.
    @Test(arguments: JournalFormat.allCases)
    func processCrashOnlySkipsTheSync(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open(JournalOptions(durability: .processCrashOnly))
        _ = try handle.reserve(use())
        journal.fileSystem.forgetCalls()
        _ = try handle.reserve(use())
        let synced = journal.fileSystem.calls.filter { $0.operation == .sync || $0.operation == .syncDirectory }
        #expect(synced == [])
        #expect(try handle.records().count == 2)
        let report = try journal.open().verifyIntegrity()
        #expect(report.isIntact && report.recordCount == 2, "\(report)")
    }
}
