/// A thread of the operating system, for work that blocks: waiting for a lock, committing a group of writes.
///
/// A thread that nobody joins runs to its end all the same.
public final class Thread: Sendable {
    private let native: NativeThread
    private let isJoined = Condition(false)

    private init(_ native: NativeThread) { self.native = native }

    deinit {
        if !isJoined.withLock({ $0 }) { native.detach() }
    }

    /// Starts a thread.
    ///
    /// - Parameters:
    ///   - name: shown by debuggers and `top -H`; cut to the 15 bytes that Linux keeps.
    ///   - body: what the thread does.
    /// - Throws: `.wouldBlock` or `.outOfMemory` when the system has no room for another thread.
    public static func start(
        name: String,
        body: @escaping @Sendable () -> Void
    ) throws(FileSystemError) -> Thread {
        Thread(try NativeThread(name: shortened(name), body: body))
    }

    /// Waits until the thread has ended. Several callers may wait, and a second call returns at once.
    ///
    /// - Precondition: the thread does not join itself.
    public func join() {
        isJoined.withLock { isJoined in
            if isJoined { return }
            let result = native.join()
            precondition(result == 0, "a thread cannot join itself (error number \(-result))")
            isJoined = true
        }
    }

    /// How many threads the machine runs side by side: the processors that are on line; at least 1.
    public static var processorCount: Int { max(1, NativeThread.processorCount) }

    private static func shortened(_ name: String) -> String {
        var short = name
        while short.utf8.count > 15 { short.removeLast() }
        return short
    }
}
