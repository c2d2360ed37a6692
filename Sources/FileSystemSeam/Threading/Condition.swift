/// State that threads share under one lock, and that they can wait for.
///
/// The state is reached only inside of closures that run under the lock, so it cannot be touched without it,
/// and a wait is always a loop around a test:
///
/// ```swift
/// let queue = Condition([Int]())
/// queue.withLock { $0.append(7) }
/// queue.signal()
/// let first = queue.wait { $0.isEmpty ? nil : $0.removeFirst() }
/// ```
///
/// Closures must not use the same condition again, and should be short. Waiting uses real time; what a
/// simulator is to schedule waits through ``FileSystem/sleep(nanoseconds:)`` or a lock instead.
///
/// The lock is a POSIX one, also where nobody waits: ThreadSanitizer understands it, while it reports races on state
/// that a `Synchronization.Mutex` guards well.
@safe
public final class Condition<State: Sendable>: @unchecked Sendable {
    @usableFromInline let native: NativeCondition
    // Read and written under the lock only, which a closure that used it again would wait for in vain: checking at run
    // time that accesses do not overlap would find nothing more.
    @exclusivity(unchecked) @usableFromInline var state: State

    /// Makes a condition around its first state.
    public init(_ state: State) {
        native = NativeCondition()
        unsafe self.state = state
    }

    /// Runs `body` on the state under the lock. Does not wake anybody: see ``signal()``.
    @inlinable
    public func withLock<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        native.lock()
        defer { native.unlock() }
        return try unsafe body(&state)
    }

    /// Runs `body` under the lock, again after every signal, until it returns something.
    public func wait<Result, Failure: Error>(
        until body: (inout State) throws(Failure) -> Result?
    ) throws(Failure) -> Result {
        native.lock()
        defer { native.unlock() }
        while true {
            if let result = try unsafe body(&state) { return result }
            native.wait()
        }
    }

    /// Runs `body` under the lock, again after every signal, until it returns something or the time is over.
    ///
    /// - Parameter timeoutNanoseconds: counted on the monotonic clock. `body` runs at least once, also for 0,
    ///   and once more at the end.
    /// - Returns: nil when the time was over.
    public func wait<Result, Failure: Error>(
        timeoutNanoseconds: UInt64,
        until body: (inout State) throws(Failure) -> Result?
    ) throws(Failure) -> Result? {
        native.lock()
        defer { native.unlock() }
        // Who need not wait needs no clock.
        if let result = try unsafe body(&state) { return result }
        let start = NativeCondition.now
        let (sum, tooFar) = start.addingReportingOverflow(timeoutNanoseconds)
        let deadline = tooFar ? UInt64.max : sum
        var now = start
        while now < deadline {
            _ = native.wait(nanoseconds: deadline - now)
            if let result = try unsafe body(&state) { return result }
            now = NativeCondition.now
        }
        return nil
    }

    /// Wakes one waiting thread, if any.
    public func signal() { native.signal() }

    /// Wakes all waiting threads.
    public func broadcast() { native.broadcast() }
}
