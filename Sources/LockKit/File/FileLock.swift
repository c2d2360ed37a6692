public import FileSystemSeam
internal import Synchronization

/// A lock between processes, and between the threads of one: `flock` on a file.
///
///     let lock = FileLock(at: "store/lock", fileSystem: PosixFileSystem.shared)
///     let held = try lock.lock(.exclusive, timeout: .seconds(5))
///     // … until `held` goes out of scope, also when something throws …
///
/// The lock is the kernel's, so it ends with its holder however that ends, and a lock file that is there means nothing
/// by itself. The file is made when it is absent, with permissions 0600, holds nothing, and is never removed.
///
/// What happens, as `strace` prints it for a lock anchored on its directory held as 5:
///
/// ```
/// openat(5, ".", O_RDONLY|O_DIRECTORY|…)       = 6
/// flock(6, LOCK_EX)                            = 0
/// openat(5, "lock", O_RDWR|O_CREAT|…, 0600)    = 7
/// flock(7, LOCK_EX)                            = 0
/// fstat(7) = fstatat(5, "lock")                    the file locked is the one that stands at the name; else again
/// …
/// close(7), close(6)                               a forked child's LOCK_UN would free the parent's lock
/// ```
///
/// A handle is one holder: two threads that are to exclude each other need one each, and then queue like processes. A
/// handle may be kept and used again; what it finds out about the file system it finds out once.
public final class FileLock: Sendable {
    /// The lock's path as given, or its name where the directory was given; for messages.
    public let path: String
    /// How it is taken.
    public let options: FileLockOptions
    let fileSystem: any FileSystem
    let place: LockPlace
    /// 0, or the process's token and what this handle is doing in it.
    private let use = Atomic<UInt64>(0)
    /// What stays open between two holds, when that is wanted.
    let kept = Condition<KeptLockFiles?>(nil)
    /// One more than the device whose file system was found fit; 0 before.
    let fitDevice = Atomic<UInt64>(0)

    /// A lock on the file at a path. The directory is looked up anew each time; the file may be absent, the directory
    /// may not.
    public init(at path: String, fileSystem: any FileSystem, options: FileLockOptions = FileLockOptions()) {
        self.path = path
        self.fileSystem = fileSystem
        self.options = options
        place = LockPlace(path: path)
    }

    /// A lock on a file in a held directory, wherever that directory is moved.
    ///
    /// - Parameter directory: kept, and not closed.
    public init(
        _ name: String,
        in directory: any Directory,
        fileSystem: any FileSystem,
        options: FileLockOptions = FileLockOptions()
    ) {
        self.path = name
        self.fileSystem = fileSystem
        self.options = options
        place = .inside(directory, name: name)
    }

    /// A lock on a directory itself, without any file.
    ///
    /// - Parameter directory: an existing one, by its path. The anchor of `options` is not used; the gate, if there is
    ///   one, must be another directory.
    public init(ofDirectory path: String, fileSystem: any FileSystem, options: FileLockOptions = FileLockOptions()) {
        self.path = path
        self.fileSystem = fileSystem
        self.options = options
        place = .directory(path: path)
    }

    /// Takes the lock if that is possible without waiting.
    ///
    /// Who only looks at the lock, as ``inspect()`` does, may hold it for some microseconds, and longer when it is
    /// stopped in between. Where that must not count, some milliseconds are waited: ``lock(_:timeout:)-(_,Duration?)``.
    ///
    /// - Returns: nil when another holds it or, with ``FileLockOptions/writerPreference``, is at the gate.
    /// - Throws: `.reentrant`, `.upgradeRefused`, `.directoryMissing`, `.notALockFile`, `.unusableGate`,
    ///   `.unsupportedFilesystem`, `.io`.
    public func tryLock(_ mode: LockMode) throws(LockError) -> LockGuard? {
        let wait = LockWait(self, limitNanoseconds: 0)
        guard let held = try acquire(mode, wait) else { return nil }
        return LockGuard(held)
    }

    /// Takes the lock, waiting for it.
    ///
    /// The thread sleeps in the kernel meanwhile. In an `async` function the other form of this method is used.
    ///
    /// - Parameter timeout: how long to wait at most; zero or less tries once, nil waits for ever.
    /// - Throws: `.timedOut` when the time is over, and what ``tryLock(_:)`` throws.
    public func lock(_ mode: LockMode, timeout: Duration? = nil) throws(LockError) -> LockGuard {
        let wait = LockWait(self, limitNanoseconds: timeout?.nanosecondsClamped)
        guard let held = try acquire(mode, wait) else { throw wait.timedOut }
        return LockGuard(held)
    }
}

extension FileLock {
    /// Runs `body` while the lock is held, and releases it afterwards, also when `body` throws.
    ///
    /// The lock is held until `body` returns, whether it uses the guard or not: also where that is never.
    ///
    /// - Parameter timeout: how long to wait at most; zero or less tries once, nil waits for ever.
    /// - Throws: ``LockError`` as ``lock(_:timeout:)-(_,Duration?)``, and what `body` throws.
    public func withLock<Result>(
        _ mode: LockMode,
        timeout: Duration? = nil,
        _ body: (borrowing LockGuard) throws -> Result
    ) throws -> Result {
        let wait = LockWait(self, limitNanoseconds: timeout?.nanosecondsClamped)
        guard let acquired = try acquire(mode, wait) else { throw wait.timedOut }
        let held = LockGuard(acquired)
        return try body(held)
    }
}

// MARK: - One holder a handle

extension FileLock {
    private static let acquiring: UInt64 = 1
    private static let shared: UInt64 = 2
    private static let exclusive: UInt64 = 3

    /// Notes that the handle is in use by `process`, and refuses when it is already. What a parent process was
    /// doing with it when it forked does not count.
    func begin(_ mode: LockMode, process: ProcessInstance) throws(LockError) {
        let own = process.token << 8
        while true {
            let seen = use.load(ordering: .relaxed)
            if seen != 0, seen & ~0xff == own {
                if seen == own | Self.shared, mode == .exclusive { throw .upgradeRefused(path: path) }
                throw .reentrant(path: path)
            }
            let (exchanged, _) = use.compareExchange(
                expected: seen,
                desired: own | Self.acquiring,
                ordering: .acquiringAndReleasing
            )
            if exchanged { return }
        }
    }

    func noteHeld(_ mode: LockMode, process: ProcessInstance) {
        let own = process.token << 8
        use.store(own | (mode == .shared ? Self.shared : Self.exclusive), ordering: .releasing)
    }

    func end() { use.store(0, ordering: .releasing) }
}

extension Duration {
    /// The duration in nanoseconds: 0 when negative, as many as there can be when it is longer.
    var nanosecondsClamped: UInt64 {
        let (seconds, attoseconds) = components
        if seconds < 0 || attoseconds < 0 { return 0 }
        let (whole, tooLong) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, tooFar) = whole.addingReportingOverflow(UInt64(attoseconds) / 1_000_000_000)
        return tooLong || tooFar ? .max : sum
    }
}
