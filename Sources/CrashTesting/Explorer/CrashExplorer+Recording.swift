internal import FileSystemSeam

/// Where a workload starts: a disk, and what the clock shows.
struct WorkloadStart {
    let disk: SimDisk
    let time: Int64
    let boot: UInt64
    /// Where randomness starts.
    let randomWord: UInt64
    private let firstInode: Int64
    private let lastProcess: Int32

    /// A new disk that `prepare` has written to; all of that is durable.
    ///
    /// - Parameter isEveryHandleTold: ``FileSystemSeam/SimDisk/tellsEveryHandleOfFailedSyncs``.
    init(_ seed: UInt64, isEveryHandleTold: Bool, _ prepare: (any FileSystem) throws -> Void) throws {
        let disk = SimDisk(seed: seed)
        disk.tellsEveryHandleOfFailedSyncs = isEveryHandleTold
        try prepare(disk.boot())
        disk.checkpoint()
        self.init(disk, randomWord: XorShift(seedFromOne: seed).word, at: SimState.epochStart)
    }

    /// A disk as something left it.
    init(_ disk: SimDisk, randomWord: UInt64, at time: Int64) {
        self.disk = disk
        self.time = time
        self.randomWord = randomWord
        boot = disk.bootCount
        firstInode = disk.state.firstInode
        lastProcess = disk.lastProcess
    }

    /// The disk as it was at first, for a run of at most so many operations under `faults`.
    func reset(faults: FaultPlan, operationMaximum: Int) {
        disk.state.restart(firstInode: firstInode, randomWord: randomWord, now: time)
        disk.lastProcess = lastProcess
        disk.bootCount = boot
        disk.faults = faults
        disk.isTracing = true
        disk.trace = []
        disk.hang = nil
        disk.allow(operationMaximum)
    }
}

/// A workload's recorded run.
struct Recording<Acknowledgement: Equatable> {
    var log: EffectLog
    var operations: [SimOperation]
    var acknowledged: [Acknowledgement]
    /// What ended the workload under its planned faults.
    var error: (any Error)?
    /// Names of the inodes that were there before or were made, by inode.
    var base: [Int64: String] = [:]

    /// Those of the planned faults that met a call: the others have no part in what is found, nor in its token.
    func struck(by plan: FaultPlan) -> FaultPlan {
        var counts: [FileSystemError.Operation: Int] = [:]
        var met: Set<FaultPlan.Entry> = []
        for operation in operations {
            counts[operation.operation, default: 0] += 1
            guard let fault = operation.fault, let occurrence = counts[operation.operation] else { continue }
            met.insert(FaultPlan.Entry(operation.operation, occurrence: occurrence, fault))
        }
        return FaultPlan(plan.entries.filter(met.contains))
    }

    /// What another recording of the workload differs in first; nil when it does not.
    func difference(to other: Self) -> String? {
        if log == other.log, acknowledged == other.acknowledged { return nil }
        for (left, right) in zip(operations, other.operations) where left != right {
            return "it first did \"\(left)\", the second time \"\(right)\""
        }
        let counts = (operations.count, other.operations.count)
        if counts.0 != counts.1 { return "it made \(counts.0) operations, the second time \(counts.1)" }
        for (left, right) in zip(log.events, other.log.events) {
            let effects = (log.effects(of: left), other.log.effects(of: right))
            if left == right, effects.0.elementsEqual(effects.1) { continue }
            let operation = operations.first { $0.number == Int(left.operation) }
            if left.kind == .write, right.kind == .write, let operation {
                return "it wrote other bytes the second time in \"\(operation)\""
            }
            break
        }
        return "it acknowledged other things, or at other times, the second time"
    }
}

extension CrashExplorer {
    /// Runs a workload under ``faults`` and records what it does.
    func record<Acknowledgement: Equatable>(
        _ start: WorkloadStart,
        operationMaximum: Int = Self.workloadOperationMaximum,
        _ workload: (any FileSystem, (Acknowledgement) -> Void) throws -> Void
    ) throws -> Recording<Acknowledgement> {
        let disk = start.disk
        start.reset(faults: faults, operationMaximum: operationMaximum)
        disk.tellState = { "that was the workload, while it was recorded" }
        defer { disk.tellState = nil }
        var acknowledged: [Acknowledgement] = []
        var failure: (any Error)?
        do {
            try workload(disk.boot()) {
                // What a killed process says nobody hears.
                if disk.hasKilledTheLast { return }
                acknowledged.append($0)
                disk.state.acknowledge()
            }
        } catch {
            failure = error
        }
        if let hang = disk.hang { throw CrashTestingError.workloadDoesNotEnd(hang) }
        if let failure, faults.entries.isEmpty { throw CrashTestingError.workloadFailed(failure) }
        return Recording(log: disk.state.log, operations: disk.trace, acknowledged: acknowledged, error: failure)
    }
}

extension SimDisk {
    /// A name for each inode that ever had one.
    func labels() -> [Int64: String] {
        var labels: [Int64: String] = [SimState.root: "/"]
        for serial in 1..<state.nextInode {
            for kind in 0..<4 {
                let inode = serial << 2 | Int64(kind)
                guard let cell = state.mentions(of: inode).first else { continue }
                let key = state.cells.keys[cell]
                if key.kind == .name, labels[inode] == nil { labels[inode] = state.names.names[key.index] }
            }
        }
        return labels
    }
}
