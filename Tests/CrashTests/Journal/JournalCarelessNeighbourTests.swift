import CrashTesting
import FileSystemSeam
import Journal
import TestSupport
import Testing

/// A writer is killed before its sync, or fails it; one without syncs comes by; a third one repeats the request, or
/// reads; then the power is cut. What the third one says must not rest on what the second one only saw.
@Suite("A journal that a writer without syncs comes by")
struct JournalCarelessNeighbourTests {
    /// What the writer without syncs does.
    enum Visit: CaseIterable, Sendable {
        case isRefused, repeats, makes, rebuilds, appends

        func run(_ journal: ApprovalJournal) throws {
            switch self {
            case .isRefused: try? CrashedJournal.reserve(journal, "p0") { _ in }
            case .repeats: try CrashedJournal.reserve(journal, "n1", key: "k1") { _ in }
            case .makes: try journal.create()
            case .rebuilds: _ = try journal.rebuildIndexes()
            case .appends: try CrashedJournal.reserve(journal, "c") { _ in }
            }
        }
    }

    private static func explore(
        _ options: JournalOptions,
        _ visit: Visit,
        isRead: Bool,
        faults: FaultPlan = FaultPlan(),
        _ first: @escaping (SimFS) throws -> Void
    ) throws -> CrashReport {
        var careless = options
        careless.durability = .processCrashOnly
        return try CrashExplorer.ofSuccession(under: faults).explore { fileSystem in
            try prepare(fileSystem, options)
        } workload: { [careless] (fileSystem, say: (CrashedJournal.Said) -> Void) in
            try first(try successor(of: fileSystem))
            try visit.run(CrashedJournal.open(try successor(of: fileSystem), careless))
            let journal = CrashedJournal.open(try successor(of: fileSystem), options)
            if isRead {
                if let head = try journal.head() { say(.summedUp(index: head.index, digest: head.digest)) }
            } else {
                try CrashedJournal.reserve(journal, "n1", key: "k1", say)
            }
        } recover: { fileSystem in
            fileSystem
        } check: { fileSystem, said in
            // A power cut may keep the head of a writer without syncs, and lose the record that it names.
            if said.isEmpty, options.format == .jsonRecords { return }
            try CrashedJournal.check(fileSystem, options, said)
        }
    }

    private static func options(_ format: JournalFormat) -> JournalOptions {
        var settings = CrashedJournal.smallSettings
        // A run of the index would make durable what it tells of.
        settings.tailRecordMaximum = 64
        return CrashedJournal.options(format, settings)
    }

    private static func prepare(_ fileSystem: any FileSystem, _ options: JournalOptions) throws {
        try CrashedJournal.reserve(CrashedJournal.open(fileSystem, options), "p0") { _ in }
    }

    /// What the first one does. Whether it says so is not looked at here.
    private static func work(_ process: SimFS, _ options: JournalOptions) throws {
        try CrashedJournal.reserve(CrashedJournal.open(process, options), "n1", key: "k1") { _ in }
    }

    /// Which syncs the first one is killed before, or fails, from 0: in a quick run the last one, before which the
    /// record stands.
    private static func syncs(_ kind: FileSystemError.Operation, _ options: JournalOptions) throws -> Range<Int> {
        let count = try KillSwitch.count(of: kind, after: { try prepare($0, options) }, in: { try work($0, options) })
        try #require(count > 0)
        return (runsLongTests ? 0 : count - 1)..<count
    }

    /// The record of a file is synced before it has its name, that of a segment afterwards.
    private static func kind(_ format: JournalFormat) -> FileSystemError.Operation {
        format == .jsonRecords ? .syncDirectory : .sync
    }

    @Test(arguments: JournalFormat.allCases, Visit.allCases)
    func nothingAcknowledgedIsLostAfterAKill(format: JournalFormat, visit: Visit) throws {
        let options = Self.options(format)
        let kind = Self.kind(format)
        for (sync, isRead) in try Self.syncs(kind, options).flatMap({ [($0, false), ($0, true)] }) {
            let report = try Self.explore(options, visit, isRead: isRead) { process in
                let kill = KillSwitch(process, at: sync, of: kind)
                try? Self.work(process, options)
                kill.end()
                try CheckFailure.unless(kill.hasKilled, "nobody was killed")
            }
            #expect(report.isClean, "killed before sync \(sync), read: \(isRead): \(report)")
        }
    }

    /// A reader cannot write anew what somebody else's sync has failed for; a writer does.
    @Test(arguments: JournalFormat.allCases, Visit.allCases)
    func nothingAcknowledgedIsLostAfterAFailedSync(format: JournalFormat, visit: Visit) throws {
        let options = Self.options(format)
        let kind = Self.kind(format)
        for sync in try Self.syncs(kind, options) {
            let faults = FaultPlan.on(kind, sync + 1, .error(.inputOutput))
            let report = try Self.explore(options, visit, isRead: false, faults: faults) { process in
                try? Self.work(process, options)
            }
            #expect(report.isClean, "sync \(sync) fails: \(report)")
            #expect(report.operations.contains { $0.fault != nil })
        }
    }
}
