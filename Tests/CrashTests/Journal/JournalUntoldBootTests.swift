import CrashTesting
import FileSystemSeam
import Journal
import TestSupport
import Testing

/// Not every process is told which boot this is: `/proc/sys` may be hidden from one and not from another. One is killed before a
/// sync, fails it, or leaves it out; another goes on or reads; then the power is cut. Nothing that the second one says must rest on bytes
/// that it takes for read from the disk only since it cannot tell the boots apart.
@Suite("A journal of processes that are told different boots")
struct JournalUntoldBootTests {
    /// Which boot a process is told.
    enum Boot: Sendable {
        case none, this, earlier

        func told(_ process: SimFS) -> any FileSystem {
            switch self {
            case .none: OtherBoot(process, bootID: nil)
            case .this: process
            case .earlier: OtherBoot(process, bootID: "an earlier boot")
            }
        }
    }

    /// The boots that the processes are told: the one that made the journal, the one something is done to, and its successor.
    struct Boots: Sendable, CustomTestStringConvertible {
        var maker, first, second: Boot

        var testDescription: String { "\(maker), \(first), \(second)" }

        static let all = [
            Boots(maker: .none, first: .none, second: .this), Boots(maker: .earlier, first: .none, second: .this),
            Boots(maker: .this, first: .none, second: .this), Boots(maker: .none, first: .this, second: .none),
            Boots(maker: .this, first: .none, second: .none), Boots(maker: .earlier, first: .none, second: .none),
            Boots(maker: .none, first: .this, second: .this),
        ]
    }

    /// What the second process does.
    enum Successor: CaseIterable, Sendable {
        case repeats, reads, verifies

        func goOn(_ journal: ApprovalJournal, _ say: (CrashedJournal.Said) -> Void) throws(JournalError) {
            switch self {
            case .repeats:
                try CrashedJournal.reserve(journal, "n1", key: "k1", say)
                try CrashedJournal.reserve(journal, "n2", say)
            case .reads:
                if let head = try journal.head() { say(.summedUp(index: head.index, digest: head.digest)) }
            case .verifies:
                if let head = try journal.verifyAll().head { say(.summedUp(index: head.index, digest: head.digest)) }
            }
        }
    }

    /// Sizes at which no run of the index makes records durable on the way.
    private static let options: JournalOptions = {
        var settings = CrashedJournal.smallSettings
        settings.tailRecordMaximum = 64
        return CrashedJournal.options(.segments, settings)
    }()

    private static func explore(
        _ boots: Boots,
        prepared: Int,
        _ next: Successor,
        faults: FaultPlan = FaultPlan(),
        _ first: @escaping (SimFS, any FileSystem, (CrashedJournal.Said) -> Void) throws -> Void
    ) throws -> CrashReport {
        try CrashExplorer.ofSuccession(under: faults).explore { fileSystem in
            try prepare(fileSystem, boots, prepared)
        } workload: { (fileSystem, say: (CrashedJournal.Said) -> Void) in
            let process = try successor(of: fileSystem)
            try first(process, boots.first.told(process), say)
            let second = boots.second.told(try successor(of: fileSystem))
            try next.goOn(CrashedJournal.open(second, options), say)
        } recover: { fileSystem in
            fileSystem
        } check: { fileSystem, said in
            try CrashedJournal.check(fileSystem, options, said)
        }
    }

    private static func prepare(_ fileSystem: any FileSystem, _ boots: Boots, _ count: Int) throws {
        let journal = CrashedJournal.open(boots.maker.told(try successor(of: fileSystem)), options)
        for number in 0..<count { try CrashedJournal.reserve(journal, "p\(number)") { _ in } }
    }

    /// How many syncs the first process makes.
    private static func syncCount(_ boots: Boots, prepared: Int) throws -> Int {
        let count = try KillSwitch.count(of: .sync) { fileSystem in
            try prepare(fileSystem, boots, prepared)
        } in: { process in
            try CrashedJournal.reserve(CrashedJournal.open(boots.first.told(process), options), "n1") { _ in }
        }
        try #require(count > 0)
        return count
    }

    /// Killed before each of its syncs, on a journal whose last segment has room, and on one that is full.
    @Test(arguments: Boots.all, Successor.allCases)
    func keepsItsWordAfterAKill(boots: Boots, next: Successor) throws {
        for prepared in [1, 2] {
            for sync in 0..<(try Self.syncCount(boots, prepared: prepared)) {
                let report = try Self.explore(boots, prepared: prepared, next) { process, fileSystem, say in
                    let kill = KillSwitch(process, at: sync, of: .sync)
                    try? CrashedJournal.reserve(CrashedJournal.open(fileSystem, Self.options), "n1", key: "k1", say)
                    kill.end()
                    try CheckFailure.unless(kill.hasKilled, "nobody was killed")
                }
                #expect(report.isClean, "\(prepared) before, killed before sync \(sync): \(report)")
            }
        }
    }

    /// A reader cannot write anew what somebody else's sync has failed for; a writer does.
    @Test(arguments: Boots.all)
    func keepsItsWordAfterAFailedSync(boots: Boots) throws {
        for prepared in [1, 2] {
            for sync in 1...(try Self.syncCount(boots, prepared: prepared)) {
                let faults = FaultPlan.on(.sync, sync, .error(.inputOutput))
                let report = try Self.explore(boots, prepared: prepared, .repeats, faults: faults) {
                    _,
                    fileSystem,
                    say in
                    try? CrashedJournal.reserve(CrashedJournal.open(fileSystem, Self.options), "n1", key: "k1", say)
                }
                #expect(report.isClean, "\(prepared) before, sync \(sync) fails: \(report)")
                #expect(report.operations.contains { $0.fault != nil })
            }
        }
    }

    /// What a writer without syncs leaves is not promised by it, but by whoever builds on it.
    @Test(arguments: Boots.all, Successor.allCases)
    func keepsItsWordAfterAWriterWithoutSyncs(boots: Boots, next: Successor) throws {
        var careless = Self.options
        careless.durability = .processCrashOnly
        for prepared in [1, 2] {
            let report = try Self.explore(boots, prepared: prepared, next) { [careless] _, fileSystem, _ in
                let journal = CrashedJournal.open(fileSystem, careless)
                for (nonce, key) in [("n1", "k1"), ("n0", "k0")] {
                    try CrashedJournal.reserve(journal, nonce, key: key) { _ in }
                }
            }
            #expect(report.isClean, "\(prepared) before: \(report)")
        }
    }
}
