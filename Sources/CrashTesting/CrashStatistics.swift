/// What an exploration did, in numbers.
public struct CrashStatistics: Sendable, Hashable {
    /// Seam operations in the workload.
    public var operations = 0
    /// Micro-operations the model split them into.
    public var microOperations = 0
    /// Points at which the power could be cut: before anything, after each micro-operation, sync and acknowledgement.
    public var crashPoints = 0
    /// Crash points all of whose states were covered.
    public var exhaustivePoints = 0
    /// Crash points covered by at most two deviations from "all" or "nothing", and samples.
    public var boundedPoints = 0
    /// Crash points inside recoveries that were crashed again.
    public var recoveryPoints = 0
    /// Different pairs of (observable state, obligations) that were recovered and checked.
    public var states = 0
    /// Runs of recovery and check; the difference to ``states`` is the cost of finding the next state.
    public var runs = 0
    /// States that were recognised as seen before, without a run.
    public var recognised = 0
    /// States in which a promise was broken.
    public var failedStates = 0
    /// Bytes the seen-set took.
    public var seenSetBytes = 0
    /// Whether the seen-set was full, so that states may have been counted and run again.
    public var seenSetIsFull = false
    /// Wall-clock seconds.
    public var seconds = 0.0

    /// States recovered and checked a second.
    public var statesPerSecond: Double { seconds > 0 ? Double(states) / seconds : 0 }

    /// How the points were covered: `exhaustive`, `bounded`, or both with their counts.
    public var mode: String {
        if boundedPoints == 0 { return "exhaustive" }
        let all = exhaustivePoints + boundedPoints
        return "bounded at \(boundedPoints) of \(all) points (at most 2 deviations from none and all, and samples)"
    }
}
