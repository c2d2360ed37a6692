import FileSystemSeam
import Journal
import TestSupport
import Testing

/// A head that tells nothing has every record made durable again, on a fresh file each. Whoever is killed on the way
/// leaves what is done to the next one.
@Suite("Many records that are made durable again")
struct SecuredRecordsTests {
    private static let count = 200
    private static let batch = 64

    /// A journal of which the first records are durable, and the others those of a writer without syncs.
    private func filled(durable: Int) throws -> TestJournal {
        let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk
        let journal = try TestJournal(.jsonRecords, in: disk)
        let handles = [journal.open(), journal.open(JournalOptions(durability: .processCrashOnly))]
        for number in 1...Self.count {
            _ = try handles[number > durable ? 1 : 0].reserve(use(nonce: "n-\(number)"), maximumUses: 1)
        }
        return journal
    }

    /// Reserves, and fails at the sync of a record with some number.
    private func interrupted(_ journal: TestJournal, afterSyncs maximum: Int) throws {
        let count = Condition(0)
        journal.fileSystem.setIntercept { call in
            guard call.operation == .sync, call.path.hasPrefix("records/") else { return nil }
            let number = count.withLock { count in
                count += 1
                return count
            }
            return number > maximum ? .failure(.inputOutput) : nil
        }
        #expect(try journalError { _ = try journal.open().reserve(use(nonce: "next")) }?.code == "io")
        journal.fileSystem.setIntercept(nil)
    }

    /// The calls of a reservation that makes the rest durable.
    private func completed(_ journal: TestJournal) throws -> [SeamCall] {
        journal.fileSystem.forgetCalls()
        #expect(try journal.open().reserve(use(nonce: "next")).index == UInt64(Self.count + 1))
        return journal.fileSystem.calls
    }

    private func syncs(_ calls: [SeamCall]) -> Int {
        calls.count { $0.operation == .sync && $0.path.hasPrefix("records/") }
    }

    private func headIndex(_ journal: TestJournal) throws -> UInt64 {
        try JournalAnchor(parsing: journal.bytes("heads/current.json")).index
    }

    @Test func aHeadThatIsLostComesForwardOnTheWay() throws {
        let journal = try filled(durable: Self.count)
        try journal.write([], to: "heads/current.json")
        try interrupted(journal, afterSyncs: 150)
        #expect(try headIndex(journal) == UInt64(2 * Self.batch))
        let calls = try completed(journal)
        #expect(syncs(calls) == Self.count - 2 * Self.batch + 1)
        // One for each batch, and one for the new record.
        #expect(calls.count { $0.operation == .syncDirectory && $0.path == "records" } == 3)
        // The head never leads.
        for place in calls.indices where calls[place].newPath == "heads/current.json" {
            let last = calls[..<place].last { $0.isChange && $0.path.hasPrefix("records") }
            #expect(last?.operation == .syncDirectory, "\(last as Any)")
        }
        #expect(try headIndex(journal) == UInt64(Self.count + 1))
        let report = try journal.open().verifyAll()
        #expect(report.isIntact && report.warnings == [], "\(report.warnings)")
    }

    @Test func theNoteOfWhatIsNotSyncedComesForwardOnTheWay() throws {
        let journal = try filled(durable: 10)
        #expect(try journal.text("heads/unsynced") == "11\n")
        try interrupted(journal, afterSyncs: 150)
        #expect(try journal.text("heads/unsynced") == "\(10 + 2 * Self.batch + 1)\n")
        // Other tools take it for the end of the chain.
        #expect(try headIndex(journal) == UInt64(Self.count))
        let calls = try completed(journal)
        #expect(syncs(calls) == Self.count - 10 - 2 * Self.batch + 1)
        #expect(!journal.exists("heads/unsynced"))
        let report = try journal.open().verifyAll()
        #expect(report.isIntact && report.warnings == [], "\(report.warnings)")
    }
}
