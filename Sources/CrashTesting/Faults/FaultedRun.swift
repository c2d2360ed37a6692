internal import FileSystemSeam

/// A workload under faults, and the next process of the same boot, which recovers without any.
final class FaultedRun<Acknowledgement: Equatable, Store> {
    let start: WorkloadStart
    /// What the workload threw when it ran last.
    private(set) var thrown: (any Error)?
    /// The operations that the workload made then.
    private(set) var operations: [SimOperation] = []
    private let workload: (any FileSystem, (Acknowledgement) -> Void) throws -> Void
    private let recover: (any FileSystem) throws -> Store

    init(
        start: WorkloadStart,
        _ workload: @escaping (any FileSystem, (Acknowledgement) -> Void) throws -> Void,
        _ recover: @escaping (any FileSystem) throws -> Store
    ) {
        self.start = start
        self.workload = workload
        self.recover = recover
    }

    /// Both, in order.
    func workAndGoOn(_ first: any FileSystem, _ acknowledge: (Acknowledgement) -> Void) throws {
        _ = try store(first, acknowledge)
    }

    private func store(_ first: any FileSystem, _ acknowledge: (Acknowledgement) -> Void) throws -> Store {
        thrown = nil
        do { try workload(first, acknowledge) } catch { thrown = error }
        operations = start.disk.trace
        return try recover(start.nextProcess(after: first))
    }

    /// How the next process finds a promise broken, while the machine goes on running; nil when it does not.
    func verdict(
        _ explorer: CrashExplorer,
        _ check: (Store, [Acknowledgement]) throws -> Void
    ) throws -> String? {
        var found: Store?
        let recording: Recording<Acknowledgement>
        do {
            recording = try explorer.record(start) { first, acknowledge in found = try store(first, acknowledge) }
            if let error = recording.error { throw error }
        } catch {
            return "the next process of the same boot cannot recover: \(error)"
        }
        guard let found else { return nil }
        do { try check(found, recording.acknowledged) } catch let failure as CheckFailure {
            return "for the next process of the same boot: \(failure.message)"
        } catch {
            return "the check threw for the next process of the same boot: \(error)"
        }
        return start.disk.hang.map { "the check does not end: \($0)" }
    }
}

extension WorkloadStart {
    /// Ends a process, and with it the faults, and starts another one of the same boot.
    func nextProcess(after first: any FileSystem) -> SimFS {
        disk.faults = FaultPlan()
        if let first = first as? SimFS { disk.kill(first) }
        return disk.boot()
    }
}

extension FaultPlan {
    /// Whether it kills a process: what that one throws then, nobody hears.
    var kills: Bool { entries.contains { $0.fault == .killed } }

    /// Whether it flips bits.
    var misleads: Bool { entries.contains { if case .flippedBit = $0.fault { true } else { false } } }
}

extension FileSystemError.Operation {
    /// Whether it changes what is on the disk, or what is durable.
    package var changesSomething: Bool {
        switch self {
        case .open, .makeDirectory, .rename, .link, .remove, .removeDirectory, .write, .append, .truncate, .allocate,
            .setPermissions, .sync, .syncDirectory:
            true
        default: false
        }
    }
}
