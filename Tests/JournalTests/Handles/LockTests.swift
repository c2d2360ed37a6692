import FileSystemSeam
import Journal
import TestSupport
import Testing

@Suite("The lock")
struct LockTests {
    private static let tryOnce = JournalOptions(lockTimeoutMilliseconds: 0)

    private func expectBusy(_ journal: TestJournal) throws {
        let before = try journal.contents()
        guard case .lockBusy(let path, _)? = try journalError({ _ = try journal.open(Self.tryOnce).reserve(use()) })
        else {
            Issue.record("a second writer got in")
            return
        }
        #expect(path == journal.path)
        #expect(try journalError { _ = try journal.open(Self.tryOnce).append(revocation()) }?.code == "lock_busy")
        #expect(try journalError { _ = try journal.open(Self.tryOnce).rebuildIndexes() }?.code == "lock_busy")
        #expect(try journal.contents() == before)
        // Readers take no lock.
        #expect(try journal.open(Self.tryOnce).records().count == 1)
        #expect(try journal.open(Self.tryOnce).verifyIntegrity().isIntact)
    }

    @Test(arguments: JournalFormat.allCases)
    func aHeldDirectoryKeepsWritersOut(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        _ = try journal.open().reserve(use())
        let directory = try PosixFileSystem.shared.openDirectory(journal.path)
        #expect(try directory.lock(.exclusive, blocking: false))
        try expectBusy(journal)
        try directory.close()
        #expect(try journal.open(Self.tryOnce).reserve(use()).index == 2)
    }

    @Test(arguments: JournalFormat.allCases)
    func aHeldLockFileKeepsWritersOut(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        _ = try journal.open().reserve(use())
        let locks = try PosixFileSystem.shared.openDirectory(journal.path + "/locks")
        let file = try locks.open("journal.lock", [.read, .write], permissions: .ownerFile)
        #expect(try file.lock(.exclusive, blocking: false))
        try expectBusy(journal)
        try file.close()
        #expect(try journal.open(Self.tryOnce).reserve(use()).index == 2)
    }

    /// A writer of ours holds both, so taking the file away lets nobody of ours in.
    @Test(arguments: JournalFormat.allCases)
    func anUnlinkedLockFileAdmitsNoSecondWriter(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        _ = try journal.open().reserve(use())
        let directory = try PosixFileSystem.shared.openDirectory(journal.path)
        #expect(try directory.lock(.exclusive, blocking: false))
        try journal.remove("locks/journal.lock")
        #expect(try journalError { _ = try journal.open(Self.tryOnce).reserve(use()) }?.code == "lock_busy")
        try journal.remove("locks")
        #expect(try journalError { _ = try journal.open(Self.tryOnce).reserve(use()) }?.code == "lock_busy")
        try directory.close()
        #expect(try journal.open(Self.tryOnce).reserve(use()).index == 2)
    }

    /// Whoever waited on a lock file that was replaced meanwhile holds a lock that nobody else sees.
    @Test(arguments: JournalFormat.allCases)
    func aLockFileReplacedWhileWaitingIsNotTheLock(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        _ = try journal.open().reserve(use())
        let path = journal.path
        let replaced = ReplaceOnce(path: path)
        journal.fileSystem.setIntercept { call in
            if call.operation == .lock { replaced.run() }
            return nil
        }
        journal.fileSystem.forgetCalls()
        _ = try journal.open().reserve(use())
        #expect(
            journal.fileSystem.calls.filter { $0.operation == .lock && $0.path.hasSuffix("journal.lock") }.count == 2
        )
    }

    @Test(arguments: JournalFormat.allCases)
    func waitingEndsWhenTheLockIsFreed(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        _ = try journal.open().reserve(use())
        let directory = try PosixFileSystem.shared.openDirectory(journal.path)
        #expect(try directory.lock(.exclusive, blocking: false))
        let thread = try FileSystemSeam.Thread.start(name: "holder") {
            PosixFileSystem.shared.sleep(nanoseconds: 100_000_000)
            try? directory.close()
        }
        #expect(try journal.open().reserve(use()).index == 2)
        thread.join()
    }

    @Test(arguments: JournalFormat.allCases)
    func waitingEndsAfterTheTimeout(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        _ = try journal.open().reserve(use())
        let directory = try PosixFileSystem.shared.openDirectory(journal.path)
        #expect(try directory.lock(.exclusive, blocking: false))
        let start = PosixFileSystem.shared.monotonicClock()
        let options = JournalOptions(lockTimeoutMilliseconds: 50)
        guard case .lockBusy(_, let waited)? = try journalError({ _ = try journal.open(options).reserve(use()) })
        else {
            Issue.record("a second writer got in")
            return
        }
        let elapsed = (PosixFileSystem.shared.monotonicClock().nanoseconds - start.nanoseconds) / 1_000_000
        #expect(waited >= 50)
        #expect(elapsed >= 50)
        try directory.close()
    }

    @Test(arguments: JournalFormat.allCases)
    func theLockIsFreeAfterwards(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(), maximumUses: 1)
        #expect(try journalError { _ = try handle.reserve(use(), maximumUses: 1) } != nil)
        let directory = try PosixFileSystem.shared.openDirectory(journal.path)
        #expect(try directory.lock(.exclusive, blocking: false))
        let locks = try directory.subdirectory("locks")
        #expect(try locks.open("journal.lock", .read, permissions: .ownerFile).lock(.exclusive, blocking: false))
    }

    /// How it comes that a lock is not taken although something was locked on the way to it.
    enum Hindrance: CaseIterable, Sendable { case heldDirectory, heldFile, failure, replacedFile }

    /// A child that is forked meanwhile has its parent's open file descriptions, and may live on: what was locked on the
    /// way to a lock that was not taken is given up all the same.
    @Test(arguments: JournalFormat.allCases, Hindrance.allCases)
    func whatWasLockedOnTheWayIsGivenUp(format: JournalFormat, hindrance: Hindrance) throws {
        for warmth in [0, 2] {
            let journal = try TestJournal(format)
            let path = journal.path
            journal.fileSystem.keepHandles()
            let handle = journal.open(JournalOptions(lockTimeoutMilliseconds: 50))
            let maker = warmth > 0 ? handle : journal.open()
            for number in 0...warmth { _ = try maker.reserve(use(nonce: "n-\(number)")) }
            let locks = try PosixFileSystem.shared.openDirectory(path + "/locks")
            var code: String?
            switch hindrance {
            case .heldDirectory:
                let directory = try PosixFileSystem.shared.openDirectory(path)
                #expect(try directory.lock(.exclusive, blocking: false))
                code = try journalError { _ = try handle.reserve(use()) }?.code
                try directory.close()
            case .heldFile:
                let file = try locks.open("journal.lock", .read, permissions: .ownerFile)
                #expect(try file.lock(.exclusive, blocking: false))
                code = try journalError { _ = try handle.reserve(use()) }?.code
                try file.close()
            case .failure:
                journal.fileSystem.setIntercept { call in
                    call.operation == .lock && call.path.hasSuffix("journal.lock") ? .failure(.inputOutput) : nil
                }
                code = try journalError { _ = try handle.reserve(use()) }?.code
            case .replacedFile:
                let replaced = ReplaceOnce(path: path)
                journal.fileSystem.setIntercept { call in
                    if call.operation == .lock, call.path.hasSuffix("journal.lock") { replaced.run() }
                    return nil
                }
                code = try journalError { _ = try handle.reserve(use()) }?.code
            }
            journal.fileSystem.setIntercept(nil)
            let expected = [Hindrance.heldDirectory: "lock_busy", .heldFile: "lock_busy", .failure: "io"][hindrance]
            #expect(code == expected, "\(warmth) calls before")
            let place = try TemporaryPlace(in: TemporaryDirectory.workingDisk)
            let fileSystem = TestFileSystem(root: path, place: place)
            fileSystem.setClock(secondsSinceEpoch: TestJournal.start)
            let other = ApprovalJournal(at: path, fileSystem: fileSystem, options: Self.tryOnce)
            #expect(throws: Never.self, "\(warmth) calls before") { try other.reserve(use()) }
        }
    }
}

/// Replaces the lock file by a new one, the first time.
private final class ReplaceOnce: Sendable {
    private let path: String
    private let isDone = Flag()

    init(path: String) { self.path = path }

    func run() {
        guard isDone.raise() else { return }
        do {
            let locks = try PosixFileSystem.shared.openDirectory(path + "/locks")
            try locks.remove("journal.lock")
            _ = try locks.open("journal.lock", [.write, .create], permissions: .ownerFile)
        } catch {
            Issue.record("the lock file could not be replaced: \(error)")
        }
    }
}
