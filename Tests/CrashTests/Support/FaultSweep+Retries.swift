import CrashTesting
import FileSystemSeam
import TestSupport

extension FaultSweep {
    /// Fails each sync once, for a workload that tries again until it succeeds, and then cuts the power: a second sync
    /// succeeds, and says nothing of what the first one was for. The quick form tries few states of each point.
    ///
    /// - Parameters:
    ///   - isEveryHandleTold: what the platform answers.
    ///   - isFailing: which of the syncs.
    static func failingEachSync(
        _ isEveryHandleTold: Bool = false,
        where isFailing: @escaping @Sendable (FileSystemError.Operation) -> Bool = {
            $0 == .sync || $0 == .syncDirectory
        }
    ) -> FaultSweep {
        var sweep = brief(runs: 4, pairs: 200) { isFailing($0) ? [.error(.inputOutput)] : [] }
        // The stores' other sweeps kill in the quick form, too.
        sweep.triesKills = runsLongTests
        sweep.explorer.tellsEveryHandleOfFailedSyncs = isEveryHandleTold
        return sweep
    }

    /// Some faults, and only in the long form pairs of them; recoveries are not crashed as well.
    ///
    /// - Parameter runs: how many states of a point the quick form tries.
    static func brief(
        runs: Int,
        pairs: Int,
        _ faults: @escaping @Sendable (FileSystemError.Operation) -> [SimFault]
    ) -> FaultSweep {
        var sweep = FaultSweep(.posixMinimal)
        sweep.faults = faults
        sweep.triesPairs = runsLongTests
        sweep.pairMaximum = pairs
        sweep.recoveryMaximum = runsLongTests ? 1_000 : 20
        sweep.explorer.runMaximum = runsLongTests ? 20 : runs
        sweep.explorer.sampleCount = runsLongTests ? 20 : 0
        sweep.explorer.depth = 1
        return sweep
    }
}
