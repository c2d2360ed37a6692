import FileSystemSeam
import LockKit
import Synchronization
import Testing

@Suite("Holders of a file lock")
struct ExclusionTests {
    @Test func anExclusiveHolderKeepsAllOthersOut() throws {
        let locks = try TestLocks()
        let held = try locks.lock().lock(.exclusive)
        #expect(try locks.isHeld(.exclusive))
        #expect(try locks.isHeld(.shared))
        #expect(held.mode == .exclusive)
        try held.check()
        held.release()
        #expect(try locks.isFree())
    }

    @Test func sharedHoldersKeepOutOnlyAnExclusiveOne() throws {
        let locks = try TestLocks()
        let first = try locks.lock().lock(.shared)
        let second = try locks.lock().take(.shared)
        #expect(try locks.isHeld(.exclusive))
        first.release()
        #expect(try locks.isHeld(.exclusive))
        second.release()
        #expect(try locks.isFree(.exclusive))
    }

    @Test func theLockEndsWithTheScopeAlsoWhenSomethingThrows() throws {
        struct Failure: Error {}
        let locks = try TestLocks()
        func fail(_ lock: FileLock) throws {
            let held = try lock.lock(.exclusive)
            #expect(try locks.isHeld())
            try held.check()
            throw Failure()
        }
        do {
            let held = try locks.lock().lock(.exclusive)
            _ = held.mode
        }
        #expect(try locks.isFree())
        #expect(throws: Failure.self) { try fail(locks.lock()) }
        #expect(try locks.isFree())
    }

    @Test func theLockFileIsPrivateEmptyAndStays() throws {
        let locks = try TestLocks()
        let held = try locks.lock().lock(.exclusive)
        #expect(try locks.permissions(of: "lock") == .ownerFile)
        held.release()
        #expect(try locks.names() == ["lock"])
        #expect(try locks.directory.status(of: "lock").size == 0)
    }

    @Test func aFileThatIsThereIsNoLockByItself() throws {
        let locks = try TestLocks()
        try locks.put("lock")
        #expect(try locks.isFree())
    }

    /// Threads, each with a handle of its own, add to a counter that nothing else protects.
    @Test(arguments: [FileLockOptions(), FileLockOptions(anchor: .directory), FileLockOptions(writerPreference: true)])
    func threadsQueueLikeProcesses(_ options: FileLockOptions) throws {
        let locks = try TestLocks()
        let inside = Atomic(0)
        let overlaps = Atomic(0)
        let total = Atomic(0)
        try withThreads(4) { [path = locks.path] _ in
            let lock = FileLock(at: path, fileSystem: PosixFileSystem.shared, options: options)
            for _ in 0..<50 {
                let held = try lock.lock(.exclusive, timeout: .seconds(60))
                if inside.add(1, ordering: .sequentiallyConsistent).newValue != 1 {
                    overlaps.add(1, ordering: .sequentiallyConsistent)
                }
                total.add(1, ordering: .sequentiallyConsistent)
                inside.subtract(1, ordering: .sequentiallyConsistent)
                held.release()
            }
        }
        #expect(total.load(ordering: .sequentiallyConsistent) == 200)
        #expect(overlaps.load(ordering: .sequentiallyConsistent) == 0)
    }

    @Test func aDirectoryIsLockedWithoutAnyFile() throws {
        let locks = try TestLocks()
        func lock() -> FileLock { FileLock(ofDirectory: locks.root, fileSystem: PosixFileSystem.shared) }
        let held = try lock().lock(.exclusive)
        #expect(try lock().cannotLock(.shared))
        try held.check()
        held.release()
        #expect(try lock().canLock(.exclusive))
        #expect(try locks.names() == [])
    }

    @Test func aHeldDirectoryMayMove() throws {
        let locks = try TestLocks()
        try locks.directory.makeDirectory("a", permissions: .ownerDirectory)
        let inside = try locks.directory.subdirectory("a")
        let lock = FileLock("lock", in: inside, fileSystem: PosixFileSystem.shared)
        #expect(try lock.canLock(.exclusive))
        try locks.directory.rename("a", to: "b", in: locks.directory, exclusive: true)
        let held = try lock.lock(.exclusive)
        #expect(
            try FileLock(at: locks.root + "/b/lock", fileSystem: PosixFileSystem.shared).cannotLock(.shared)
        )
        try held.check()
    }
}

/// Runs `body` in several threads and waits for all; errors are test failures.
func withThreads(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
    let failures = Condition([String]())
    let threads = try (0..<count).map { number in
        try FileSystemSeam.Thread.start(name: "thread \(number)") {
            do { try body(number) } catch { failures.withLock { $0.append("\(error)") } }
        }
    }
    for thread in threads { thread.join() }
    #expect(failures.withLock { $0 } == [])
}
