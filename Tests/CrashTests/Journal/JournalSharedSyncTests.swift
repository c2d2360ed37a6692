import CrashTesting
import FileSystemSeam
import Foundation
import Journal
import Testing

/// Two processes append at the same time, and sync without the lock: in many orders of their operations, with syncs that fail and
/// with one that is killed; then the power is cut.
@Suite("A journal whose processes sync at the same time")
struct JournalSharedSyncTests {
    private static let isLong = ProcessInfo.processInfo.environment["HOLDFAST_LONG"] != nil

    /// Sizes at which what both append has its place already.
    private static let options: JournalOptions = {
        var settings = SegmentSettings()
        settings.segmentByteMaximum = 1 << 14
        settings.preallocationByteMinimum = 1 << 13
        settings.tailRecordMaximum = 64
        return CrashedJournal.options(.segments, settings)
    }()

    /// How one run went.
    private struct Run {
        var report: CrashReport
        var relay: Relay
    }

    /// - Parameter switches: see ``Relay``.
    private static func explore(
        _ switches: [Int],
        kills: Bool = false,
        faults: FaultPlan = FaultPlan(),
        model: PersistenceModel = .posixMinimal
    ) throws -> Run {
        var explorer = CrashExplorer(model)
        explorer.depth = 1
        explorer.runMaximum = isLong ? 1 << 10 : 1 << 2
        explorer.sampleCount = isLong ? 50 : 1
        var relay: Relay?
        let report = try explorer.explore { fileSystem in
            let journal = CrashedJournal.open(fileSystem, options)
            try CrashedJournal.reserve(journal, "p") { _ in }
        } workload: { (fileSystem, say: (CrashedJournal.Said) -> Void) in
            relay = try work(fileSystem, switches, kills, faults, say)
        } recover: { fileSystem in
            fileSystem
        } check: { fileSystem, said in
            try CrashedJournal.check(fileSystem, options, said)
        }
        guard let relay else { throw CheckFailure("the workload did not run") }
        return Run(report: report, relay: relay)
    }

    /// Each appends two records alone, so that it holds everything open; then both go on at the same time.
    private static func work(
        _ fileSystem: any FileSystem,
        _ switches: [Int],
        _ kills: Bool,
        _ faults: FaultPlan,
        _ say: (CrashedJournal.Said) -> Void
    ) throws -> Relay {
        let processes = [try successor(of: fileSystem), try successor(of: fileSystem)]
        processes[0].disk.tellsEveryHandleOfFailedSyncs = true
        let journals = processes.map { CrashedJournal.open($0, options) }
        for (number, journal) in journals.enumerated() {
            for step in 0..<2 { try CrashedJournal.reserve(journal, "w\(number)\(step)") { _ in } }
        }
        let relay = Relay(processes, switches: switches, kills: kills)
        // Counted from here on.
        processes[0].disk.faults = faults
        // The first one reads what the other one appended: from here on they share.
        try relay.run(
            {
                try? CrashedJournal.reserve(journals[0], "n1", key: "k1", say)
                try? CrashedJournal.reserve(journals[0], "n3", say)
            },
            {
                // Answered from a record that the first one may not have synced yet.
                try? CrashedJournal.reserve(journals[1], "n1", key: "k1", say)
                try? CrashedJournal.reserve(journals[1], "n2", say)
            }
        )
        return relay
    }

    /// About how many counted operations a process makes; what comes behind the last one is to go on undisturbed.
    private static let operationMaximum = 16

    private static func orders() -> [[Int]] {
        var orders: [[Int]] = []
        for first in stride(from: 1, through: operationMaximum, by: isLong ? 1 : 6) {
            for second in stride(from: 1, through: operationMaximum, by: isLong ? 1 : 8) {
                orders.append([first, second])
            }
        }
        return orders
    }

    @Test(arguments: isLong ? PersistenceModel.all : [.posixMinimal])
    func keepsItsWordInEveryOrder(model: PersistenceModel) throws {
        var states = 0
        for order in Self.orders() {
            let run = try Self.explore(order, model: model)
            #expect(run.report.isClean, "\(order): \(run.report)")
            // They did share: the head has a lock of its own only then.
            #expect(run.relay.fileLocks["current.json", default: 0] >= 1, "\(order)")
            states += run.report.statistics.states
        }
        print("crash: two that sync at the same time, \(model): \(Self.orders().count) orders, \(states) states")
    }

    @Test func keepsItsWordWhenOneIsKilled() throws {
        var states = 0
        for operation in stride(from: 1, through: Self.operationMaximum, by: Self.isLong ? 1 : 4) {
            let run = try Self.explore([operation, 0], kills: true)
            #expect(run.report.isClean, "killed before \(operation): \(run.report)")
            states += run.report.statistics.states
        }
        print("crash: one of two that sync at the same time is killed: \(states) states")
    }

    /// Each of the syncs fails once, in orders that let the other one write before it, sync before it, or sync after it.
    @Test func keepsItsWordWhenASyncFails() throws {
        var states = 0
        let whole = try Self.explore([0, 0]).relay
        for order in Self.orders().enumerated().filter({ Self.isLong || $0.offset.isMultiple(of: 3) }).map(\.element) {
            for sync in 1...whole.syncs {
                let faults = FaultPlan.on(.sync, sync, .error(.inputOutput))
                let run = try Self.explore(order, faults: faults)
                #expect(run.report.isClean, "\(order), sync \(sync) fails: \(run.report)")
                states += run.report.statistics.states
            }
        }
        print("crash: two that sync at the same time, and a sync fails: \(states) states")
    }

    /// A sync that does nothing is noticed, whichever it is.
    @Test func noSyncIsLeftOutUnnoticed() throws {
        let whole = try Self.explore([0, 0]).relay
        #expect(whole.syncs >= 3)
        for sync in 1...whole.syncs {
            let faults = FaultPlan.on(.sync, sync, .lyingSync)
            #expect(try !Self.explore([0, 0], faults: faults).report.isClean, "sync \(sync)")
        }
    }
}
