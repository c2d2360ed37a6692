import FileSystemSeam
import Journal
import Testing

@Suite("Idempotency keys")
struct IdempotencyTests {
    @Test(arguments: JournalFormat.allCases)
    func theSameRequestGivesTheSameUse(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        let first = try handle.reserve(use(key: "k-1"), maximumUses: 1)
        let before = try journal.contents()
        for again in [try handle.reserve(use(key: "k-1"), maximumUses: 1), try journal.open().reserve(use(key: "k-1"))]
        {
            #expect(again.isExisting)
            #expect(again.index == first.index)
            #expect(again.digest == first.digest)
            #expect(again.useID == first.useID)
            #expect(again.useNumber == first.useNumber)
        }
        #expect(try journal.contents() == before)
    }

    @Test(arguments: JournalFormat.allCases, ["actor", "action", "subject", "nonce"])
    func aDifferentRequestIsAConflict(format: JournalFormat, member: String) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        let first = try handle.reserve(use(key: "k-1"))
        var other = use(key: "k-1")
        switch member {
        case "actor": other.actor += "x"
        case "action": other.action += "x"
        case "subject": other.subject += "x"
        default: other.nonceDigest = digest("other")
        }
        let before = try journal.contents()
        #expect(
            try journalError { _ = try handle.reserve(other) }
                == .idempotencyConflict(grant: "grant-a", key: "k-1", existingUseID: first.useID)
        )
        #expect(try journal.contents() == before)
    }

    @Test(arguments: JournalFormat.allCases)
    func aKeyBelongsToItsGrant(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use("grant-a", key: "k"))
        #expect(try !handle.reserve(use("grant-b", key: "k")).isExisting)
        #expect(try !handle.reserve(use("grant-a", key: "K")).isExisting)
        #expect(try !handle.reserve(use("grant-a")).isExisting)
    }

    @Test(arguments: JournalFormat.allCases)
    func keysAreComparedByTheirBytes(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        let composed = "caf\u{E9}"
        let decomposed = "cafe\u{301}"
        #expect(composed == decomposed, "Swift calls these equal, which is the point")
        #expect(try !handle.reserve(use(key: composed)).isExisting)
        #expect(try !handle.reserve(use(key: decomposed)).isExisting)
        #expect(try handle.reserve(use(key: composed)).index == 1)
        #expect(try handle.reserve(use(key: decomposed)).index == 2)
    }

    @Test(arguments: JournalFormat.allCases)
    func requestsAreComparedByTheirBytes(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(subject: "caf\u{E9}", key: "k"))
        #expect(
            try journalError { _ = try handle.reserve(use(subject: "cafe\u{301}", key: "k")) }?.code
                == "idempotency_conflict"
        )
    }

    @Test(arguments: JournalFormat.allCases)
    func repeatingGoesBeforeRevocationExpiryAndLimits(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        let first = try handle.reserve(use(key: "k", expires: "2026-05-01T08:00:01Z"), maximumUses: 1)
        _ = try handle.append(revocation())
        journal.fileSystem.setClock(secondsSinceEpoch: TestJournal.start + 60)
        let again = try handle.reserve(use(key: "k", expires: "2026-05-01T08:00:01Z"), maximumUses: 1)
        #expect(again.useID == first.useID)
    }

    @Test(arguments: JournalFormat.allCases)
    func aUseThatWasAppendedAnswersToItsKeyToo(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        let appended = try handle.append(use(key: "k"))
        #expect(try handle.reserve(use(key: "k")).index == appended.index)
    }

    /// The caller was told of a failure, but the record is there: the key finds out.
    @Test(arguments: JournalFormat.allCases)
    func aLostAnswerIsFoundAgain(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let broken = journal.open()
        _ = try broken.reserve(use("grant-b"))
        journal.fileSystem.setIntercept { call in
            let isLast =
                call.operation == .syncDirectory && call.path == "records"
                || call.operation == .sync && call.path.hasPrefix("segments/")
            return isLast ? .failureAfterwards(.inputOutput) : nil
        }
        #expect(try journalError { _ = try broken.reserve(use(key: "k"), maximumUses: 1) }?.code == "outcome_unknown")
        journal.fileSystem.setIntercept(nil)
        let found = try journal.open().reserve(use(key: "k"), maximumUses: 1)
        #expect(found.isExisting)
        #expect(found.index == 2)
        #expect(try journal.recordCount() == 2)
    }
}
