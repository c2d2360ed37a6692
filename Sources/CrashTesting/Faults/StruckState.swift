internal import FileSystemSeam

/// What a power cut left, on a disk of its own, to be recovered under faults.
struct StruckState<Acknowledgement: Equatable> {
    let model: String
    let cut: FixedState
    let start: WorkloadStart
    /// What had been acknowledged before the cut.
    let acknowledged: [Acknowledgement]

    /// The state that `cut` names, of a workload that an engine has explored.
    init(_ cut: FixedState, _ acknowledgements: Int, _ engine: CrashEngine, _ recording: Recording<Acknowledgement>) {
        model = engine.model.name
        self.cut = cut
        acknowledged = Array(recording.acknowledged[..<acknowledgements])
        let order = engine.core.survivors.first.order
        let disk = engine.disk.afterPowerLoss(of: order, keeping: cut.survivors, births: recording.log.births)
        disk.bootCount = engine.firstBoot + 1
        // Another boot draws other random numbers.
        start = WorkloadStart(disk, randomWord: ~engine.randomWord | 1, at: engine.recoveryTime)
    }

    /// One state for each way that recoveries went, at most so many, spread over all there are.
    static func ways(in engine: CrashEngine, _ recording: Recording<Acknowledgement>, atMost maximum: Int) -> [Self] {
        let ways = engine.ways?.all ?? []
        engine.ways = nil
        let count = min(ways.count, max(0, maximum))
        return (0..<count).map {
            let way = ways[$0 * ways.count / count]
            return Self(way.state, way.acknowledged, engine, recording)
        }
    }

    /// Names this state, recovered under faults, and the crash after that.
    func token(_ faults: FaultPlan, crashedAgain: (point: Int, survivors: [UInt64])? = nil) -> ReplayToken {
        var token = ReplayToken(
            model: model,
            point: cut.point,
            survivors: cut.survivors,
            recovery: crashedAgain,
            faults: faults
        )
        token.strikesRecovery = true
        return token
    }

    /// How a recovery under faults ended.
    enum Ending {
        case recovered
        case threw(any Error)
        /// A promise was broken.
        case broken(String)
    }

    /// Recovers under the explorer's faults and, once more, in the next process of the same boot without any, and
    /// checks what both gave; of a recovery that was killed or given a flipped bit, only what it left.
    ///
    /// - Returns: how the first one ended, and the operations that it made.
    func recover<Store>(
        _ explorer: CrashExplorer,
        _ recover: (any FileSystem) throws -> Store,
        _ check: (Store, [Acknowledgement]) throws -> Void
    ) throws -> (ending: Ending, operations: [SimOperation]) {
        var ending = Ending.recovered
        var operations = 0
        let disk = start.disk
        let limit = explorer.operationMaximum
        let judgesFirst = !explorer.faults.kills && !explorer.faults.misleads
        let recording: Recording<Int>
        do {
            recording = try explorer.record(start, operationMaximum: limit) { (first, _: (Int) -> Void) in
                var store: Store?
                do {
                    store = try recover(first)
                } catch let failure as CheckFailure {
                    if judgesFirst { ending = .broken(failure.message) }
                } catch {
                    ending = .threw(error)
                }
                operations = disk.trace.count
                disk.faults = FaultPlan()
                if judgesFirst, let found = store {
                    do {
                        if let message = try verdict(on: found, check) { ending = .broken(message) }
                    } catch {
                        ending = .broken("the check threw: \(error)")
                    }
                }
                store = nil
                if case .broken = ending { return }
                // Each recovery with its check has the limit for itself, as in an exploration.
                disk.allow(limit)
                let next: Store
                do { next = try recover(start.nextProcess(after: first)) } catch {
                    ending = .broken("the next process of the same boot cannot recover: \(error)")
                    return
                }
                if let message = try verdict(on: next, check) {
                    ending = .broken("for the next process of the same boot \(message)")
                }
            }
        } catch CrashTestingError.workloadDoesNotEnd(let reason) {
            return (.broken("the recovery does not end: \(reason)"), [])
        }
        if let error = recording.error { throw CrashTestingError.checkIsBroken(error, token(explorer.faults)) }
        return (ending, Array(recording.operations[..<operations]))
    }

    /// Explores the crashes of that recovery and of the next process's. All that had been acknowledged is owed
    /// throughout.
    func explore<Store>(
        _ explorer: CrashExplorer,
        _ recover: (any FileSystem) throws -> Store,
        _ check: (Store, [Acknowledgement]) throws -> Void
    ) throws -> CrashReport {
        try explorer.explore(start, nil, { (first, _: (Int) -> Void) in try recoverTwice(recover, first) }, recover) {
            store,
            _ in
            try check(store, acknowledged)
        }
    }

    /// Tries again what ``token(_:crashedAgain:)`` names.
    func replay<Store>(
        _ token: ReplayToken,
        _ explorer: CrashExplorer,
        _ recover: (any FileSystem) throws -> Store,
        _ check: (Store, [Acknowledgement]) throws -> Void
    ) throws -> String? {
        if let (point, survivors) = token.recovery {
            let inner = ReplayToken(
                model: token.model,
                point: point,
                survivors: survivors,
                recovery: nil,
                faults: token.faults
            )
            do {
                return try explorer.withEngine(
                    start,
                    { (first, _: (Int) -> Void) in try recoverTwice(recover, first) },
                    recover,
                    { store, _ in try check(store, acknowledged) }
                ) { engine, _ in
                    try engine.replay(inner)
                }
            } catch CrashTestingError.tokenDoesNotFit(_, let reason) {
                throw CrashTestingError.tokenDoesNotFit(token, reason: "in the struck recovery, \(reason)")
            }
        }
        if case .broken(let message) = try self.recover(explorer, recover, check).ending { return message }
        return nil
    }

    /// The recovery that meets the faults, and the next process's, which does not.
    private func recoverTwice<Store>(
        _ recover: (any FileSystem) throws -> Store,
        _ first: any FileSystem
    ) throws {
        // What it threw has been judged before.
        do { _ = try recover(first) } catch {}
        _ = try recover(start.nextProcess(after: first))
    }

    private func verdict<Store>(
        on store: Store,
        _ check: (Store, [Acknowledgement]) throws -> Void
    ) throws -> String? {
        do { try check(store, acknowledged) } catch let failure as CheckFailure { return failure.message }
        return nil
    }
}

extension CrashExplorer {
    /// Tries again a recovery under a token's faults.
    func replayStruck<Acknowledgement: Equatable, Store>(
        _ token: ReplayToken,
        _ start: WorkloadStart,
        _ workload: (any FileSystem, (Acknowledgement) -> Void) throws -> Void,
        _ recover: (any FileSystem) throws -> Store,
        _ check: (Store, [Acknowledgement]) throws -> Void
    ) throws -> String? {
        var faultless = self
        faultless.faults = FaultPlan()
        let state = try faultless.withEngine(start, workload, recover, check) { engine, recording in
            let cut = FixedState(point: token.point, survivors: token.survivors)
            let order = engine.core.survivors.first.order
            if let reason = order.refusal(of: token.survivors, at: token.point) {
                throw CrashTestingError.tokenDoesNotFit(token, reason: reason)
            }
            return StruckState(cut, order.points[token.point].acknowledged, engine, recording)
        }
        return try state.replay(token, self, recover, check)
    }
}
