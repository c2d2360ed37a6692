public import FileSystemSeam
internal import Synchronization

extension FileLock {
    /// Takes the lock, waiting for it without holding up the threads that tasks run on.
    ///
    /// The waiting is done by a thread of its own, which is started only when the lock is not free.
    ///
    /// When the task is cancelled the wait ends within 20 milliseconds. A lock that was acquired just before is
    /// released again.
    ///
    /// - Parameter timeout: how long to wait at most; zero or less tries once, nil waits for ever.
    /// - Throws: `.cancelled`, and then nothing is held; `.timedOut` when the time is over; what ``tryLock(_:)``
    ///   throws.
    public func lock(_ mode: LockMode, timeout: Duration? = nil) async throws(LockError) -> LockGuard {
        let limit = timeout?.nanosecondsClamped
        let cancellation = LockCancellation()
        if Task.isCancelled { throw .cancelled(path: path) }
        if let free = try tryLock(mode) {
            if Task.isCancelled { throw .cancelled(path: path) }
            return free
        }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                wait(mode, limit, cancellation) { continuation.resume(returning: $0) }
            }
        } onCancel: {
            cancellation.cancel()
        }
        let held = LockGuard(try outcome.get())
        // Cancelled between the acquisition and now: the guard is released by leaving.
        if Task.isCancelled { throw .cancelled(path: path) }
        return held
    }

    /// Waits on a thread, and tells the outcome there.
    private func wait(
        _ mode: LockMode,
        _ limitNanoseconds: UInt64?,
        _ cancellation: LockCancellation,
        _ finish: @escaping @Sendable (Result<HeldLock, LockError>) -> Void
    ) {
        do {
            _ = try Thread.start(name: "lock wait") {
                let wait = LockWait(self, limitNanoseconds: limitNanoseconds, cancellation: cancellation)
                do throws(LockError) {
                    if let held = try self.acquire(mode, wait) {
                        finish(.success(held))
                    } else {
                        finish(.failure(wait.timedOut))
                    }
                } catch {
                    finish(.failure(error))
                }
            }
        } catch {
            finish(.failure(.io(error, file: path)))
        }
    }
}

/// Tells a waiting thread that nobody wants the lock any more.
final class LockCancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    var isCancelled: Bool { flag.load(ordering: .acquiring) }

    func cancel() { flag.store(true, ordering: .releasing) }
}
