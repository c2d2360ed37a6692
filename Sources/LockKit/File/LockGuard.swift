public import FileSystemSeam
internal import Synchronization

/// A held lock. It is released when the guard goes out of scope, also when something throws.
///
/// A scope that never ends needs care: where no path leaves it, as before a loop for ever or a call that exits, Swift
/// ends the guard's life behind its last use, and the lock with it. There use ``FileLock/withLock(_:timeout:_:)``, or
/// keep the guard in an object that lives as long as the work.
///
/// The guard cannot be copied, so there is never a doubt whether the lock is still held: after ``release()``, or after
/// it was passed on, the compiler refuses its use. `_ = try lock.lock(.exclusive)` releases at once; give it a name.
public struct LockGuard: ~Copyable, Sendable {
    private let held: HeldLock

    init(_ held: HeldLock) { self.held = held }

    deinit { held.release() }

    /// How it is held.
    public var mode: LockMode { held.mode }

    /// What was found on the way that prevents nothing.
    public var warnings: [LockWarning] { held.warnings }

    /// Makes sure that the lock is still what it seems.
    ///
    /// Ask before an act that relies on the lock where someone may have removed the lock file or exchanged its
    /// directory, or where the program forks. It is at most four system calls.
    ///
    /// - Throws: `.forked` in a forked child of the holder, `.lockFileReplaced` when the lock file, or the directory
    ///   that was found by its path, was removed, renamed or replaced; `.io`. The lock is held all the same, but for
    ///   `.forked`.
    public func check() throws(LockError) { try held.check() }

    /// Lets a program that replaces this one (`execve`) go on holding the lock, until it and everything that inherits
    /// from it have ended.
    ///
    /// Processes started meanwhile by other threads inherit the lock as well.
    ///
    /// - Throws: `.forked`, `.io`.
    public func keepAcrossExec() throws(LockError) { try held.keepAcrossExec() }

    /// Releases the lock now.
    ///
    /// A program that another thread is just starting has copies of all descriptors until its exec, and keeps the lock
    /// for so long.
    public consuming func release() {}
}

/// The open files of a held lock.
final class HeldLock: Sendable {
    let mode: LockMode
    let warnings: [LockWarning]
    private let lock: FileLock
    private let process: ProcessInstance
    private let attempt: Condition<LockAttempt>
    private let identity: FileIdentity?
    /// The file then belongs to the next program as well.
    private let isKeptAcrossExec = Atomic<Bool>(false)

    init(_ lock: FileLock, _ mode: LockMode, process: ProcessInstance, _ attempt: consuming LockAttempt) {
        self.lock = lock
        self.mode = mode
        self.process = process
        warnings = attempt.warnings
        identity = attempt.fileIdentity
        self.attempt = Condition(consume attempt)
    }

    /// Closes the files. In a forked child these are copies, and closing them changes nothing for the parent.
    func release() {
        let isOwn = isOwnProcess
        attempt.withLock { attempt in
            if isOwn, lock.options.keepsFileOpen, !isKeptAcrossExec.load(ordering: .relaxed) {
                attempt.closeKeepingFile(process: process)
            } else {
                attempt.close()
            }
        }
        if isOwn { lock.end() }
    }

    var isOwnProcess: Bool { lock.fileSystem.processInstance == process }

    /// - Throws: `.forked`.
    func requireOwnProcess() throws(LockError) {
        if !isOwnProcess { throw .forked(path: lock.path, holder: process.processID) }
    }

    /// The directory of the lock file, open as long as the lock is held.
    ///
    /// - Throws: `.directoryMissing` when the lock was released.
    func openDirectory() throws(LockError) -> any Directory {
        guard let directory = attempt.withLock({ $0.directory }) else {
            throw .directoryMissing(path: lock.place.directoryLabel)
        }
        return directory
    }

    func keepAcrossExec() throws(LockError) {
        try requireOwnProcess()
        isKeptAcrossExec.store(true, ordering: .relaxed)
        do {
            try attempt.withLock { (attempt) throws(FileSystemError) in try attempt.keepAcrossExec() }
        } catch {
            throw .io(error, file: lock.path)
        }
    }

    func check() throws(LockError) {
        try requireOwnProcess()
        guard let directory = attempt.withLock({ $0.directory }) else { return }
        do throws(FileSystemError) {
            if try stands(in: directory) { return }
        } catch  where error.code == .noEntry || error.code == .notDirectory {
        } catch {
            throw .io(error, file: lock.path)
        }
        throw .lockFileReplaced(path: lock.path)
    }

    /// Whether the lock file is at its name, and the directory at its path.
    private func stands(in directory: any Directory) throws(FileSystemError) -> Bool {
        if let name = lock.place.name, try directory.extent(of: name).identity != identity { return false }
        guard let path = lock.place.directoryPath else { return true }
        return try lock.fileSystem.directoryStatus(path).identity == directory.status().identity
    }
}
