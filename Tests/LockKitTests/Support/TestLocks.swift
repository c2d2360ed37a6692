import FileSystemSeam
import LockKit
import TestSupport
import Testing

/// A directory to lock in, and what tests do there.
struct TestLocks: ~Copyable {
    let temporary: TemporaryDirectory
    let directory: any Directory

    init() throws {
        let temporary = try TemporaryDirectory()
        directory = try PosixFileSystem.shared.openDirectory(temporary.path)
        self.temporary = temporary
    }

    var root: String { temporary.path }

    var path: String { temporary.path + "/lock" }

    /// A new handle of the lock.
    func lock(
        _ options: FileLockOptions = FileLockOptions(),
        fileSystem: any FileSystem = PosixFileSystem.shared
    ) -> FileLock {
        FileLock(at: path, fileSystem: fileSystem, options: options)
    }

    /// Whether another handle can take the lock; see ``FileLock/canLock(_:)``.
    func isFree(_ mode: LockMode = .exclusive, _ options: FileLockOptions = FileLockOptions()) throws -> Bool {
        try lock(options).canLock(mode)
    }

    /// Whether another handle cannot take the lock now.
    func isHeld(_ mode: LockMode = .exclusive, _ options: FileLockOptions = FileLockOptions()) throws -> Bool {
        try lock(options).cannotLock(mode)
    }

    /// Makes or replaces a file.
    func put(_ name: String, permissions: UInt16 = 0o600) throws {
        let file = try directory.open(name, [.write, .create, .truncate], permissions: .ownerFile)
        try file.setPermissions(Permissions(rawValue: permissions))
        try file.close()
    }

    func permissions(of name: String) throws -> Permissions { try directory.status(of: name).permissions }

    func names() throws -> [String] { try directory.entries().map(\.name).sorted() }
}

extension FileLock {
    /// What looks wait through.
    private var fileSystem: PosixFileSystem { .shared }

    /// Whether it can be taken; it is released again.
    ///
    /// Other tests of this process start programs. Between fork and exec these hold copies of all descriptors, and with
    /// them a lock that was released here meanwhile: a second is enough for that to end.
    func canLock(_ mode: LockMode) throws -> Bool {
        for attempt in 0..<500 {
            if attempt > 0 { fileSystem.sleep(nanoseconds: 2_000_000) }
            if let held = try tryLock(mode) {
                held.release()
                return true
            }
        }
        return false
    }

    /// Whether it cannot be taken now.
    func cannotLock(_ mode: LockMode) throws -> Bool {
        if let held = try tryLock(mode) {
            held.release()
            return false
        }
        return true
    }
}

extension FileLock {
    /// Takes the lock, which must be free.
    func take(_ mode: LockMode) throws -> LockGuard {
        guard let held = try tryLock(mode) else { throw LockIsTaken() }
        return held
    }
}

struct LockIsTaken: Error {}

/// The error that `body` throws, which must be a ``LockError``; nil when it throws none.
func lockError(_ body: () throws -> Void) throws -> LockError? {
    do {
        try body()
        return nil
    } catch let error as LockError {
        return error
    }
}

/// Runs something on a thread while a test goes on, and tells when it is done.
final class Background: Sendable {
    private let thread: FileSystemSeam.Thread
    private let done: Condition<Bool>

    init(_ body: @escaping @Sendable () -> Void) throws {
        let done = Condition(false)
        self.done = done
        thread = try FileSystemSeam.Thread.start(name: "background") {
            body()
            done.withLock { $0 = true }
            done.broadcast()
        }
    }

    /// Whether it ends within this time.
    func ends(withinMilliseconds limit: UInt64) -> Bool {
        done.wait(timeoutNanoseconds: limit * 1_000_000) { $0 ? true : nil } == true
    }

    func join() { thread.join() }
}

/// Runs something once, when a system call of a kind is made for the n-th time.
final class OnCall: Sendable {
    private let name: SystemCall.Name
    private let occurrence: Int
    private let action: @Sendable () -> SystemCall.Fault?
    private let count = Condition(0)

    init(_ name: SystemCall.Name, _ occurrence: Int = 1, _ action: @escaping @Sendable () -> SystemCall.Fault?) {
        self.name = name
        self.occurrence = occurrence
        self.action = action
    }

    var fileSystem: PosixFileSystem {
        PosixFileSystem { [self] call in
            guard call.name == name else { return nil }
            let number = count.withLock {
                $0 += 1
                return $0
            }
            return number == occurrence ? action() : nil
        }
    }
}
