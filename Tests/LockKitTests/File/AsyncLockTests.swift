import FileSystemSeam
import LockKit
import Testing

@Suite("Waiting for a file lock in a task")
struct AsyncLockTests {
    @Test func itIsTakenAndReleased() async throws {
        let locks = try TestLocks()
        do {
            let held = try await locks.lock().lock(.exclusive)
            #expect(try locks.isHeld())
            try held.check()
        }
        #expect(try locks.isFree())
    }

    @Test func itIsTakenWhenTheHolderLetsGo() async throws {
        let locks = try TestLocks()
        let held = try locks.lock().take(.exclusive)
        let lock = locks.lock()
        let waiter = Task {
            let held = try await lock.lock(.exclusive, timeout: .seconds(60))
            return held.mode
        }
        try await Task.sleep(for: .milliseconds(20))
        held.release()
        #expect(try await waiter.value == .exclusive)
        #expect(try locks.isFree())
    }

    @Test func theTimeLimitEndsTheWait() async throws {
        let locks = try TestLocks()
        let held = try locks.lock().take(.exclusive)
        for timeout in [Duration.zero, .milliseconds(12)] {
            do {
                _ = try await locks.lock().lock(.exclusive, timeout: timeout)
                Issue.record("it was taken")
            } catch {
                #expect(error.code == "lock_timeout")
            }
        }
        try held.check()
    }

    /// More waiting tasks than there are threads for tasks, and yet others go on.
    @Test func waitingTasksDoNotHoldUpOthers() async throws {
        let locks = try TestLocks()
        let held = try locks.lock().take(.exclusive)
        let path = locks.path
        let entered = Condition(0)
        let waiters = (0..<24).map { _ in
            Task {
                let lock = FileLock(at: path, fileSystem: PosixFileSystem.shared)
                // The threads for tasks may be busy with other tests for minutes.
                let held = try await lock.lock(.exclusive, timeout: .seconds(1200))
                entered.withLock { $0 += 1 }
                held.release()
            }
        }
        for _ in 0..<20 {
            await Task.yield()
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(entered.withLock { $0 } == 0)
        held.release()
        for waiter in waiters { try await waiter.value }
        #expect(entered.withLock { $0 } == 24)
    }

    @Test func aCancelledTaskStopsWaitingAndHoldsNothing() async throws {
        let locks = try TestLocks()
        let held = try locks.lock().take(.exclusive)
        let lock = locks.lock()
        let waiter = Task { () async throws(LockError) -> Bool in
            let held = try await lock.lock(.exclusive)
            return held.mode == .exclusive
        }
        try await Task.sleep(for: .milliseconds(20))
        waiter.cancel()
        await #expect(throws: LockError.cancelled(path: lock.path)) { try await waiter.value }
        held.release()
        // Nobody is left behind who would take it, and the handle is free.
        #expect(try lock.canLock(.exclusive))
    }

    @Test func aTaskCancelledBeforehandDoesNotTry() async throws {
        let locks = try TestLocks()
        let lock = locks.lock()
        let task = Task { () async throws(LockError) -> Bool in
            while !Task.isCancelled { await Task.yield() }
            let held = try await lock.lock(.exclusive)
            return held.mode == .exclusive
        }
        task.cancel()
        await #expect(throws: LockError.cancelled(path: lock.path)) { try await task.value }
        #expect(try locks.names() == [])
    }

    /// The cancellation comes after the lock was granted and before the task goes on: the last look at the file.
    @Test func aLockGrantedToACancelledTaskIsReleased() async throws {
        let locks = try TestLocks()
        let held = try locks.lock().take(.exclusive)
        let task = Condition<Task<Bool, any Error>?>(nil)
        // The waiter's first lock call fails at once, the later ones wait; the first look at the directory's entry
        // follows the lock that was granted.
        let granted = OnCall(.fstatat) {
            task.wait { $0 }.cancel()
            return nil
        }
        let lock = locks.lock(fileSystem: granted.fileSystem)
        let waiter = Task { () async throws -> Bool in
            let held = try await lock.lock(.exclusive)
            return held.mode == .exclusive
        }
        task.withLock { $0 = waiter }
        task.broadcast()
        try await Task.sleep(for: .milliseconds(20))
        held.release()
        await #expect(throws: LockError.cancelled(path: lock.path)) { _ = try await waiter.value }
        #expect(try locks.isFree())
        #expect(try lock.canLock(.exclusive))
    }
}
