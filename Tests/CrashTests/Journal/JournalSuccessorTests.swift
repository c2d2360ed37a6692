import CrashTesting
import FileSystemSeam
import Foundation
import Journal
import Testing

/// One process is killed, or fails its sync; another goes on; then the power is cut. What the second one says must not
/// rest on bytes of the first that nobody synced.
@Suite("A journal that another process goes on with")
struct JournalSuccessorTests {
    private static let isLong = ProcessInfo.processInfo.environment["HOLDFAST_LONG"] != nil
    private static let models = isLong ? PersistenceModel.all : [.posixMinimal]
    private static let options = CrashedJournal.options(.segments)

    /// What the second process does: it repeats the request of the first one, and goes on.
    private static func goOn(
        _ fileSystem: any FileSystem,
        _ say: (CrashedJournal.Said) -> Void
    ) throws(JournalError) {
        let journal = CrashedJournal.open(fileSystem, options)
        try CrashedJournal.reserve(journal, "n1", key: "k1", say)
        try CrashedJournal.reserve(journal, "n2", say)
    }

    private static func explore(
        _ model: PersistenceModel,
        faults: FaultPlan = FaultPlan(),
        prepared: Int,
        _ first: @escaping (SimFS, (CrashedJournal.Said) -> Void) throws -> Void
    ) throws -> CrashReport {
        var explorer = CrashExplorer(model)
        explorer.faults = faults
        explorer.depth = isLong ? 2 : 1
        explorer.runMaximum = isLong ? 1 << 16 : 2
        explorer.sampleCount = isLong ? 1000 : 1
        return try explorer.explore { fileSystem in
            let journal = CrashedJournal.open(fileSystem, options)
            if prepared > 0 { try journal.create() }
            for number in 0..<prepared { try CrashedJournal.reserve(journal, "p\(number)") { _ in } }
        } workload: { (fileSystem, say: (CrashedJournal.Said) -> Void) in
            try first(try successor(of: fileSystem), say)
            try goOn(try successor(of: fileSystem), say)
        } recover: { fileSystem in
            fileSystem
        } check: { fileSystem, said in
            try CrashedJournal.check(fileSystem, options, said)
        }
    }

    /// Killed before each of its operations, on a journal whose last segment has room, and on one that is full.
    @Test(arguments: models, [1, 2])
    func keepsItsWordAfterAKill(model: PersistenceModel, prepared: Int) throws {
        var operation = 0
        var states = 0
        while true {
            var hasKilled = false
            let report = try Self.explore(model, prepared: prepared) { fileSystem, say in
                let kill = KillSwitch(fileSystem, at: operation)
                try? CrashedJournal.reserve(CrashedJournal.open(fileSystem, Self.options), "n1", key: "k1", say)
                kill.end()
                hasKilled = kill.hasKilled
            }
            #expect(report.isClean, "killed before operation \(operation): \(report)")
            states += report.statistics.states
            if !hasKilled { break }
            // A quick run takes some of them; the long one all.
            operation += Self.isLong ? 1 : 9
        }
        #expect(operation > 9)
        print("crash: killed, then another, \(model), \(prepared) before: \(operation) kills, \(states) states")
    }

    /// Every sync of the first process fails once.
    @Test(arguments: models, [1, 2])
    func keepsItsWordAfterAFailedSync(model: PersistenceModel, prepared: Int) throws {
        var states = 0
        for operation in [FileSystemError.Operation.sync, .syncDirectory] {
            var occurrence = 1
            while true {
                var hasFailed = false
                let faults = FaultPlan.on(operation, occurrence, .error(.inputOutput))
                let report = try Self.explore(model, faults: faults, prepared: prepared) { fileSystem, say in
                    do {
                        let journal = CrashedJournal.open(fileSystem, Self.options)
                        try CrashedJournal.reserve(journal, "n1", key: "k1", say)
                    } catch {
                        hasFailed = true
                    }
                }
                #expect(report.isClean, "\(operation) \(occurrence) fails: \(report)")
                states += report.statistics.states
                if !hasFailed { break }
                occurrence += Self.isLong ? 1 : 4
            }
        }
        print("crash: failed sync, then another, \(model), \(prepared) before: \(states) states")
    }
}
