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
    /// Whether the workload's process is killed at its end and followed by the next one, as a ``FaultSweep`` does it.
    var goesOn = false
    /// What ``FileSystemSeam/SimDisk/tellsEveryHandleOfFailedSyncs`` is: true is what Linux answers. A store may go other
    /// ways then.
    public var tellsEveryHandleOfFailedSyncs = false
    /// 1 crashes the workload only; 2 also the recoveries.
    public var depth = 2
    /// A point with more unsynced sectors than this, those that hold the same in any case not counted, is covered in the
    /// bounded mode.
    public var unsyncedSectorMaximum = 12
    /// The most states tried exhaustively at one point before it falls back to the bounded mode; at least 1. That
    /// begins with the newest of everything; the bounded mode has a quarter of this again for each of its three parts,
    /// and from a maximum of 2 on at least the state with the oldest of everything.
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
    ///   - recover: opens the store after a crash. That it throws is a finding. Its clock begins a whole number of days
    ///     after the workload's, and later than that ended; when it is crashed itself, the next one's begins there,
    ///     too.
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
        try explore(start(prepare), progress, workload, recover, check)
    }

    /// The same, from a disk that is there.
    func explore<Acknowledgement: Equatable, Store>(
        _ start: WorkloadStart,
        _ progress: CrashProgress.Handler? = nil,
        _ workload: (any FileSystem, (Acknowledgement) -> Void) throws -> Void,
        _ recover: (any FileSystem) throws -> Store,
        _ check: (Store, [Acknowledgement]) throws -> Void,
        before: (CrashEngine) -> Void = { _ in },
        after: (CrashEngine, Recording<Acknowledgement>) throws -> Void = { _, _ in }
    ) throws -> CrashReport {
        try withEngine(start, workload, recover, check) { engine, recording in
            engine.progress = progress
            before(engine)
            try engine.explore()
            engine.statistics.seconds = Self.seconds(ContinuousClock.now - engine.started)
            try after(engine, recording)
            return try engine.report(recording)
        }
    }

    /// Recovers and checks the one state that a token names, under the model and the faults that it names.
    ///
    /// For the same workload, by an explorer with the ``seed`` and the ``tellsEveryHandleOfFailedSyncs`` of the one that
    /// found it: after a change of these the token may name another state, which proves nothing. A recovery that did not
    /// end ends where ``operationMaximum`` is larger now.
    ///
    /// - Returns: how it failed, or nil when it no longer does.
    /// - Throws: ``CrashTestingError/tokenDoesNotFit(_:reason:)`` for a token that names no state of this workload, and
    ///   of a model that is neither this explorer's nor one of ``FileSystemSeam/PersistenceModel/all``.
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
        explorer.goesOn = !token.strikesRecovery && (token.killsAtEnd || !token.faults.entries.isEmpty)
        let start = try start(prepare)
        if token.strikesRecovery { return try explorer.replayStruck(token, start, workload, recover, check) }
        if !explorer.goesOn {
            return try explorer.withEngine(start, workload, recover, check) { engine, _ in try engine.replay(token) }
        }
        // A sweep goes on after a fault with the next process; a token that ends before is the same without it.
        return try withoutActuallyEscaping(workload) { workload in
            try withoutActuallyEscaping(recover) { recover in
                let run = FaultedRun(start: start, workload, recover)
                return try explorer.withEngine(start, run.workAndGoOn, recover, check) { engine, _ in
                    try engine.replay(token)
                }
            }
        }
    }

    /// Every observation that some legal set of survivors allows when the power is cut after the workload; the
    /// litmus programs of a model.
    ///
    /// All states are tried, whatever their number: for programs of a few operations.
    ///
    /// - Parameter observe: describes what it finds on the disk. Where it throws, `the recovery failed:` and the error
    ///   are the outcome.
    public func outcomes(
        prepare: (any FileSystem) throws -> Void = { _ in },
        workload: (any FileSystem) throws -> Void,
        observe: (any FileSystem) throws -> String
    ) throws -> Set<CrashOutcome> {
        var seen: Set<CrashOutcome> = []
        let start = try start(prepare)
        let failures = try withoutActuallyEscaping(observe) { observe in
            try withEngine(
                start,
                { (fileSystem, _: (Int) -> Void) in try workload(fileSystem) },
                observe,
                { text, _ in seen.insert(CrashOutcome(text)) }
            ) { engine, _ in try engine.exploreEnd() }
        }
        return seen.union(failures)
    }

    // MARK: - Recording

    /// Where a workload starts.
    func start(_ prepare: (any FileSystem) throws -> Void) throws -> WorkloadStart {
        try WorkloadStart(seed, isEveryHandleTold: tellsEveryHandleOfFailedSyncs, prepare)
    }

    func withEngine<Acknowledgement: Equatable, Store, Result>(
        _ start: WorkloadStart,
        _ workload: (any FileSystem, (Acknowledgement) -> Void) throws -> Void,
        _ recover: (any FileSystem) throws -> Store,
        _ check: (Store, [Acknowledgement]) throws -> Void,
        _ body: (CrashEngine, Recording<Acknowledgement>) throws -> Result
    ) throws -> Result {
        let disk = start.disk
        var recording = try record(start, workload)
        let again = try record(start, workload)
        if let detail = recording.difference(to: again) {
            throw CrashTestingError.notDeterministic(what: "workload", detail: detail)
        }
        recording.base = disk.labels()
        disk.faults = FaultPlan()
        var settings = self
        settings.faults = recording.struck(by: faults)
        disk.isTracing = false
        disk.state.quota = nil
        disk.allow(operationMaximum)
        let order = PersistenceOrder(
            recording.log,
            under: model,
            cells: disk.state.cells,
            sectors: &disk.state.sectors
        )
        let acknowledged = recording.acknowledged
        let prefixes = (0...acknowledged.count).map { Array(acknowledged[..<$0]) }
        return try withoutActuallyEscaping(recover) { recover in
            try withoutActuallyEscaping(check) { check in
                let engine = CrashEngine(start, model: model, order: order, settings: settings) {
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

    static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
}
