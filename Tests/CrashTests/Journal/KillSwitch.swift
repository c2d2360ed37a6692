import CrashTesting
import FileSystemSeam

/// Kills a simulated process at one of its operations that change something, before that has any effect. To be killed
/// at one that only looks is the same as to be killed at the next that changes something.
final class KillSwitch: SimScheduler, @unchecked Sendable {
    private let victim: SimFS
    private let operation: Int
    /// Nil for everything that changes something.
    private let kind: FileSystemError.Operation?
    private let isCounted: @Sendable (String) -> Bool
    /// How many were counted.
    private(set) var count = 0
    /// Whether the process came as far.
    private(set) var hasKilled = false

    /// - Parameters:
    ///   - operation: counted from 0.
    ///   - kind: what is counted; nil for everything that changes something.
    ///   - isCounted: on which names it is counted.
    init(
        _ victim: SimFS,
        at operation: Int,
        of kind: FileSystemError.Operation? = nil,
        where isCounted: @escaping @Sendable (String) -> Bool = { _ in true }
    ) {
        self.isCounted = isCounted
        self.victim = victim
        self.operation = operation
        self.kind = kind
        victim.disk.scheduler = self
    }

    /// How many operations of a kind a process makes in some work, on a disk that something was done to before.
    static func count(
        of kind: FileSystemError.Operation,
        where isCounted: @escaping @Sendable (String) -> Bool = { _ in true },
        after prepare: (any FileSystem) throws -> Void,
        in work: (SimFS) throws -> Void
    ) throws -> Int {
        let fileSystem = SimDisk(seed: 1).boot()
        try prepare(fileSystem)
        let process = try successor(of: fileSystem)
        let kill = KillSwitch(process, at: .max, of: kind, where: isCounted)
        defer { kill.end() }
        try work(process)
        return kill.count
    }

    func turn(_ process: SimProcess, _ operation: FileSystemError.Operation, _ name: String) throws(Refusal) {
        let isOfKind = kind.map { $0 == operation } ?? operation.changesSomething
        guard process === victim.process, isOfKind, isCounted(name) else { return }
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
