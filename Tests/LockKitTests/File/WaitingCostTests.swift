import FileSystemSeam
import Foundation
import LockKit
import Testing

/// Waiting is sleeping: it takes less than a hundredth of a core, and on a machine that is busy with other tests, where
/// every look costs many times as much, still less than a twentieth.
@Suite("What waiting for a file lock costs")
struct WaitingCostTests {
    private static let holdNanoseconds: UInt64 = 500_000_000
    private static let spentMaximum = holdNanoseconds / 20

    /// How long this thread has run, not counting the times when it was not running.
    private static var threadNanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    @Test(arguments: [nil, .seconds(60)] as [Duration?])
    func aThreadThatWaitsSleeps(_ timeout: Duration?) throws {
        let locks = try TestLocks()
        let held = try locks.lock().lock(.exclusive)
        let path = locks.path
        let spent = Condition<UInt64?>(nil)
        let isThere = Condition(false)
        let waiter = try Background {
            let lock = FileLock(at: path, fileSystem: PosixFileSystem.shared)
            isThere.withLock { $0 = true }
            isThere.broadcast()
            let before = Self.threadNanoseconds
            guard let held = try? lock.lock(.exclusive, timeout: timeout) else { return }
            let after = Self.threadNanoseconds
            held.release()
            spent.withLock { $0 = after - before }
        }
        _ = isThere.wait { $0 ? true : nil }
        PosixFileSystem.shared.sleep(nanoseconds: Self.holdNanoseconds)
        held.release()
        waiter.join()
        let nanoseconds = try #require(spent.withLock { $0 })
        #expect(nanoseconds < Self.spentMaximum, "\(nanoseconds) ns of \(Self.holdNanoseconds)")
    }

    /// A task's waiting is a thread's, which looks from time to time whether it was cancelled. What it spends is taken
    /// at each of its looks at the lock.
    @Test func aTaskThatWaitsSleeps() async throws {
        let locks = try TestLocks()
        let held = try locks.lock().take(.exclusive)
        let looks = Condition([Look]())
        let fileSystem = PosixFileSystem { call in
            if call.name == .flock { looks.withLock { $0.append(Look()) } }
            return nil
        }
        let lock = locks.lock(fileSystem: fileSystem)
        let waiter = Task {
            let held = try await lock.lock(.exclusive, timeout: .seconds(60))
            held.release()
        }
        // The task's own look, and two of the thread that waits for it.
        while looks.withLock({ $0.count }) < 3 { try await Task.sleep(for: .milliseconds(1)) }
        try await Task.sleep(for: .nanoseconds(Self.holdNanoseconds))
        held.release()
        try await waiter.value
        let all = looks.withLock { $0 }
        // The first is the task's own, which does not wait.
        let last = try #require(all.last)
        let own = all.filter { $0.thread == last.thread }
        let spent = last.nanoseconds - (own.first?.nanoseconds ?? 0)
        #expect(own.count > 1, "it looked again")
        // On a machine that is busy with other tests the lock is held for longer than was wanted.
        let waited = last.time.nanoseconds - (own.first?.time.nanoseconds ?? 0)
        #expect(spent < max(waited / 20, Self.spentMaximum), "\(spent) ns of \(waited)")
    }

    /// A look at the lock: by which thread, and how long that had run.
    private struct Look: Sendable {
        var thread = pthread_self()
        var nanoseconds = WaitingCostTests.threadNanoseconds
        let time = PosixFileSystem.shared.monotonicClock()
    }
}
