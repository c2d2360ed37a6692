public import FileSystemSeam

extension FaultSweep {
    /// One plan that broke a promise.
    public struct Finding: Sendable, CustomStringConvertible {
        /// The faults; none when a promise is broken without any, or by the kill at the end.
        public var plan: FaultPlan
        /// Whether the process was killed when the workload had ended, and the next one of the same boot went on.
        public var killsAtEnd = false
        /// Whether they struck a recovery and not the workload.
        public var strikesRecovery = false
        /// What was broken, shrunk, with the token that shows it again under these faults; or the error that is not
        /// the store's own.
        public var message: String

        /// The plan and what it broke.
        public var description: String {
            let plan = plan.entries.map(\.description).joined(separator: " and ")
            let none = killsAtEnd ? "killed at the end" : "no fault"
            return "\(plan.isEmpty ? none : plan)\(strikesRecovery ? " in a recovery" : ""): \(message)"
        }
    }

    /// What a sweep found.
    public struct Report: Sendable, CustomStringConvertible {
        /// Single faults tried: all there are.
        public var singles = 0
        /// Pairs of faults tried.
        public var pairs = 0
        /// Pairs of faults that were possible; 0 where none were to be tried.
        public var pairsPossible = 0
        /// Whether pairs were to be tried: ``FaultSweep/triesPairs``.
        public internal(set) var triesPairs = true
        /// Runs whose process was killed, or ended without a close, and followed by another one of the same boot.
        public internal(set) var kills = 0
        /// Whether faults were to strike recoveries, too: ``FaultSweep/triesRecoveries``.
        public internal(set) var triesRecoveries = true
        /// States whose recoveries were struck: one for each way in which recoveries go, at most
        /// ``FaultSweep/recoveryMaximum``.
        public internal(set) var recoveryWays = 0
        /// How many ways there were.
        public internal(set) var recoveryWaysPossible = 0
        /// Recoveries that a fault struck.
        public internal(set) var recoveries = 0
        /// How many of them were possible in these states.
        public internal(set) var recoveriesPossible = 0
        /// Recoveries that reported the fault by throwing.
        public internal(set) var recoveriesThatThrew = 0
        /// Plans under which the workload reported the fault by throwing.
        public var plansThatThrew = 0
        /// States recovered and checked over all plans.
        public var states = 0
        /// Explorations made: of the run without faults, and of each plan under which the workload ended.
        public private(set) var explorations = 0
        /// Those of ``explorations`` with a crash point, in a recovery or not, that was covered as
        /// ``CrashStatistics/sampledPoints`` are.
        public private(set) var sampledExplorations = 0
        /// Those of the others with a point that was covered as ``CrashStatistics/boundedPoints`` are.
        public private(set) var boundedExplorations = 0
        /// Those of ``explorations`` that ended when a state failed, as the one of a plan does.
        public private(set) var explorationsThatStopEarly = 0
        /// Those of ``explorations`` whose budget for the seen-set was used up, so that states may count twice.
        public private(set) var explorationsWithFullSeenSet = 0
        /// Broken promises: of each plan the first one, and all that are broken without any fault.
        public var findings: [Finding] = []

        /// Whether every pair was tried, too, every kill, every way of recovering under every fault, and no exploration
        /// was bounded or sampled. One that ended at the promise it found broken counts as whole. False for a sweep
        /// without one of these parts.
        public var isExhaustive: Bool {
            triesPairs && pairs == pairsPossible && kills > 0 && triesRecoveries && recoveries == recoveriesPossible
                && recoveryWays == recoveryWaysPossible
                && sampledExplorations == 0 && boundedExplorations == 0
        }

        /// How the states under the plans were covered, the weakest mode first: `exhaustive in all 26 explorations`, or
        /// in how many it was `sampled`, `bounded` and `exhaustive`; how many ended early, and had a full seen-set.
        public var mode: String {
            let whole = explorations - sampledExplorations - boundedExplorations
            var parts: [String] = []
            for (kind, count) in [
                ("sampled", sampledExplorations), ("bounded", boundedExplorations), ("exhaustive", whole),
            ] where count > 0 {
                parts.append("\(kind) in \(count == explorations ? "all " : "")\(count)")
            }
            var text = parts.joined(separator: ", ") + (parts.count > 1 ? " of \(explorations)" : "") + " explorations"
            if explorationsThatStopEarly > 0 { text += "; \(explorationsThatStopEarly) ended at a failing state" }
            if explorationsWithFullSeenSet > 0 { text += "; seen-set full in \(explorationsWithFullSeenSet)" }
            return text
        }

        /// Counts one exploration, by the weakest mode of its points.
        mutating func add(_ statistics: CrashStatistics) {
            states += statistics.states
            explorations += 1
            if statistics.sampledPoints + statistics.sampledRecoveryPoints > 0 {
                sampledExplorations += 1
            } else if statistics.boundedPoints + statistics.boundedRecoveryPoints > 0 {
                boundedExplorations += 1
            }
            if statistics.stopsEarly { explorationsThatStopEarly += 1 }
            if statistics.seenSetIsFull { explorationsWithFullSeenSet += 1 }
        }

        /// Whether no promise was broken under any plan that was tried.
        public var isClean: Bool { findings.isEmpty }

        /// Counts, the mode, then each finding.
        public var description: String {
            var text = "fault sweep: all \(singles) single faults, \(Count(kills, "kill")), "
            if !triesPairs {
                text += "pairs not tried"
            } else {
                text += pairs == pairsPossible ? "all \(pairs) pairs" : "\(pairs) of \(pairsPossible) pairs, sampled"
            }
            text += "; \(plansThatThrew) reported by the workload, \(states) states\n"
            text += "  \(mode)\n"
            if triesRecoveries {
                let part =
                    recoveries == recoveriesPossible ? "all \(recoveries)" : "\(recoveries) of \(recoveriesPossible)"
                let ways = Count(recoveryWays, "way")
                let some =
                    recoveryWays == recoveryWaysPossible ? "\(ways)" : "\(recoveryWays) of \(recoveryWaysPossible) ways"
                text += "  \(part) faults in \(some) of recovering; \(recoveriesThatThrew) reported\n"
            } else {
                text += "  recoveries without faults\n"
            }
            if findings.isEmpty { return text + "  no promise broken\n" }
            text += "  \(Count(findings.count, "finding"))\n"
            for (index, finding) in findings.enumerated() { text += "\n\(index + 1). \(finding)\n" }
            return text
        }
    }
}
