internal import FileSystemSeam

/// A value that a thread of its own works out.
struct Pending<Value: Sendable>: Sendable {
    private let thread: Thread?
    private let found: Condition<Value?>

    /// Starts to work it out.
    ///
    /// - Parameter inline: whether to do it here and now, as is done also if the system has no room for another thread.
    init(_ name: String, inline: Bool = false, _ body: @escaping @Sendable () -> Value) {
        let found = Condition<Value?>(nil)
        self.found = found
        thread =
            inline
            ? nil
            : try? Thread.start(name: name) {
                let value = body()
                found.withLock { $0 = value }
            }
        if thread == nil {
            let value = body()
            found.withLock { $0 = value }
        }
    }

    /// Waits for it.
    func wait() -> Value {
        thread?.join()
        guard let value = found.withLock({ $0 }) else { preconditionFailure("the thread has ended") }
        return value
    }
}
