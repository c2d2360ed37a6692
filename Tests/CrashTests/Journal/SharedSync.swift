import CrashTesting
import FileSystemSeam
import Journal
import TestSupport

/// Two or three processes that append at the same time, and sync without the lock, in one order of their operations;
/// then the power is cut.
struct SharedSync {
    /// How one order went.
    struct Run {
        var report: CrashReport
        var relay: Relay

        /// Whether a planned fault met an operation.
        var hasStruck: Bool { report.operations.contains { $0.fault != nil } }
    }

    /// Sizes at which what all append has its place already.
    static let roomySettings: SegmentSettings = {
        var settings = SegmentSettings()
        settings.segmentByteMaximum = 1 << 14
        settings.preallocationByteMinimum = 1 << 13
        settings.tailRecordMaximum = 64
        return settings
    }()

    var processCount = 2
    var settings = Self.roomySettings
    var model = PersistenceModel.posixMinimal
    var faults = FaultPlan()
    /// Which process is killed where it would first hand over.
    var killed: Int?

    private var options: JournalOptions { CrashedJournal.options(.segments, settings) }

    /// - Parameter switches: see ``Relay``.
    func explore(_ switches: [[Int]]) throws -> Run {
        var explorer = CrashExplorer(model)
        explorer.depth = 1
        explorer.runMaximum = runsLongTests ? 1 << 10 : 1 << 2
        explorer.sampleCount = runsLongTests ? 50 : 1
        explorer.failureMaximum = 1
        explorer.findingMaximum = 1
        var relay: Relay?
        let report = try explorer.explore { fileSystem in
            try prepare(fileSystem)
        } workload: { (fileSystem, say: (CrashedJournal.Said) -> Void) in
            relay = try work(fileSystem, switches, say)
        } recover: { fileSystem in
            fileSystem
        } check: { fileSystem, said in
            try CrashedJournal.check(fileSystem, options, said)
        }
        guard let relay else { throw CheckFailure("the workload did not run") }
        return Run(report: report, relay: relay)
    }

    /// Runs one order without cutting the power, to see what happens in it.
    func rehearse(_ switches: [[Int]]) throws -> Relay {
        let fileSystem = SimDisk(seed: 1).boot()
        try prepare(fileSystem)
        return try work(fileSystem, switches) { _ in }
    }

    private func prepare(_ fileSystem: any FileSystem) throws {
        try CrashedJournal.reserve(CrashedJournal.open(fileSystem, options), "p") { _ in }
    }

    /// Each appends two records alone, so that it holds everything open; then all go on at the same time.
    private func work(
        _ fileSystem: any FileSystem,
        _ switches: [[Int]],
        _ say: (CrashedJournal.Said) -> Void
    ) throws -> Relay {
        let processes = try (0..<processCount).map { _ in try successor(of: fileSystem) }
        processes[0].disk.tellsEveryHandleOfFailedSyncs = true
        let journals = processes.map { CrashedJournal.open($0, options) }
        for (number, journal) in journals.enumerated() {
            for step in 0..<2 { try CrashedJournal.reserve(journal, "w\(number)\(step)") { _ in } }
        }
        let relay = Relay(processes, switches: switches, killed: killed)
        // Counted from here on.
        processes[0].disk.faults = faults
        // The first one reads what the others appended: from here on they share.
        var refusals: [(process: Int, error: JournalError)] = []
        try relay.run { process in
            // One request of all, so that it is answered from a record that another one may not have synced yet.
            for (nonce, key) in [("n", "k"), ("n\(process)", nil)] {
                do throws(JournalError) {
                    try CrashedJournal.reserve(journals[process], nonce, key: key, say)
                } catch {
                    refusals.append((process, error))
                }
            }
        }
        // Whoever is refused says nothing that could be found wrong: nobody is, but for what was done to it.
        for (process, error) in refusals where !(relay.hasKilled && process == killed) {
            let mayBeRefused = faults.entries.contains { $0.fault != .lyingSync } && error.isOfAFailedSync
            try CheckFailure.unless(mayBeRefused, "process \(process) was refused: \(error)")
        }
        return relay
    }
}

extension SharedSync {
    /// How many syncs of segments were made by processes that did not hold the journal's lock.
    static func count(in operations: [SimOperation]) -> Int {
        var waiting: Set<Int32> = []
        var holder: Int32?
        var count = 0
        for operation in operations where operation.failure == nil {
            let process = operation.process
            // By its path, or by its name where it was just made.
            let isJournal = CrashedJournal.path.hasSuffix(operation.name)
            if operation.operation == .lockDirectory, isJournal {
                waiting.insert(process)
                continue
            }
            // Whoever goes on has it.
            if waiting.remove(process) != nil { holder = process }
            switch operation.operation {
            case .unlockDirectory where isJournal && holder == process: holder = nil
            case .sync where operation.name.hasSuffix(".jsonl") && holder != process: count += 1
            default: break
            }
        }
        return count
    }
}

extension JournalError {
    /// Whether it tells of a sync that failed, at once or before.
    var isOfAFailedSync: Bool {
        switch self {
        case .io(let error, _), .outcomeUnknown(let error, _): error.code == .inputOutput
        case .poisoned: true
        default: false
        }
    }
}
