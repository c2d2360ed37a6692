public import CrashTesting
public import FileSystemSeam

/// Takes every sync out of a workload, one at a time, and explores what the power may leave then: each should be
/// missed.
///
/// Which syncs there are follows from the workload itself, so that a new one is tried without anybody thinking of it.
public struct LeftOutSyncs: Sendable {
    /// What was found first without a sync, by the sync's ``label(_:_:)``.
    public private(set) var noticed: [String: String] = [:]
    /// The syncs whose loss nothing shows.
    public private(set) var unnoticed: Set<String> = []
    /// Those that were not tried.
    public private(set) var skipped: Set<String> = []

    /// Names a sync: `sync current.json.tmp 2` is the second one of that file. Random parts of names are left out, and
    /// leading zeros.
    public static func label(_ operation: SimOperation, _ occurrence: Int) -> String {
        let title = operation.title.replacing(/0{8,}/, with: "…").replacing(/[0-9a-f]{8,}/, with: "…")
        return "\(title) \(occurrence)"
    }

    /// The syncs among operations: their labels, and what makes each of them do nothing.
    public static func all(in operations: [SimOperation]) -> [(label: String, fault: FaultPlan)] {
        var occurrences: [FileSystemError.Operation: Int] = [:]
        var labels: [String: Int] = [:]
        var syncs: [(label: String, fault: FaultPlan)] = []
        for operation in operations {
            let occurrence = occurrences[operation.operation, default: 0] + 1
            occurrences[operation.operation] = occurrence
            guard operation.operation == .sync || operation.operation == .syncDirectory else { continue }
            let title = label(operation, 0)
            labels[title, default: 0] += 1
            let fault = FaultPlan.on(operation.operation, occurrence, .lyingSync)
            syncs.append((label(operation, labels[title] ?? 0), fault))
        }
        return syncs
    }

    /// Explores a workload without each of its syncs. The closures are those of `CrashExplorer.explore`, and without
    /// any fault the workload must keep its promises.
    ///
    /// - Parameters:
    ///   - explorer: how far each exploration goes; it ends with the first state that breaks a promise.
    ///   - isTried: whether a sync is tried, by its label.
    public init<Acknowledgement: Equatable, Store>(
        _ explorer: CrashExplorer,
        where isTried: (String) -> Bool = { _ in true },
        prepare: (any FileSystem) throws -> Void = { _ in },
        workload: (any FileSystem, (Acknowledgement) -> Void) throws -> Void,
        recover: (any FileSystem) throws -> Store,
        check: (Store, [Acknowledgement]) throws -> Void
    ) throws {
        var explorer = explorer
        explorer.failureMaximum = 1
        explorer.findingMaximum = 1
        // A sync that is not made at all is missed here.
        let clean = try explorer.explore(prepare: prepare, workload: workload, recover: recover, check: check)
        try CheckFailure.unless(clean.isClean, "with all syncs: \(clean)")
        for (label, fault) in Self.all(in: clean.operations) {
            guard isTried(label) else {
                skipped.insert(label)
                continue
            }
            explorer.faults = fault
            let report = try explorer.explore(prepare: prepare, workload: workload, recover: recover, check: check)
            try CheckFailure.unless(
                report.operations.contains { $0.fault != nil },
                "\(label) is not made where it was made before"
            )
            if let finding = report.findings.first {
                noticed[label] = finding.message
            } else {
                unnoticed.insert(label)
            }
        }
    }
}
