public import FileSystemSeam

/// Runs a workload once for every operation and every fault it can meet, and crashes each of these runs everywhere.
///
/// For each fault three things must hold: what the workload throws is one of the store's own errors, nothing
/// acknowledged is lost in any state after it, and the store opens and works again (a check may use the store).
public struct FaultSweep: Sendable {
    /// The explorer for each faulted run; its own ``CrashExplorer/faults`` are not used.
    public var explorer: CrashExplorer
    /// Whether every pair of an I/O error with another one at a later call is tried too.
    public var triesPairs = true
    /// At most this many plans are tried; the report says when there were more.
    public var planMaximum = 10_000

    /// Makes a sweep under a model.
    public init(_ model: PersistenceModel = .posixMinimal) { explorer = CrashExplorer(model) }

    /// One plan that broke a promise.
    public struct Finding: Sendable, CustomStringConvertible {
        /// The faults.
        public var plan: FaultPlan
        /// What was broken, shrunk; or the error that is not the store's own.
        public var message: String

        /// The plan and what it broke.
        public var description: String {
            "\(plan.entries.map(\.description).joined(separator: " and ")): \(message)"
        }
    }

    /// What a sweep found.
    public struct Report: Sendable, CustomStringConvertible {
        /// Plans tried.
        public var plans = 0
        /// Plans that were possible.
        public var plansPossible = 0
        /// Plans under which the workload reported the fault by throwing.
        public var plansThatThrew = 0
        /// States recovered and checked over all plans.
        public var states = 0
        /// Broken promises, one at most for each plan.
        public var findings: [Finding] = []

        /// Whether every plan was tried and no promise broken.
        public var isClean: Bool { findings.isEmpty && plans == plansPossible }

        /// Counts, then each finding.
        public var description: String {
            var text = "fault sweep: \(plans) of \(plansPossible) plans, \(plansThatThrew) reported by the workload, "
            text += "\(states) states\n"
            for finding in findings { text += "  \(finding)\n" }
            return findings.isEmpty ? text + "  no promise broken\n" : text
        }
    }

    /// Sweeps a workload. The closures are those of ``CrashExplorer/explore(prepare:workload:recover:check:)``.
    ///
    /// - Parameter isOwnError: whether an error the workload threw is one the store promises to throw.
    public func run<Acknowledgement: Equatable, Store>(
        prepare: (any FileSystem) throws -> Void = { _ in },
        workload: (any FileSystem, (Acknowledgement) -> Void) throws -> Void,
        isOwnError: (any Error) -> Bool,
        recover: (any FileSystem) throws -> Store,
        check: (Store, [Acknowledgement]) throws -> Void
    ) throws -> Report {
        let clean = try explorer.explore(prepare: prepare, workload: workload, recover: recover, check: check)
        var report = Report()
        report.states = clean.statistics.states
        for finding in clean.findings { report.findings.append(Finding(plan: FaultPlan(), message: "\(finding)")) }
        let plans = plans(for: clean.operations)
        report.plansPossible = plans.count
        for plan in plans.prefix(planMaximum) {
            var explorer = explorer
            explorer.faults = plan
            explorer.findingMaximum = 1
            explorer.failureMaximum = 1
            let faulted = try explorer.explore(prepare: prepare, workload: workload, recover: recover, check: check)
            report.plans += 1
            report.states += faulted.statistics.states
            if let error = faulted.workloadError {
                report.plansThatThrew += 1
                if !isOwnError(error) {
                    report.findings.append(Finding(plan: plan, message: "threw \(error), which is not its own error"))
                }
            }
            if let finding = faulted.findings.first {
                report.findings.append(Finding(plan: plan, message: "\(finding)"))
            }
        }
        return report
    }

    /// Every single fault of every call, then the pairs.
    private func plans(for operations: [SimOperation]) -> [FaultPlan] {
        var calls: [(operation: FileSystemError.Operation, occurrence: Int)] = []
        var counts: [FileSystemError.Operation: Int] = [:]
        for operation in operations {
            counts[operation.operation, default: 0] += 1
            calls.append((operation.operation, counts[operation.operation] ?? 1))
        }
        var plans: [FaultPlan] = []
        for call in calls {
            for fault in FaultPlan.applicableFaults(to: call.operation) {
                plans.append(.on(call.operation, call.occurrence, fault))
            }
        }
        guard triesPairs else { return plans }
        for first in calls.indices {
            for second in calls.indices where second > first {
                plans.append(
                    FaultPlan([
                        FaultPlan.Entry(
                            calls[first].operation,
                            occurrence: calls[first].occurrence,
                            .error(.inputOutput)
                        ),
                        FaultPlan.Entry(
                            calls[second].operation,
                            occurrence: calls[second].occurrence,
                            .error(.inputOutput)
                        ),
                    ])
                )
            }
        }
        return plans
    }
}
