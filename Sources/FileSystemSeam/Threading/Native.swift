internal import CPosix

/// A mutex and its condition variable, as the platform makes them. The only file of the threads that calls
/// the shim.
@safe
@usableFromInline
struct NativeCondition: ~Copyable, @unchecked Sendable {
    // pthread objects may be used from every thread, and must not move: they live on the heap.
    private let pointer: UnsafeMutableRawPointer

    init() {
        guard let made = unsafe cposix_condition_create() else { fatalError("out of memory for a condition") }
        unsafe pointer = made
    }

    deinit { unsafe cposix_condition_destroy(pointer) }

    @usableFromInline
    func lock() { _ = unsafe cposix_condition_lock(pointer) }

    @usableFromInline
    func unlock() { _ = unsafe cposix_condition_unlock(pointer) }

    func wait() { _ = unsafe cposix_condition_wait(pointer) }

    /// False when the time is over.
    func wait(nanoseconds: UInt64) -> Bool { unsafe cposix_condition_wait_for(pointer, nanoseconds) != 0 }

    func signal() { _ = unsafe cposix_condition_signal(pointer) }

    func broadcast() { _ = unsafe cposix_condition_broadcast(pointer) }

    /// Nanoseconds of the clock that timed waits run on.
    static var now: UInt64 { cposix_monotonic_clock() }
}

/// A thread of the platform.
struct NativeThread: Sendable {
    private let handle: UInt

    /// What a new thread is born with.
    private final class Start {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a thread that runs `body`.
    init(name: String, body: @escaping @Sendable () -> Void) throws(FileSystemError) {
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        var handle: UInt = 0
        let created = unsafe cposix_thread_create(
            &handle,
            { context in
                guard let context = unsafe context else { return }
                let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                // The name is for people with a debugger; failing to set it changes nothing.
                _ = unsafe start.name.withCString { unsafe cposix_thread_set_name($0) }
                start.body()
            },
            start.toOpaque()
        )
        if created < 0 { unsafe start.release() }
        _ = try checked(created, .createThread, name)
        self.handle = handle
    }

    /// Waits for the end, once. 0, or a negative error number.
    func join() -> Int { cposix_thread_join(handle) }

    /// Lets the thread end unattended, once.
    func detach() { _ = cposix_thread_detach(handle) }

    /// How many processors there are; not positive where that is not told.
    static var processorCount: Int { cposix_processor_count() }
}
