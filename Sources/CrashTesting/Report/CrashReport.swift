public import FileSystemSeam

/// What an exploration found, and how thoroughly it looked.
public struct CrashReport: Sendable, CustomStringConvertible {
    /// The persistence model's name.
    public var model: String
    /// The workload's trace.
    public var operations: [SimOperation]
    /// Counts, coverage and speed.
    public var statistics: CrashStatistics
    /// The broken promises, shrunk, each different from the others.
    public var findings: [CrashFinding]

    /// What the workload threw under its planned faults, nil when it ended well.
    public var workloadError: (any Error)?

    /// Whether no promise was broken in any state that was tried.
    public var isClean: Bool { findings.isEmpty && statistics.failedStates == 0 }

    /// Whether every crash point, in recoveries, too, was covered by all states that may follow; false for an
    /// exploration that ended early. With a ``CrashExplorer/depth``
    /// of 1 no recovery was crashed.
    public var isExhaustive: Bool {
        let sampled = statistics.sampledPoints + statistics.sampledRecoveryPoints
        let bounded = statistics.boundedPoints + statistics.boundedRecoveryPoints
        // One that ended early may have done so within its last point.
        return sampled + bounded == 0 && !statistics.stopsEarly && statistics.coveredPoints == statistics.crashPoints
    }

    /// The report as plain text: mode, counts, coverage, then each finding.
    public var description: String {
        let numbers = statistics
        var text = "crash exploration under \(model): \(numbers.mode)\n"
        text += "  \(numbers.operations) operations, \(numbers.microOperations) micro-operations, "
        text += "\(numbers.coveredPoints) of \(numbers.crashPoints) crash points, "
        text += "\(numbers.recoveryPoints) crashes inside recoveries\n"
        text += "  \(numbers.states) states recovered and checked in \(numbers.runs) runs, "
        text += "\(numbers.recognised) recognised, \(Int(numbers.statesPerSecond)) states/s, "
        text += "seen-set \(numbers.seenSetBytes / 1024) KiB\n"
        if let workloadError { text += "  the workload ended with: \(workloadError)\n" }
        if isClean { return text + "  no promise broken\n" }
        text += "  \(Count(findings.count, "finding")) in \(Count(numbers.failedStates, "failing state"))\n"
        for (index, finding) in findings.enumerated() {
            text += "\n\(index + 1). \(finding)\n"
        }
        return text
    }
}
