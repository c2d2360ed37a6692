public import FileSystemSeam

/// Finds out what a store makes of every state a power loss may leave it in.
///
/// The workload runs once on a recording simulator. For every crash point and every set of survivors that the
/// model allows, the store is recovered and checked against what had been acknowledged by then; recoveries that
/// write are crashed again. `docs/crash-model.md` says why nothing is left out.
///
/// ```swift
/// let report = try CrashExplorer(.posixMinimal).explore { (fileSystem, acknowledge: (Int) -> Void) in
///     let store = try Counter(fileSystem.openDirectory("/"))
///     for value in 1...3 { try store.set(value); acknowledge(value) }
/// } recover: { fileSystem in
///     try Counter(fileSystem.openDirectory("/"))
/// } check: { store, acknowledged in
///     let value = try store.value()
///     try CheckFailure.unless(value >= acknowledged.last ?? 0, "value \(value) after \(acknowledged)")
/// }
/// #expect(report.isClean, "\(report)")
/// ```
///
/// The closures run on the calling thread, the recovery and the check many thousand times: they must take time,
/// randomness and identity from the file system only, and keep nothing between runs.
public struct CrashExplorer: Sendable {
    /// The rules of survival.
    public var model: PersistenceModel
    /// What goes wrong while the workload runs. With faults a workload may throw: it ends there.
    public var faults = FaultPlan()
    /// 1 crashes the workload only; 2 also the recoveries.
    public var depth = 2
    /// A point with more unsynced sectors than this is covered in the bounded mode.
    public var unsyncedSectorMaximum = 12
    /// The most states tried exhaustively at one point before it falls back to the bounded mode; at least 1. That begins
    /// with the newest of everything; the bounded mode has a quarter of this again for each of its three parts, and from a
    /// maximum of 2 on at least the state with the oldest of everything.
    public var runMaximum = 1 << 20
    /// How many random states are sampled at a point in the bounded mode.
    public var sampleCount = 1000
    /// The most seam calls a recovery with its check may make; one that makes more is a finding. One that goes on
    /// although every further call fails cannot be stopped: it ends the process, with the state's token.
    public var operationMaximum = 10_000
    /// The exploration ends after this many failing states; at least 1.
    public var failureMaximum = 64
    /// At most this many findings are shrunk and reported.
    public var findingMaximum = 8
    /// Memory for what was seen, in bytes. When it is used up the exploration goes on, slower, and the mode says so.
    public var seenSetMaximumBytes = 512 << 20
    /// Where sampling and the simulated disk's randomness start.
    public var seed: UInt64 = 1

    /// More operations than this no workload makes that can be explored.
    static let workloadOperationMaximum = 1_000_000

    /// Makes an explorer for a model.
    public init(_ model: PersistenceModel = .posixMinimal) { self.model = model }

    /// Explores every crash of a workload.
    ///
    /// - Parameters:
    ///   - prepare: brings the disk to the state in which the workload starts; that state is durable.
    ///   - progress: told how far the exploration has come.
    ///   - workload: what the store does; calls its second argument when the store said "done".
    ///   - recover: opens the store after a crash. That it throws is a finding.
    ///   - check: throws a ``CheckFailure`` when the recovered store breaks a promise, given what had been
    ///     acknowledged before the crash, in order. Something not acknowledged may be there or not.
    /// - Throws: ``CrashTestingError`` when nothing can be said about the store: the workload failed or is not
    ///   deterministic, the recovery is not deterministic, the check is broken.
    public func explore<Acknowledgement: Equatable, Store>(
        prepare: (any FileSystem) throws -> Void = { _ in },
        progress: CrashProgress.Handler? = nil,
        workload: (any FileSystem, (Acknowledgement) -> Void) throws -> Void,
        recover: (any FileSystem) throws -> Store,
        check: (Store, [Acknowledgement]) throws -> Void
    ) throws -> CrashReport {
        try withEngine(prepare, workload, recover, check) { engine, recording in
            engine.progress = progress
            try engine.explore()
            engine.statistics.seconds = Self.seconds(ContinuousClock.now - engine.started)
            return try engine.report(recording)
        }
    }

    /// Recovers and checks the one state that a token names, under the model and the faults that it names.
    ///
    /// - Returns: how it failed, or nil when it no longer does.
    /// - Throws: ``CrashTestingError/tokenDoesNotFit(_:reason:)`` for a token of another workload, also of this one before it
    ///   was repaired, and of a model that is neither this explorer's nor one of ``FileSystemSeam/PersistenceModel/all``.
    public func replay<Acknowledgement: Equatable, Store>(
        _ token: ReplayToken,
        prepare: (any FileSystem) throws -> Void = { _ in },
        workload: (any FileSystem, (Acknowledgement) -> Void) throws -> Void,
        recover: (any FileSystem) throws -> Store,
        check: (Store, [Acknowledgement]) throws -> Void
    ) throws -> String? {
        guard let model = ([model] + PersistenceModel.all).first(where: { $0.name == token.model }) else {
            throw CrashTestingError.tokenDoesNotFit(token, reason: "there is no model \(token.model)")
        }
        var explorer = self
        explorer.model = model
        explorer.faults = token.faults
        return try explorer.withEngine(prepare, workload, recover, check) { engine, _ in try engine.replay(token) }
    }

    /// Every observation that some legal set of survivors allows when the power is cut after the workload; the
    /// litmus programs of a model.
    ///
    /// All states are tried, whatever their number: for programs of a few operations.
    ///
    /// - Parameter observe: describes what it finds on the disk. Where it throws, `the recovery failed:` and the error are
    ///   the outcome.
    public func outcomes(
        prepare: (any FileSystem) throws -> Void = { _ in },
        workload: (any FileSystem) throws -> Void,
        observe: (any FileSystem) throws -> String
    ) throws -> Set<CrashOutcome> {
        var seen: Set<CrashOutcome> = []
        let failures = try withoutActuallyEscaping(observe) { observe in
            try withEngine(
                prepare,
                { (fileSystem, _: (Int) -> Void) in try workload(fileSystem) },
                observe,
                { text, _ in seen.insert(CrashOutcome(text)) }
            ) { engine, _ in try engine.exploreEnd() }
        }
        return seen.union(failures)
    }

    // MARK: - Recording

    private func withEngine<Acknowledgement: Equatable, Store, Result>(
        _ prepare: (any FileSystem) throws -> Void,
        _ workload: (any FileSystem, (Acknowledgement) -> Void) throws -> Void,
        _ recover: (any FileSystem) throws -> Store,
        _ check: (Store, [Acknowledgement]) throws -> Void,
        _ body: (CrashEngine, Recording) throws -> Result
    ) throws -> Result {
        let disk = SimDisk(seed: seed)
        try prepare(disk.boot())
        disk.checkpoint()
        let lastProcess = disk.lastProcess
        var (recording, acknowledged) = try record(disk, workload)
        disk.lastProcess = lastProcess
        let (again, acknowledgedAgain) = try record(disk, workload)
        if recording.log != again.log || acknowledged != acknowledgedAgain {
            throw CrashTestingError.notDeterministic(
                what: "workload",
                detail: Self.difference(recording, again)
            )
        }
        recording.base = disk.labels()
        disk.faults = FaultPlan()
        var settings = self
        settings.faults = recording.struck(by: faults)
        disk.isTracing = false
        disk.state.quota = nil
        disk.operationLimit = operationMaximum
        let order = PersistenceOrder(
            recording.log,
            under: model,
            cells: disk.state.cells,
            sectors: &disk.state.sectors
        )
        var prefixes: [[Acknowledgement]] = [[]]
        for count in 0..<acknowledged.count { prefixes.append(Array(acknowledged[0...count])) }

        return try withoutActuallyEscaping(recover) { recover in
            try withoutActuallyEscaping(check) { check in
                let engine = CrashEngine(disk: disk, model: model, order: order, settings: settings) {
                    (fileSystem, count, recovered) throws -> CrashEngine.Verdict in
                    let store: Store
                    do {
                        store = try recover(fileSystem)
                    } catch {
                        recovered()
                        return .failed("the recovery failed: \(error)")
                    }
                    recovered()
                    do {
                        try check(store, prefixes[count])
                    } catch let failure as CheckFailure {
                        return .failed(failure.message)
                    } catch {
                        // What a check makes of being refused when it goes on for ever is not its own error.
                        if disk.hang == nil { throw error }
                    }
                    return .passed
                }
                engine.statistics.operations = recording.operations.count
                disk.state.source = engine
                disk.tellState = { [unowned engine] in "replay: \(engine.token)" }
                defer {
                    disk.state.source = nil
                    disk.tellState = nil
                    engine.run = { _, _, _ in .passed }
                }
                return try body(engine, recording)
            }
        }
    }

    private func record<Acknowledgement: Equatable>(
        _ disk: SimDisk,
        _ workload: (any FileSystem, (Acknowledgement) -> Void) throws -> Void
    ) throws -> (Recording, [Acknowledgement]) {
        disk.state.restart(firstInode: disk.state.firstInode, randomWord: seed | 1, now: SimState.epochStart)
        disk.faults = faults
        disk.trace = []
        disk.hang = nil
        disk.operationLimit = Self.workloadOperationMaximum
        disk.tellState = { "that was the workload, while it was recorded" }
        defer { disk.tellState = nil }
        var acknowledged: [Acknowledgement] = []
        var failure: (any Error)?
        do {
            try workload(disk.boot()) {
                acknowledged.append($0)
                disk.state.acknowledge()
            }
        } catch {
            failure = error
        }
        if let hang = disk.hang { throw CrashTestingError.workloadDoesNotEnd(hang) }
        if let failure, faults.entries.isEmpty { throw CrashTestingError.workloadFailed(failure) }
        return (Recording(log: disk.state.log, operations: disk.trace, error: failure), acknowledged)
    }

    /// What two recordings of a workload differ in first.
    private static func difference(_ first: Recording, _ second: Recording) -> String {
        for (left, right) in zip(first.operations, second.operations) where left != right {
            return "it first did \"\(left)\", the second time \"\(right)\""
        }
        let counts = (first.operations.count, second.operations.count)
        if counts.0 != counts.1 { return "it made \(counts.0) operations, the second time \(counts.1)" }
        for (left, right) in zip(first.log.events, second.log.events) {
            let effects = (first.log.effects(of: left), second.log.effects(of: right))
            if left == right, effects.0.elementsEqual(effects.1) { continue }
            let operation = first.operations.first { $0.number == Int(left.operation) }
            if left.kind == .write, right.kind == .write, let operation {
                return "it wrote other bytes the second time in \"\(operation)\""
            }
            break
        }
        return "it acknowledged other things, or at other times, the second time"
    }

    static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
}

/// A workload's recorded run.
struct Recording {
    var log: EffectLog
    var operations: [SimOperation]
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
