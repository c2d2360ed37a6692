internal import FileSystemSeam

extension FaultSweep {
    /// Recovers each state under each fault of each call that its recovery makes, and kills it there.
    func strike<Acknowledgement, Store>(
        _ states: [StruckState<Acknowledgement>],
        _ isOwnError: (any Error) -> Bool,
        _ recover: (any FileSystem) throws -> Store,
        _ check: (Store, [Acknowledgement]) throws -> Void,
        _ report: inout Report
    ) throws {
        var explorer = explorer
        explorer.findingMaximum = 1
        explorer.failureMaximum = 1
        explorer.depth = 1
        /// Tries one plan; returns the operations that the recovery made, or nil when a promise was broken.
        func attempt(_ state: StruckState<Acknowledgement>, _ plan: FaultPlan) throws -> [SimOperation]? {
            func add(_ message: String, _ token: ReplayToken?) {
                let words = message + (token.map { "\n  replay: \($0)" } ?? "")
                report.findings.append(Finding(plan: plan, strikesRecovery: true, message: words))
            }
            explorer.faults = plan
            let (ending, operations) = try state.recover(explorer, recover, check)
            switch ending {
            case .recovered: break
            case .threw where plan.kills: break
            case .threw(let error) where plan.entries.isEmpty:
                add("the recovery failed: \(error)", nil)
                return nil
            case .threw(let error):
                report.recoveriesThatThrew += 1
                if isOwnError(error) { break }
                add("threw \(error), which is not its own error", nil)
                return nil
            case .broken(let message):
                add(message, plan.entries.isEmpty ? nil : state.token(plan))
                return nil
            }
            if plan.entries.isEmpty { return operations }
            let crashed = try state.explore(explorer, recover, check)
            report.add(crashed.statistics)
            guard let finding = crashed.findings.first else { return operations }
            let again = (finding.token.point, finding.token.survivors)
            add("\(finding.message)\n  \(finding.sentence)", state.token(plan, crashedAgain: again))
            return nil
        }

        var plans: [(state: StruckState<Acknowledgement>, plan: FaultPlan)] = []
        for state in states {
            guard let operations = try attempt(state, FaultPlan()) else { continue }
            for entry in entries(for: operations) { plans.append((state, FaultPlan([entry]))) }
            if triesKills { for plan in kills(in: operations) { plans.append((state, plan)) } }
        }
        report.recoveryWays = states.count
        report.recoveriesPossible = plans.count
        for (state, plan) in Self.spread(plans, min(plans.count, max(0, recoveryMaximum)), explorer.seed) {
            _ = try attempt(state, plan)
            report.recoveries += 1
        }
    }
}
