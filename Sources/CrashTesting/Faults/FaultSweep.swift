public import FileSystemSeam

/// Runs a workload once for every operation and every fault it can meet, and crashes each of these runs everywhere.
///
/// For each fault three things must hold: what the workload throws is one of the store's own errors; the next process
/// of the same boot opens the store and finds in it all that was acknowledged; and so does the first one after a power
/// cut, wherever in the two runs that was. A check may use the store, so that it is seen to work.
///
/// Then kills: the process dies right before each of its operations that change something, and after the last one. What
/// it wrote and did not sync is there for the next process, which may rely on it, until the power is cut.
///
/// Then pairs: each of these faults with each fault of each operation that the workload goes on to make after it, the
/// ones of its error handling included. There are many; beyond ``pairMaximum`` they are sampled, and the report says
/// so.
///
/// Last, recoveries: of the states that a power cut leaves of the workload without faults, one for each way in which
/// recoveries go, one of those in which most had been acknowledged, is recovered under each fault of each call that it
/// makes there. A recovery that succeeds all the same gives a store that passes the check without further faults;
/// whether it did or threw one of the store's own errors, the next process of the same boot recovers and passes it, and
/// so does the first one after another power cut, wherever in the two recoveries that was. What a recovery gives that
/// was misread to by one bit is not judged, what it leaves is.
public struct FaultSweep: Sendable {
    /// The explorer for each run. Its own ``CrashExplorer/faults`` are not used, and at least one finding of each run
    /// is reported. Its seed decides which pairs are sampled.
    public var explorer: CrashExplorer
    /// The faults an operation can meet: all of which it can tell
    /// (``FileSystemSeam/FaultPlan/applicableFaults(to:)``). With ``FileSystemSeam/FaultPlan/silentFaults(in:)`` the
    /// device lies; a check must then allow what it acknowledged to be lost.
    public var faults: @Sendable (FileSystemError.Operation) -> [SimFault] = {
        FaultPlan.applicableFaults(to: $0)
    }
    /// Whether the workload's process is killed, too, before each of its operations that change something and at its
    /// end.
    public var triesKills = true
    /// Whether pairs of faults are tried, too.
    public var triesPairs = true
    /// At most this many pairs are tried. When there are more, half of them are pairs of I/O errors, all of them if
    /// there are no more, and the others are spread evenly over all the rest.
    public var pairMaximum = 2_000
    /// Whether recoveries are struck, too.
    public var triesRecoveries = true
    /// At most this many pairs of a recovery and a fault in it are tried. When there are more, they are spread evenly.
    public var recoveryMaximum = 2_000

    /// Makes a sweep under a model.
    public init(_ model: PersistenceModel = .posixMinimal) { explorer = CrashExplorer(model) }

    /// Sweeps a workload. The closures are those of
    /// ``CrashExplorer/explore(prepare:progress:workload:recover:check:)``.
    ///
    /// A fault that breaks a promise by itself is not paired.
    ///
    /// - Parameter isOwnError: whether an error the workload threw is one the store promises to throw.
    /// - Throws: what an exploration throws, but for a workload that under faults does not end: that is a finding.
    public func run<Acknowledgement: Equatable, Store>(
        prepare: (any FileSystem) throws -> Void = { _ in },
        workload: (any FileSystem, (Acknowledgement) -> Void) throws -> Void,
        isOwnError: (any Error) -> Bool,
        recover: (any FileSystem) throws -> Store,
        check: (Store, [Acknowledgement]) throws -> Void
    ) throws -> Report {
        try withoutActuallyEscaping(prepare) { prepare in
            try withoutActuallyEscaping(workload) { workload in
                try withoutActuallyEscaping(isOwnError) { isOwnError in
                    try withoutActuallyEscaping(recover) { recover in
                        try withoutActuallyEscaping(check) { check in
                            var run = SweepRun(
                                sweep: self,
                                prepare: prepare,
                                workload: workload,
                                isOwnError: isOwnError,
                                recover: recover,
                                check: check
                            )
                            try run.go()
                            return run.report
                        }
                    }
                }
            }
        }
    }

    /// Every fault of every operation of a run, or of those after a fault that struck in it.
    func entries(for operations: [SimOperation], after first: FaultPlan.Entry? = nil) -> [FaultPlan.Entry] {
        var entries: [FaultPlan.Entry] = []
        var counts: [FileSystemError.Operation: Int] = [:]
        var isPast = first == nil
        for operation in operations {
            let occurrence = counts[operation.operation, default: 0] + 1
            counts[operation.operation] = occurrence
            if isPast {
                for var fault in faults(operation.operation) {
                    // Two faults that know nothing of each other do not invert the same bit: what reads twice sees it.
                    // Of what is short, two places may be one byte.
                    if case .flippedBit(let bit) = fault, case .flippedBit(let other)? = first?.fault,
                        (bit & 7) == (other & 7)
                    {
                        fault = .flippedBit(bit &+ 1)
                    }
                    entries.append(FaultPlan.Entry(operation.operation, occurrence: occurrence, fault))
                }
            } else if operation.operation == first?.operation, occurrence == first?.occurrence {
                isPast = true
            }
        }
        return entries
    }

    /// A kill before each operation that changes something; before one that only looks it is the same as before the
    /// next one that does.
    func kills(in operations: [SimOperation]) -> [FaultPlan] {
        var plans: [FaultPlan] = []
        var counts: [FileSystemError.Operation: Int] = [:]
        for operation in operations {
            let occurrence = counts[operation.operation, default: 0] + 1
            counts[operation.operation] = occurrence
            if operation.operation.changesSomething { plans.append(.on(operation.operation, occurrence, .killed)) }
        }
        return plans
    }

    /// The pairs that are tried.
    func chosen(_ pairs: [FaultPlan]) -> [FaultPlan] {
        if pairs.count <= pairMaximum { return pairs }
        let errors = pairs.filter { $0.entries.allSatisfy { $0.fault == .error(.inputOutput) } }
        let others = pairs.filter { !$0.entries.allSatisfy { $0.fault == .error(.inputOutput) } }
        let share = min(errors.count, max(pairMaximum / 2, pairMaximum - others.count))
        return Self.spread(errors, share, explorer.seed) + Self.spread(others, pairMaximum - share, explorer.seed)
    }

    /// `count` of the plans, one drawn from each of as many equal stretches.
    static func spread<Plan>(_ plans: [Plan], _ count: Int, _ seed: UInt64) -> [Plan] {
        if count >= plans.count { return plans }
        var random = XorShift(seed: seed)
        return (0..<count).map { index in
            let (start, end) = (index * plans.count / count, (index + 1) * plans.count / count)
            return plans[start + Int(random.next() >> 33) % (end - start)]
        }
    }
}
