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

    /// A child that is forked meanwhile has its parent's open file descriptions, and may live on: what was locked on the
    /// way to a lock that was not taken is given up all the same.
    @Test(arguments: JournalFormat.allCases, [0, 2])
    func whatWasLockedOnTheWayIsGivenUp(format: JournalFormat, warmth: Int) throws {
        let journal = try TestJournal(format)
        let path = journal.path
        journal.fileSystem.keepHandles()
        let first = journal.open(JournalOptions(lockTimeoutMilliseconds: 50))
        for number in 0...warmth { _ = try first.reserve(use(nonce: "n-\(number)")) }
        let handle = warmth > 0 ? first : journal.open(JournalOptions(lockTimeoutMilliseconds: 50))
        var options = Self.tryOnce
        options.format = format
        let place = try TemporaryPlace(in: TemporaryDirectory.workingDisk)
        let fileSystem = TestFileSystem(root: path, place: place)
        fileSystem.setClock(secondsSinceEpoch: TestJournal.start)
        let other = ApprovalJournal(at: path, fileSystem: fileSystem, options: options)
        var count = warmth + 1
        // The time is over.
        for name in ["", "locks/journal.lock"] {
            let holder: any Sendable
            if name.isEmpty {
                let directory = try PosixFileSystem.shared.openDirectory(path)
                #expect(try directory.lock(.exclusive, blocking: false))
                holder = directory
            } else {
                let locks = try PosixFileSystem.shared.openDirectory(path + "/locks")
                let file = try locks.open("journal.lock", .read, permissions: .ownerFile)
                #expect(try file.lock(.exclusive, blocking: false))
                holder = file
            }
            #expect(try journalError { _ = try handle.reserve(use()) }?.code == "lock_busy", "\(name)")
            try (holder as? any Directory)?.close()
            try (holder as? any File)?.close()
            count += 1
            #expect(throws: Never.self, "\(name)") { try other.reserve(use()) }
        }
        // Something fails.
        journal.fileSystem.setIntercept { call in
            call.operation == .lock && call.path.hasSuffix("journal.lock") ? .failure(.inputOutput) : nil
        }
        #expect(try journalError { _ = try handle.reserve(use()) }?.code == "io")
        journal.fileSystem.setIntercept(nil)
        count += 1
        #expect(throws: Never.self) { try other.reserve(use()) }
        // The lock file is another one by then.
        let replaced = ReplaceOnce(path: path)
        journal.fileSystem.setIntercept { call in
            if call.operation == .lock, call.path.hasSuffix("journal.lock") { replaced.run() }
            return nil
        }
        #expect(throws: Never.self) { try handle.reserve(use()) }
        journal.fileSystem.setIntercept(nil)
        #expect(throws: Never.self) { try other.reserve(use()) }
        #expect(try journal.recordCount() == count + 2)
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
