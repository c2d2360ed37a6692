internal import FileSystemSeam

/// A ``FaultSweep`` that is under way: the store that it sweeps, and what was found so far.
struct SweepRun<Acknowledgement: Equatable, Store> {
    let sweep: FaultSweep
    let prepare: (any FileSystem) throws -> Void
    let workload: (any FileSystem, (Acknowledgement) -> Void) throws -> Void
    let isOwnError: (any Error) -> Bool
    let recover: (any FileSystem) throws -> Store
    let check: (Store, [Acknowledgement]) throws -> Void
    private(set) var report = FaultSweep.Report()

    /// Goes through all parts of the sweep.
    mutating func go() throws {
        (report.triesPairs, report.triesRecoveries) = (sweep.triesPairs, sweep.triesRecoveries)
        let (operations, states) = try exploreWithoutFaults()
        try tryPairs(of: try trySingles(in: operations))
        if sweep.triesKills { try tryKills(in: operations) }
        try sweep.strike(states, isOwnError, recover, check, &report)
    }

    private func start() throws -> WorkloadStart { try sweep.explorer.start(prepare) }

    // MARK: - Parts

    /// Explores the run without faults. Returns its operations, and the states whose recoveries are to be struck.
    private mutating func exploreWithoutFaults() throws -> ([SimOperation], [StruckState<Acknowledgement>]) {
        var explorer = sweep.explorer
        explorer.faults = FaultPlan()
        explorer.findingMaximum = max(1, explorer.findingMaximum)
        var states: [StruckState<Acknowledgement>] = []
        var waysPossible = 0
        let clean = try explorer.explore(start(), nil, workload, recover, check) {
            if sweep.triesRecoveries { $0.ways = RecoveryWays() }
        } after: { engine, recording in
            waysPossible = engine.ways?.all.count ?? 0
            states = StruckState.ways(in: engine, recording, atMost: sweep.recoveryMaximum)
        }
        report.recoveryWaysPossible = waysPossible
        report.add(clean.statistics)
        report.findings += clean.findings.map { FaultSweep.Finding(plan: FaultPlan(), message: "\($0)") }
        return (clean.operations, states)
    }

    /// Tries every fault alone. Returns the pairs of those that broke nothing with what may go wrong after them.
    private mutating func trySingles(in operations: [SimOperation]) throws -> [FaultPlan] {
        var pairs: [FaultPlan] = []
        for first in sweep.entries(for: operations) {
            let later = try tryPlan(FaultPlan([first]))
            report.singles += 1
            guard sweep.triesPairs, let later else { continue }
            for second in sweep.entries(for: later, after: first) { pairs.append(FaultPlan([first, second])) }
        }
        return pairs
    }

    private mutating func tryPairs(of pairs: [FaultPlan]) throws {
        report.pairsPossible = pairs.count
        for plan in sweep.chosen(pairs) {
            _ = try tryPlan(plan)
            report.pairs += 1
        }
    }

    private mutating func tryKills(in operations: [SimOperation]) throws {
        // Under the empty plan there is only the kill at the end.
        for plan in sweep.kills(in: operations) + [FaultPlan()] {
            _ = try tryPlan(plan)
            report.kills += 1
        }
    }

    // MARK: - One plan

    /// Tries one plan. Returns the operations that the workload made under it, or nil when it broke a promise.
    private mutating func tryPlan(_ plan: FaultPlan) throws -> [SimOperation]? {
        let (broken, operations) = try outcome(of: plan)
        let killsAtEnd = plan.entries.isEmpty
        report.findings += broken.map { FaultSweep.Finding(plan: plan, killsAtEnd: killsAtEnd, message: $0) }
        return broken.isEmpty ? operations : nil
    }

    /// Runs the workload under a plan and goes on with the next process, and crashes both everywhere. Returns what was
    /// broken, and the workload's operations.
    private mutating func outcome(of plan: FaultPlan) throws -> (broken: [String], operations: [SimOperation]) {
        var explorer = sweep.explorer
        explorer.faults = plan
        explorer.goesOn = true
        explorer.findingMaximum = 1
        explorer.failureMaximum = 1
        let run = FaultedRun(start: try start(), workload, recover)
        let crashed: CrashReport
        do {
            crashed = try explorer.explore(run.start, nil, run.workAndGoOn, recover, check)
        } catch CrashTestingError.workloadDoesNotEnd(let reason) {
            return (["the workload does not end: \(reason)"], [])
        } catch CrashTestingError.workloadFailed(let error) {
            return (["the next process of the same boot cannot recover: \(error)"], [])
        }
        report.add(crashed.statistics)
        var broken: [String] = []
        if let error = run.thrown, !plan.kills {
            report.plansThatThrew += 1
            if !isOwnError(error) { broken.append("threw \(error), which is not its own error") }
        }
        if let finding = crashed.findings.first { broken.append("\(finding)") }
        let operations = run.operations
        if broken.isEmpty, let message = try run.verdict(explorer, check) { broken.append(message) }
        return (broken, operations)
    }
}
