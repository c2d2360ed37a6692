import CrashTesting
import FileSystemSeam

/// Kills a simulated process at one of its operations that change something, before that has any effect. To be killed
/// at one that only looks is the same as to be killed at the next that changes something.
final class KillSwitch: SimScheduler, @unchecked Sendable {
    private let victim: SimFS
    private let operation: Int
    private var count = 0
    /// Whether the process came as far.
    private(set) var hasKilled = false

    private static let changes: Set<FileSystemError.Operation> = [
        .open, .makeDirectory, .rename, .link, .remove, .removeDirectory, .write, .truncate, .sync, .syncDirectory,
    ]

    /// - Parameter operation: counted from 0.
    init(_ victim: SimFS, at operation: Int) {
        self.victim = victim
        self.operation = operation
        victim.disk.scheduler = self
    }

    func turn(_ process: SimProcess, _ operation: FileSystemError.Operation, _ name: String) throws(Refusal) {
        guard process === victim.process, Self.changes.contains(operation) else { return }
        count += 1
        guard count > self.operation, !hasKilled else { return }
        hasKilled = true
        victim.disk.kill(victim)
    }

    func blocked(_ process: SimProcess, canTimeOut: Bool) throws(Refusal) -> Bool { false }

    func end() { victim.disk.scheduler = nil }
}

/// A second process on the same disk.
func successor(of fileSystem: any FileSystem) throws -> SimFS {
    guard let simulated = fileSystem as? SimFS else { throw CheckFailure("not a simulated process") }
    return simulated.disk.boot()
}
