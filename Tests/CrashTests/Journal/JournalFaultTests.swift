import CrashTesting
import FileSystemSeam
import Journal
import TestSupport
import Testing

/// Every operation fails once in every way it can, and then the power is cut.
@Suite("Faults under a journal")
struct JournalFaultTests {
    /// What is done while something fails.
    struct Work: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let format: JournalFormat
        /// Records that are there before.
        var before = 1
        var settings = CrashedJournal.smallSettings
        /// Whether it has handles that share their syncs, as on Linux.
        var sharesSyncs = false
        var run: @Sendable (SimFS, JournalOptions, (CrashedJournal.Said) -> Void) throws -> Void

        var options: JournalOptions { CrashedJournal.options(format, settings) }

        func prepare(_ fileSystem: any FileSystem) throws {
            let journal = CrashedJournal.open(fileSystem, options)
            if before > 0 { for number in 1...before { try CrashedJournal.reserve(journal, "p\(number)") { _ in } } }
        }

        func work(_ fileSystem: any FileSystem, _ say: (CrashedJournal.Said) -> Void) throws {
            try run(try successor(of: fileSystem), options, say)
        }
    }

    private static func works(_ format: JournalFormat) -> [Work] {
        [
            Work(testDescription: "\(format): made, and two records", format: format, before: 0) {
                process,
                options,
                say in
                let journal = CrashedJournal.open(process, options)
                for number in 1...2 { try CrashedJournal.reserve(journal, "n\(number)", key: "k\(number)", say) }
            },
            Work(testDescription: "\(format): more than a segment holds", format: format) { process, options, say in
                let journal = CrashedJournal.open(process, options)
                for number in 1...3 { try CrashedJournal.reserve(journal, "n\(number)", say) }
            },
            Work(testDescription: "\(format): a revocation and a checkpoint", format: format) { process, options, say in
                let journal = CrashedJournal.open(process, options)
                try CrashedJournal.revoke(journal, "grant-3", say)
                try CrashedJournal.sumUp(journal, say)
            },
            Work(testDescription: "\(format): an index made anew", format: format, before: 3) { process, options, say in
                let journal = CrashedJournal.open(process, options)
                _ = try journal.rebuildIndexes()
                try CrashedJournal.reserve(journal, "n1", say)
            },
        ]
    }

    /// Two processes append in turn: from its third record on each of them syncs without the lock.
    private static let shared = Work(
        testDescription: "segments: two in turn",
        format: .segments,
        settings: SharedSync.roomySettings,
        sharesSyncs: true
    ) { process, options, say in
        let journals = try [process, successor(of: process)].map { CrashedJournal.open($0, options) }
        for number in 1...3 {
            for (place, journal) in journals.enumerated() {
                try CrashedJournal.reserve(journal, "n\(number)\(place)", key: "k\(number)\(place)", say)
            }
        }
    }

    static let all = JournalFormat.allCases.flatMap(works) + (runsLongTests ? [shared] : [])

    /// How many syncs are shared in a work that nothing fails for.
    private static func sharedSyncs(_ work: Work) throws -> Int {
        let disk = SimDisk(seed: 1)
        disk.tellsEveryHandleOfFailedSyncs = work.sharesSyncs
        try work.prepare(disk.boot())
        try work.work(disk.boot()) { _ in }
        return SharedSync.count(in: disk.trace)
    }

    private static func run(_ sweep: FaultSweep, _ work: Work) throws -> FaultSweep.Report {
        var sweep = sweep
        sweep.explorer.tellsEveryHandleOfFailedSyncs = work.sharesSyncs
        return try sweep.run(
            prepare: work.prepare,
            workload: work.work,
            isOwnError: { $0 is JournalError },
            recover: { try CrashedJournal.recover($0, work.options) },
            check: { try CrashedJournal.check($0, work.options, $1) }
        )
    }

    /// A quick run takes the faults that leave most behind; the long one all, and pairs of them.
    @Test(arguments: all) func faultsLoseNothingAcknowledged(work: Work) throws {
        let sweep = FaultSweep.brief(runs: 2, pairs: 500) { operation in
            if runsLongTests { return FaultPlan.applicableFaults(to: operation) }
            switch operation {
            case .sync, .syncDirectory, .rename, .remove: return [.error(.inputOutput)]
            case .write: return [.error(.noSpace), .short(bytes: 7)]
            case .read: return [.flippedBit(3)]
            default: return []
            }
        }
        #expect(try Self.sharedSyncs(work) == (work.sharesSyncs ? 2 : 0), "\(work.testDescription)")
        let report = try Self.run(sweep, work)
        #expect(report.isClean, "\(report)")
        #expect(report.plansThatThrew > 5, "\(report)")
        print(
            "faults: \(work.testDescription): \(report.singles) faults, \(report.pairs) pairs, \(report.states) states"
        )
    }

    /// A process is killed with its record written and nothing synced; who comes next writes that record again. What it
    /// reads wrongly, once, it must not make durable. A long run kills before other changes, too.
    @Test(arguments: JournalFormat.allCases, [nil] + (runsLongTests ? Array(0..<20) : []))
    func nothingReadWronglyIsWrittenBack(format: JournalFormat, killedBefore: Int?) throws {
        let kill = { @Sendable (process: SimFS) in
            killedBefore.map { KillSwitch(process, at: $0) } ?? KillSwitch(process, beforeRecordSync: format)
        }
        if killedBefore == nil {
            let disk = SimDisk(seed: 1)
            let work = Work(testDescription: "\(format)", format: format) { _, _, _ in }
            try work.prepare(disk.boot())
            let found = try CrashedJournal.leavesUnsyncedRecord(disk.boot(), work.options, "n1", key: "k1")
            #expect(found, "the record of the killed process is there")
        }
        let work = Work(testDescription: "\(format), killed", format: format) { process, options, say in
            let kill = kill(process)
            try? CrashedJournal.reserve(CrashedJournal.open(process, options), "n1", key: "k1", say)
            kill.end()
            let next = CrashedJournal.open(try successor(of: process), options)
            try CrashedJournal.reserve(next, "n1", key: "k1", say)
            try CrashedJournal.reserve(next, "n2", say)
        }
        let sweep = FaultSweep.brief(runs: 2, pairs: 500) { $0 == .read ? [.flippedBit(1800)] : [] }
        let report = try Self.run(sweep, work)
        #expect(report.isClean, "\(report)")
        #expect(report.singles > 10, "\(report)")
    }
}
