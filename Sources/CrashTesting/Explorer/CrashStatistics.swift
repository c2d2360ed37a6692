/// What an exploration did, in numbers.
public struct CrashStatistics: Sendable, Hashable {
    /// Seam operations in the workload.
    public var operations = 0
    /// Micro-operations the model split them into.
    public var microOperations = 0
    /// Points at which the power could be cut: before anything, after each micro-operation, sync and acknowledgement.
    public var crashPoints = 0
    /// Crash points all of whose states were covered, there or at the points before.
    public var exhaustivePoints = 0
    /// Crash points covered by all states with at most two deviations from "all" or "nothing", and samples; and
    /// those after one, up to the next sync or acknowledgement, which have the states without their own micro-operation
    /// from it.
    public var boundedPoints = 0
    /// Likewise crash points with more of those than the budget allows, covered by some of them and samples.
    public var sampledPoints = 0
    /// Crash points inside recoveries that were crashed again.
    public var recoveryPoints = 0
    /// Those of ``recoveryPoints`` that were covered as ``boundedPoints`` are.
    public var boundedRecoveryPoints = 0
    /// Those of ``recoveryPoints`` that were covered as ``sampledPoints`` are.
    public var sampledRecoveryPoints = 0
    /// Different pairs of (observable state, obligations) that were recovered and checked.
    public var states = 0
    /// Runs of recovery and check; the difference to ``states`` is the cost of finding the next state.
    public var runs = 0
    /// States that were recognised as seen before, without a run.
    public var recognised = 0
    /// States in which a promise was broken.
    public var failedStates = 0
    /// Whether the exploration ended when ``CrashExplorer/failureMaximum`` states had failed.
    public var stopsEarly = false
    /// Bytes that remembering what was seen took.
    public var seenSetBytes = 0
    /// Whether the budget for the seen-set was used up, so that states may have been counted and run again.
    public var seenSetIsFull = false
    /// Wall-clock seconds.
    public var seconds = 0.0

    /// Crash points that were visited, in whatever mode. Fewer than ``crashPoints`` when too many states failed.
    public var coveredPoints: Int { exhaustivePoints + boundedPoints + sampledPoints }

    /// States recovered and checked a second.
    public var statesPerSecond: Double { seconds > 0 ? Double(states) / seconds : 0 }

    /// How the points were covered: `exhaustive`, or `bounded`, `sampled` or both with their counts; whether it ended
    /// early; and whether the seen-set was full.
    public var mode: String {
        var parts: [String] = []
        func add(_ kind: String, _ points: Int, _ recoveryPoints: Int, _ how: String) {
            var places: [String] = []
            if points > 0 { places.append("\(points) of \(coveredPoints) points") }
            if recoveryPoints > 0 { places.append("\(recoveryPoints) of \(self.recoveryPoints) points in recoveries") }
            if !places.isEmpty { parts.append("\(kind) at \(places.joined(separator: " and ")) (\(how))") }
        }
        let deviations = "at most 2 deviations from none and all"
        add("bounded", boundedPoints, boundedRecoveryPoints, "\(deviations), and samples")
        add("sampled", sampledPoints, sampledRecoveryPoints, "some states with \(deviations), and samples")
        if parts.isEmpty { parts.append("exhaustive") }
        if stopsEarly { parts[parts.count - 1] += " up to failing state \(failedStates), where it ended" }
        if seenSetIsFull { parts.append("seen-set full, states may count twice") }
        return parts.joined(separator: ", ")
    }
}

/// How thoroughly a crash point was covered, the best first.
enum Coverage: Int, Comparable {
    case exhaustive
    /// All states with at most two deviations, and samples.
    case bounded
    /// What the budget allowed of them.
    case sampled

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
