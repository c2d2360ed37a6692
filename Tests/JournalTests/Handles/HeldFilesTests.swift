import FileSystemSeam
import Foundation
import Journal
import Testing

/// A handle keeps files open between calls. What is put in their places meanwhile is what counts.
@Suite("Files that are held open")
struct HeldFilesTests {
    /// Something that happens to a journal behind a handle's back.
    struct Change: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var make: @Sendable (TestJournal) throws -> Void

        /// A copy stands in the place of a part.
        static func copied(_ part: String) -> Change {
            Change(testDescription: "\(part.isEmpty ? "the journal" : part) is replaced by a copy") { journal in
                let path = part.isEmpty ? journal.path : "\(journal.path)/\(part)"
                try FileManager.default.copyItem(atPath: path, toPath: path + "-copy")
                try FileManager.default.removeItem(atPath: path)
                try FileManager.default.moveItem(atPath: path + "-copy", toPath: path)
            }
        }

        /// The same as a backup tool does it, which sets the directory's times back to what they were.
        static func restored(_ part: String) -> Change {
            Change(testDescription: "\(part) is restored from a backup") { journal in
                let reference = journal.path + "-times"
                try touch(reference, like: journal.path)
                try copied(part).make(journal)
                try touch(journal.path, like: reference)
            }
        }

        private static func touch(_ path: String, like reference: String) throws {
            let touch = try Process.run(URL(filePath: "/usr/bin/touch"), arguments: ["-r", reference, path])
            touch.waitUntilExit()
            #expect(touch.terminationStatus == 0)
        }
    }

    static let changes =
        ["", "journal.json", "segments", "heads", "heads/current.json", "indexes", "locks"].map { Change.copied($0) }
        + ["journal.json", "segments", "locks"].map { Change.restored($0) }

    /// A clock before the change, so that names are looked at, and one long after it, so that the directory's time
    /// tells.
    private static let clocks: [Int64] = [TestJournal.start, 4_000_000_000]

    /// A journal with records, and a handle that has written and asked so often that it holds everything.
    private func held(clock: Int64) throws -> (TestJournal, ApprovalJournal) {
        let journal = try TestJournal(.segments)
        journal.fileSystem.setClock(secondsSinceEpoch: clock)
        let handle = journal.open()
        for number in 1...4 { _ = try handle.reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
        for _ in 1...3 { #expect(try !check(handle, "n-1").passed) }
        // The clock that the directory's time is taken from ticks.
        PosixFileSystem.shared.sleep(nanoseconds: 20_000_000)
        return (journal, handle)
    }

    private func check(_ handle: ApprovalJournal, _ nonce: String) throws -> ReplayCheck {
        try handle.checkReplay(grant: "grant-a", nonceDigest: digest(nonce), maximumUsesHint: 1)
    }

    @Test(arguments: changes, clocks)
    func whatStandsThereIsWrittenTo(change: Change, clock: Int64) throws {
        let (journal, handle) = try held(clock: clock)
        try change.make(journal)
        #expect(try handle.reserve(use(nonce: "n-5"), maximumUses: 1).index == 5)
        #expect(try handle.reserve(use(nonce: "n-6"), maximumUses: 1).index == 6)
        #expect(
            try journalError { _ = try handle.reserve(use(nonce: "n-1"), maximumUses: 1) }?.code == "uses_exhausted"
        )
        #expect(try journal.recordCount() == 6)
        #expect(try journal.open().verifyAll().failures.isEmpty)
    }

    @Test(arguments: changes, clocks)
    func whatStandsThereIsRead(change: Change, clock: Int64) throws {
        let (journal, handle) = try held(clock: clock)
        try change.make(journal)
        _ = try journal.open().reserve(use(nonce: "n-5"), maximumUses: 1)
        #expect(try !check(handle, "n-5").passed)
        #expect(try check(handle, "n-6").passed)
    }

    @Test(arguments: clocks)
    func aJournalThatIsTakenAwayIsMadeAnew(clock: Int64) throws {
        let (journal, handle) = try held(clock: clock)
        try FileManager.default.moveItem(atPath: journal.path, toPath: journal.path + "-old")
        #expect(try check(handle, "n-1").level == .notPerformed)
        #expect(try journal.open().reserve(use(nonce: "n-1"), maximumUses: 1).index == 1)
        #expect(try !check(handle, "n-1").passed)
        // A handle that has seen four records does not go on behind one.
        #expect(try journalError { _ = try handle.reserve(use(nonce: "n-7")) }?.code == "rolled_back")
    }

    /// Its own lock, though its parent's handle is open in it.
    @Test func anotherProcessOpensALockOfItsOwn() throws {
        let (journal, handle) = try held(clock: TestJournal.start)
        journal.fileSystem.forgetCalls()
        _ = try handle.reserve(use(nonce: "n-5"))
        #expect(!journal.fileSystem.calls.contains { $0.operation == .reopen })
        journal.fileSystem.becomeForkedChild()
        _ = try handle.reserve(use(nonce: "n-6"))
        #expect(journal.fileSystem.calls.contains { $0.operation == .reopen })
        #expect(try journal.open().verifyAll().failures.isEmpty)
    }

    /// What was open when it was forked is shared with the parent: a lock on such a file keeps neither from the other.
    @Test func anotherProcessOpensFilesOfItsOwn() throws {
        let (journal, handle) = try held(clock: TestJournal.start)
        func opened(_ body: () throws -> Void) throws -> Set<String> {
            journal.fileSystem.forgetCalls()
            try body()
            return Set(journal.fileSystem.calls.filter { $0.operation == .open }.map(\.path))
        }
        let files: Set = ["heads/current.json", "segments/00000000000000000001.jsonl"]
        #expect(try opened { _ = try handle.reserve(use(nonce: "n-5")) }.isDisjoint(with: files))
        #expect(try opened { _ = try check(handle, "n-5") }.isDisjoint(with: files))
        journal.fileSystem.becomeForkedChild()
        #expect(try opened { _ = try check(handle, "n-5") }.isSuperset(of: files))
        #expect(try opened { _ = try handle.reserve(use(nonce: "n-6")) }.isSuperset(of: files))
        #expect(try opened { _ = try handle.reserve(use(nonce: "n-7")) }.isDisjoint(with: files))
        #expect(try journal.open().verifyAll().failures.isEmpty)
    }

    /// A child that is forked while its parent holds the lock, and ends what its parent was doing.
    @Test func aForkedChildDoesNotFreeItsParentsLock() throws {
        let (journal, handle) = try held(clock: TestJournal.start)
        let fileSystem = journal.fileSystem
        fileSystem.setIntercept { [weak fileSystem] call in
            if call.operation == .sync { fileSystem?.becomeForkedChild() }
            return nil
        }
        fileSystem.forgetCalls()
        _ = try handle.reserve(use(nonce: "n-5"))
        let given = fileSystem.calls.suffix(2)
        #expect(given.map(\.description) == ["close locks/journal.lock", "closeDirectory"], "\(given)")
        fileSystem.setIntercept(nil)
        #expect(try handle.reserve(use(nonce: "n-6")).index == 6)
    }

    /// Waiting in vain costs nothing of what is held.
    @Test func aBusyLockLosesNothing() throws {
        let journal = try TestJournal(.segments)
        let handle = journal.open(JournalOptions(lockTimeoutMilliseconds: 0))
        for number in 1...3 { _ = try handle.reserve(use(nonce: "n-\(number)")) }
        let directory = try PosixFileSystem.shared.openDirectory(journal.path)
        #expect(try directory.lock(.exclusive, blocking: false))
        #expect(try journalError { _ = try handle.reserve(use()) }?.code == "lock_busy")
        try directory.close()
        journal.fileSystem.forgetCalls()
        #expect(try handle.reserve(use()).index == 4)
        #expect(!journal.fileSystem.calls.contains { $0.operation == .entries })
    }
}
