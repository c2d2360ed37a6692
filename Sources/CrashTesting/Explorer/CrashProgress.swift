/// How far an exploration has come, for whoever waits for it.
public struct CrashProgress: Sendable, Hashable {
    /// Crash points done, from 0 to ``crashPoints``.
    public var crashPointsDone: Int
    /// Crash points there are.
    public var crashPoints: Int
    /// Different states recovered and checked so far.
    public var states: Int
    /// States in which a promise was broken so far.
    public var failedStates: Int
    /// Wall-clock seconds since the exploration began.
    public var seconds: Double

    /// States recovered and checked a second.
    public var statesPerSecond: Double { seconds > 0 ? Double(states) / seconds : 0 }

    /// Receives reports, on the thread that explores: at each crash point, and every few hundred states in between.
    /// It must be quick.
    public typealias Handler = (CrashProgress) -> Void
}

extension CrashEngine {
    /// Tells whoever waits how far the exploration has come.
    func tellProgress() {
        guard let progress else { return }
        progress(
            CrashProgress(
                crashPointsDone: statistics.coveredPoints,
                crashPoints: statistics.crashPoints,
                states: statistics.states,
                failedStates: statistics.failedStates,
                seconds: CrashExplorer.seconds(ContinuousClock.now - started)
            )
        )
    }
}
