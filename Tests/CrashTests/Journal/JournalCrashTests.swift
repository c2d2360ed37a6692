import CrashTesting
import FileSystemSeam
import Journal
import TestSupport
import Testing

/// Power cuts at every point of a journal's life, in both layouts, under every model; in quick runs a few of the states
/// that each may leave. One after another: a long run tells of each when it is through.
@Suite("A journal whose power is cut", .serialized)
struct JournalCrashTests {
    /// Something that a journal does, of which every crash is explored.
    struct Workload: Sendable, CustomStringConvertible {
        var description: String
        var prepare: @Sendable (any FileSystem, JournalOptions) throws -> Void = { _, _ in }
        var work: @Sendable (any FileSystem, JournalOptions, (CrashedJournal.Said) -> Void) throws -> Void
    }

    static let workloads = [
        Workload(description: "is made, and gets its first records") { fileSystem, options, say in
            let journal = CrashedJournal.open(fileSystem, options)
            try CrashedJournal.reserve(journal, "n1", say)
            try CrashedJournal.reserve(journal, "n2", key: "k2", say)
        },
        Workload(
            description: "gets more records than a segment holds",
            prepare: { fileSystem, options in
                let journal = CrashedJournal.open(fileSystem, options)
                try CrashedJournal.reserve(journal, "p1") { _ in }
            }
        ) { fileSystem, options, say in
            let journal = CrashedJournal.open(fileSystem, options)
            for number in 1...4 { try CrashedJournal.reserve(journal, "n\(number)", say) }
        },
        Workload(
            description: "is appended to by handles that come and go",
            prepare: { fileSystem, options in
                let journal = CrashedJournal.open(fileSystem, options)
                for number in 1...2 { try CrashedJournal.reserve(journal, "p\(number)") { _ in } }
            }
        ) { fileSystem, options, say in
            for number in 1...3 {
                let journal = CrashedJournal.open(fileSystem, options)
                try CrashedJournal.reserve(journal, "n\(number)", key: "k\(number)", say)
                // Answered from the record that is there.
                try CrashedJournal.reserve(
                    CrashedJournal.open(fileSystem, options),
                    "n\(number)",
                    key: "k\(number)",
                    say
                )
            }
        },
        Workload(
            description: "gets a revocation",
            prepare: { fileSystem, options in
                let journal = CrashedJournal.open(fileSystem, options)
                try CrashedJournal.reserve(journal, "p1") { _ in }
            }
        ) { fileSystem, options, say in
            let journal = CrashedJournal.open(fileSystem, options)
            try CrashedJournal.revoke(journal, "grant-3", say)
            try CrashedJournal.reserve(journal, "n1", say)
        },
    ]

    @Test(arguments: workloads, PersistenceModel.all)
    func nothingAcknowledgedIsLost(workload: Workload, model: PersistenceModel) throws {
        let report = try Self.explore(workload, model, CrashedJournal.options(.segments))
        #expect(report.isClean, "\(report)")
    }

    /// A record is five files or more, and nothing of it has its place before: more can survive than of a line in a
    /// segment.
    @Test(arguments: workloads, runsLongTests ? PersistenceModel.all : [.posixMinimal])
    func nothingAcknowledgedIsLostAsJSONRecords(workload: Workload, model: PersistenceModel) throws {
        let report = try Self.explore(workload, model, CrashedJournal.options(.jsonRecords))
        #expect(report.isClean, "\(report)")
    }

    /// The next writer is cut off, too, wherever it has come to in mending what it found.
    @Test(arguments: workloads, JournalFormat.allCases)
    func nothingAcknowledgedIsLostWhenRecoveriesAreCrashed(workload: Workload, format: JournalFormat) throws {
        for model in runsLongTests ? PersistenceModel.all : [.posixMinimal] {
            let report = try Self.explore(workload, model, CrashedJournal.options(format), crashesRecoveries: true)
            #expect(report.isClean, "\(report)")
            #expect(report.statistics.recoveryPoints > 0)
        }
    }

    /// - Parameter crashesRecoveries: whether a writer opens the journal before it is looked at, and is crashed in
    ///   that; else what a crash leaves is looked at as it is.
    static func explore(
        _ workload: Workload,
        _ model: PersistenceModel,
        _ options: JournalOptions,
        faults: FaultPlan = FaultPlan(),
        crashesRecoveries: Bool = false
    ) throws -> CrashReport {
        var explorer = CrashExplorer(model)
        explorer.faults = faults
        // Of the other layout a quick run takes fewer, and of two crashes one after the other.
        let isLarge = options.format == .jsonRecords || crashesRecoveries
        explorer.runMaximum =
            runsLongTests ? 1 << (crashesRecoveries ? 6 : 10) : crashesRecoveries ? 2 : isLarge ? 1 << 2 : 1 << 4
        explorer.sampleCount = runsLongTests ? 200 : isLarge ? 1 : 4
        explorer.depth = crashesRecoveries ? 2 : 1
        let report = try explorer.explore { fileSystem in
            try workload.prepare(fileSystem, options)
        } workload: { (fileSystem, say: (CrashedJournal.Said) -> Void) in
            try workload.work(fileSystem, options, say)
        } recover: { fileSystem in
            crashesRecoveries ? try CrashedJournal.recover(fileSystem, options) : fileSystem
        } check: { fileSystem, said in
            try CrashedJournal.check(fileSystem, options, said)
        }
        print(
            "crash: \(workload), \(options.format.rawValue), \(model)\(crashesRecoveries ? ", recoveries too" : ""): "
                + "\(report.statistics.states) states, \(report.statistics.mode), "
                + "\(Int(report.statistics.statesPerSecond)) a second"
        )
        return report
    }
}
