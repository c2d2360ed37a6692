import CrashTesting
import FileSystemSeam
import Journal
import TestSupport
import Testing

/// One process is killed, or fails its sync; another goes on; then the power is cut. What the second one says must not
/// rest on bytes of the first that nobody synced.
@Suite("A journal that another process goes on with")
struct JournalSuccessorTests {
    private static let models = runsLongTests ? PersistenceModel.all : [.posixMinimal]
    /// What the second process does: it repeats the request of the first one, and goes on.
    private static func goOn(
        _ fileSystem: any FileSystem,
        _ options: JournalOptions,
        _ say: (CrashedJournal.Said) -> Void
    ) throws(JournalError) {
        let journal = CrashedJournal.open(fileSystem, options)
        try CrashedJournal.reserve(journal, "n1", key: "k1", say)
        try CrashedJournal.reserve(journal, "n2", say)
    }

    private static func prepare(_ fileSystem: any FileSystem, _ options: JournalOptions, _ count: Int) throws {
        let journal = CrashedJournal.open(fileSystem, options)
        if count > 0 { try journal.create() }
        for number in 0..<count { try CrashedJournal.reserve(journal, "p\(number)") { _ in } }
    }

    private static func explore(
        _ model: PersistenceModel,
        _ options: JournalOptions,
        faults: FaultPlan = FaultPlan(),
        prepared: Int,
        _ first: @escaping (SimFS, (CrashedJournal.Said) -> Void) throws -> Void
    ) throws -> CrashReport {
        var explorer = CrashExplorer(model)
        explorer.faults = faults
        explorer.depth = runsLongTests ? 2 : 1
        // Too few for samples.
        explorer.runMaximum = runsLongTests ? 1 << 16 : 2
        explorer.sampleCount = runsLongTests ? 1000 : 0
        return try explorer.explore { fileSystem in
            try prepare(fileSystem, options, prepared)
        } workload: { (fileSystem, say: (CrashedJournal.Said) -> Void) in
            try first(try successor(of: fileSystem), say)
            try goOn(try successor(of: fileSystem), options, say)
        } recover: { fileSystem in
            // A quick run looks at what is left as it is; the long one crashes whoever mends it, too.
            runsLongTests ? try CrashedJournal.recover(fileSystem, options) : fileSystem
        } check: { fileSystem, said in
            try CrashedJournal.check(fileSystem, options, said)
        }
    }

    /// Killed before every ninth of its changes, in a long run before each, on a journal whose last segment has room,
    /// and on one that is full.
    @Test(arguments: models, [(JournalFormat.segments, 1), (.segments, 2), (.jsonRecords, 1)])
    func nothingAcknowledgedIsLostAfterAKill(model: PersistenceModel, _ before: (format: JournalFormat, count: Int))
        throws
    {
        let options = CrashedJournal.options(before.format)
        var operation = 0
        var states = 0
        while true {
            var hasKilled = false
            let report = try Self.explore(model, options, prepared: before.count) { fileSystem, say in
                let kill = KillSwitch(fileSystem, at: operation)
                try? CrashedJournal.reserve(CrashedJournal.open(fileSystem, options), "n1", key: "k1", say)
                kill.end()
                hasKilled = kill.hasKilled
            }
            #expect(report.isClean, "killed before operation \(operation): \(report)")
            states += report.statistics.states
            if !hasKilled { break }
            operation += runsLongTests ? 1 : 9
        }
        #expect(operation > 9)
        print(
            "crash: killed, then another, \(model), \(before.format), \(before.count) before: \(operation) kills, \(states) states"
        )
    }

    /// Killed with its record written and nothing of it synced: whoever builds on that makes it durable itself.
    @Test(arguments: models, [(JournalFormat.segments, 1), (.segments, 2), (.jsonRecords, 1)])
    func nothingAcknowledgedRestsOnAnUnsyncedRecord(
        model: PersistenceModel,
        _ before: (format: JournalFormat, count: Int)
    ) throws {
        let options = CrashedJournal.options(before.format)
        let syncs = KillSwitch.recordSyncs(before.format)
        let count = try KillSwitch.count(of: syncs.kind, where: syncs.isCounted) { fileSystem in
            try Self.prepare(fileSystem, options, before.count)
        } in: { process in
            try CrashedJournal.reserve(CrashedJournal.open(process, options), "n1", key: "k1") { _ in }
        }
        let report = try Self.explore(model, options, prepared: before.count) { fileSystem, _ in
            let isLeft = try CrashedJournal.leavesUnsyncedRecord(
                fileSystem,
                options,
                "n1",
                key: "k1",
                after: count - 1
            )
            try CheckFailure.unless(isLeft, "the record of the killed process is not there")
        }
        #expect(report.isClean, "\(report)")
    }

    /// The sync of its record fails, and the record stands there: whoever builds on that does not rest on it.
    @Test(arguments: models, [(JournalFormat.segments, 1), (.segments, 2), (.jsonRecords, 1)])
    func nothingAcknowledgedRestsOnARecordWhoseSyncFailed(
        model: PersistenceModel,
        _ before: (format: JournalFormat, count: Int)
    ) throws {
        let report = try Self.exploreFailedRecordSync(model, before.format, prepared: before.count)
        #expect(report.isClean && report.workloadError == nil, "\(report)")
        // What the second one does not make durable is missed.
        let careless = try Self.exploreFailedRecordSync(
            model,
            before.format,
            prepared: before.count,
            isNextOneLiedTo: true
        )
        #expect(careless.findings.contains { $0.sentence.contains("after the failed operation") }, "\(careless)")
    }

    private static func exploreFailedRecordSync(
        _ model: PersistenceModel,
        _ format: JournalFormat,
        prepared: Int,
        isNextOneLiedTo: Bool = false
    ) throws -> CrashReport {
        let options = CrashedJournal.options(format)
        let last = try KillSwitch.lastRecordSync(format) { fileSystem in
            try prepare(fileSystem, options, prepared)
        } in: { process in
            try CrashedJournal.reserve(CrashedJournal.open(process, options), "n1", key: "k1") { _ in }
        }
        let kind = KillSwitch.recordSyncs(format).kind
        var faults = FaultPlan.on(kind, last, .error(.inputOutput))
        if isNextOneLiedTo {
            faults = FaultPlan(
                faults.entries + (1...12).map { FaultPlan.Entry(kind, occurrence: last + $0, .lyingSync) }
            )
        }
        return try explore(model, options, faults: faults, prepared: prepared) { fileSystem, say in
            let count = try CrashedJournal.storedRecordCount(fileSystem, format)
            var hasFailed = false
            do throws(JournalError) {
                try CrashedJournal.reserve(CrashedJournal.open(fileSystem, options), "n1", key: "k1", say)
            } catch {
                hasFailed = true
            }
            let isLeft = try CrashedJournal.storedRecordCount(fileSystem, format) == count + 1
            try CheckFailure.unless(hasFailed && isLeft, "failed: \(hasFailed), left its record: \(isLeft)")
        }
    }

    /// Every fourth sync of the first process fails once, in a long run each.
    @Test(arguments: models, [(JournalFormat.segments, 1), (.segments, 2), (.jsonRecords, 1)])
    func nothingAcknowledgedIsLostAfterAFailedSync(
        model: PersistenceModel,
        _ before: (format: JournalFormat, count: Int)
    ) throws {
        let options = CrashedJournal.options(before.format)
        var states = 0
        for operation in [FileSystemError.Operation.sync, .syncDirectory] {
            var occurrence = 1
            while true {
                var hasFailed = false
                let faults = FaultPlan.on(operation, occurrence, .error(.inputOutput))
                let report = try Self.explore(model, options, faults: faults, prepared: before.count) {
                    fileSystem,
                    say in
                    do {
                        let journal = CrashedJournal.open(fileSystem, options)
                        try CrashedJournal.reserve(journal, "n1", key: "k1", say)
                    } catch {
                        hasFailed = true
                    }
                }
                #expect(report.isClean, "\(operation) \(occurrence) fails: \(report)")
                // The second process is refused nothing for what the first one met.
                #expect(!hasFailed || report.workloadError == nil, "\(operation) \(occurrence) fails: \(report)")
                states += report.statistics.states
                if !hasFailed { break }
                occurrence += runsLongTests ? 1 : 4
            }
        }
        print("crash: failed sync, then another, \(model), \(before.format), \(before.count) before: \(states) states")
    }
}
