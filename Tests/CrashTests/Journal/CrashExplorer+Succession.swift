import CrashTesting
import FileSystemSeam
import TestSupport

extension CrashExplorer {
    /// For what one process leaves to the next ones of the same boot: there are many such works, so that few states of
    /// each are tried, and recoveries are not crashed as well.
    static func ofSuccession(under faults: FaultPlan) -> CrashExplorer {
        var explorer = CrashExplorer(.posixMinimal)
        explorer.faults = faults
        explorer.depth = 1
        explorer.runMaximum = runsLongTests ? 1 << 10 : 2
        explorer.sampleCount = runsLongTests ? 100 : 0
        return explorer
    }
}
