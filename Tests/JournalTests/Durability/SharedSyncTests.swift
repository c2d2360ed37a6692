import FileSystemSeam
import Foundation
import Journal
import Testing

/// A writer that syncs without the lock, and then finds that the watermark is not what it was.
@Suite("Syncs that are shared")
struct SharedSyncTests {
    /// A handle whose next append shares its sync, since another one has appended.
    private func sharing() throws -> (TestJournal, ApprovalJournal) {
        let journal = try TestJournal(.segments)
        let handle = journal.open(JournalOptions(lockTimeoutMilliseconds: 0))
        for number in 1...3 { _ = try handle.reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
        _ = try journal.open().reserve(use(nonce: "n-4"), maximumUses: 1)
        return (journal, handle)
    }

    /// Spoils the head, and does something more, in the middle of the sync of the next append.
    private func meddle(_ journal: TestJournal, _ body: @escaping @Sendable () throws -> Void) {
        let isDone = Condition(false)
        journal.fileSystem.setIntercept { [path = journal.path] call in
            guard call.operation == .sync,
                isDone.withLock({ (done) in
                    defer { done = true }
                    return !done
                })
            else { return nil }
            #expect(throws: Never.self) {
                let heads = try PosixFileSystem.shared.openDirectory(path + "/heads")
                let head = try heads.open("current.json", .write, permissions: .ownerFile)
                try head.writeAll([UInt8](repeating: 0x20, count: 512), at: 0)
                try body()
            }
            return nil
        }
    }

    private func isConsumed(_ handle: ApprovalJournal, _ nonce: String) throws -> Bool {
        try !handle.checkReplay(grant: "grant-a", nonceDigest: digest(nonce), maximumUsesHint: 1).passed
    }

    @Test func theRecordIsFoundAgain() throws {
        let (journal, handle) = try sharing()
        meddle(journal) {}
        #expect(try handle.reserve(use(nonce: "n-5"), maximumUses: 1).index == 5)
        #expect(try isConsumed(handle, "n-5"))
        #expect(try handle.reserve(use(nonce: "n-6"), maximumUses: 1).index == 6)
        #expect(try journal.open().verifyAll().failures.isEmpty)
    }

    /// "Busy" would say that nothing was written.
    @Test func aRecordThatIsWrittenIsNotReportedAsRefused() throws {
        let (journal, handle) = try sharing()
        let blocker = try PosixFileSystem.shared.openDirectory(journal.path)
        meddle(journal) {
            let isFree = try blocker.lock(.exclusive, blocking: false)
            #expect(isFree, "the lock was kept")
        }
        #expect(
            try journalError { _ = try handle.reserve(use(nonce: "n-5"), maximumUses: 1) }?.code == "outcome_unknown"
        )
        try blocker.close()
        #expect(
            try journalError { _ = try handle.reserve(use(nonce: "n-5"), maximumUses: 1) }?.code == "uses_exhausted"
        )
        #expect(try journal.recordCount() == 5)
        #expect(try journal.open().verifyAll().failures.isEmpty)
    }

    /// So would whatever else the fresh look at the journal meets.
    @Test(arguments: ["journal.json", "heads/current.json"])
    func aRecordThatIsWrittenIsNotReportedAsNeverTried(file: String) throws {
        let (journal, handle) = try sharing()
        let before = try journal.bytes(file)
        meddle(journal) {
            try journal.write(#"{"kind":"something","index":99,"digest":"sha256:x"}"#.utf8, to: file)
        }
        let error = try journalError { _ = try handle.reserve(use(nonce: "n-5"), maximumUses: 1) }
        #expect(error?.code == "outcome_unknown", "\(String(describing: error))")
        // Asked again, it is said what is wrong.
        let again = try journalError { _ = try handle.reserve(use(nonce: "n-5"), maximumUses: 1) }
        #expect(["unsupported_format", "not_a_journal", "missing_record"].contains(again?.code), "\(again as Any)")
        if file == "journal.json" { try journal.write(before, to: file) } else { try journal.remove(file) }
        let last = try journalError { _ = try handle.reserve(use(nonce: "n-5"), maximumUses: 1) }
        #expect(last?.code == "uses_exhausted")
        #expect(try journal.recordCount() == 5)
    }

    /// The segments are replaced by a copy that lacks the record, whose sync succeeds.
    @Test func aRecordThatIsGoneIsNotAcknowledged() throws {
        let (journal, handle) = try sharing()
        let (path, copy) = (journal.path + "/segments", journal.path + "-copy")
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        meddle(journal) {
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.moveItem(atPath: copy, toPath: path)
        }
        #expect(try journalError { _ = try handle.reserve(use(nonce: "n-5"), maximumUses: 1) }?.code == "rolled_back")
    }
}
