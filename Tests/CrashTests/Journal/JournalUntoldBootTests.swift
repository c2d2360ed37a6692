import CrashTesting
import FileSystemSeam
import Journal
import TestSupport
import Testing

/// Not every process is told which boot this is: `/proc/sys` may be hidden from one and not from another. Nor are all
/// told the same: a container may be given a boot of its own by whoever starts it, on the kernel of all others. One
/// process is killed before a sync, fails it, or leaves it out; another goes on or reads; then the power is cut.
/// Nothing that the second one says must rest on bytes that it takes for read from the disk only since it cannot tell
/// the boots apart.
@Suite("A journal of processes that are told different boots")
struct JournalUntoldBootTests {
    /// Which boot a process is told.
    enum Boot: Sendable {
        case none, this, earlier
        /// Another one, at the same time.
        case another

        func told(_ process: SimFS) -> any FileSystem {
            switch self {
            case .none: OtherBoot(process, bootID: nil)
            case .this: process
            case .earlier: OtherBoot(process, bootID: "an earlier boot")
            case .another: OtherBoot(process, bootID: "another boot")
            }
        }
    }

    /// The boots that the processes are told: the one that made the journal, the one something is done to, and its
    /// successor.
    struct Boots: Sendable, CustomTestStringConvertible {
        var maker, first, second: Boot

        var testDescription: String { "\(maker), \(first), \(second)" }

        static let all =
            [
                Boots(maker: .none, first: .none, second: .this), Boots(maker: .earlier, first: .none, second: .this),
                Boots(maker: .this, first: .none, second: .this), Boots(maker: .none, first: .this, second: .none),
                Boots(maker: .this, first: .none, second: .none), Boots(maker: .earlier, first: .none, second: .none),
                Boots(maker: .none, first: .this, second: .this),
            ] + ofContainers

        /// Two at the same time, in turn or one after the other, as where a container is started anew.
        static let ofContainers =
            [
                Boots(maker: .this, first: .another, second: .this),
                Boots(maker: .another, first: .another, second: .this),
                Boots(maker: .this, first: .this, second: .another),
            ]
            + (runsLongTests
                ? [
                    Boots(maker: .earlier, first: .another, second: .this),
                    Boots(maker: .none, first: .another, second: .this),
                ] : [])
    }

    /// What the second process does.
    enum Successor: CaseIterable, Sendable {
        case repeats, reads, verifies
        /// A writer without syncs opens the journal, and appends or not; another one, of the same boot, reads.
        case opensCarelessly, appendsCarelessly

        func goOn(
            _ process: any FileSystem,
            _ options: JournalOptions,
            _ say: (CrashedJournal.Said) -> Void
        ) throws(JournalError) {
            let journal = CrashedJournal.open(process, options)
            var careless = options
            careless.durability = .processCrashOnly
            switch self {
            case .opensCarelessly:
                try CrashedJournal.open(process, careless).create()
                if let head = try journal.head() { say(.summedUp(index: head.index, digest: head.digest)) }
            case .appendsCarelessly:
                try CrashedJournal.reserve(CrashedJournal.open(process, careless), "c") { _ in }
                if let head = try journal.head() { say(.summedUp(index: head.index, digest: head.digest)) }
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
    private static func options(_ format: JournalFormat) -> JournalOptions {
        var settings = CrashedJournal.smallSettings
        settings.tailRecordMaximum = 64
        return CrashedJournal.options(format, settings)
    }

    /// A layout, and the boots that are told there: json-records asks for none, whoever is told what.
    struct Place: Sendable, CustomTestStringConvertible {
        var format: JournalFormat
        var boots: Boots

        var testDescription: String { "\(format): \(boots.testDescription)" }

        static let all =
            Boots.all.map { Place(format: .segments, boots: $0) }
            + [Place(format: .jsonRecords, boots: Boots.ofContainers[0])]
    }

    /// Who comes second where.
    struct Succession: Sendable, CustomTestStringConvertible {
        var place: Place
        var next: Successor

        var testDescription: String { "\(place.testDescription), \(next)" }

        /// In a quick run a writer without syncs comes by, and appends, where two boots are told at the same time.
        static let all = Place.all.flatMap { place in
            Successor.allCases.filter { next in
                switch next {
                case .repeats, .reads: true
                // In json-records verification only looks at what is there.
                case .verifies: place.format == .segments
                case .appendsCarelessly: runsLongTests || [place.boots.first, place.boots.second].contains(.another)
                case .opensCarelessly: runsLongTests
                }
            }.map { Succession(place: place, next: $0) }
        }
    }

    /// The record of a file is synced before it has its name, that of a segment afterwards.
    private static func kind(_ format: JournalFormat) -> FileSystemError.Operation {
        format == .jsonRecords ? .syncDirectory : .sync
    }

    private static func explore(
        _ format: JournalFormat,
        _ boots: Boots,
        prepared: Int,
        _ next: Successor,
        faults: FaultPlan = FaultPlan(),
        _ first: @escaping (SimFS, any FileSystem, (CrashedJournal.Said) -> Void) throws -> Void
    ) throws -> CrashReport {
        let options = options(format)
        return try CrashExplorer.ofSuccession(under: faults).explore { fileSystem in
            try prepare(fileSystem, options, boots, prepared)
        } workload: { (fileSystem, say: (CrashedJournal.Said) -> Void) in
            let process = try successor(of: fileSystem)
            try first(process, boots.first.told(process), say)
            let second = boots.second.told(try successor(of: fileSystem))
            try next.goOn(second, options, say)
        } recover: { fileSystem in
            fileSystem
        } check: { fileSystem, said in
            // A power cut may keep the head of a writer without syncs, and lose the record that it names.
            if said.isEmpty, format == .jsonRecords { return }
            try CrashedJournal.check(fileSystem, options, said)
        }
    }

    private static func prepare(
        _ fileSystem: any FileSystem,
        _ options: JournalOptions,
        _ boots: Boots,
        _ count: Int
    ) throws {
        let journal = CrashedJournal.open(boots.maker.told(try successor(of: fileSystem)), options)
        for number in 0..<count { try CrashedJournal.reserve(journal, "p\(number)") { _ in } }
    }

    /// How many syncs the first process makes.
    private static func syncCount(_ format: JournalFormat, _ boots: Boots, prepared: Int) throws -> Int {
        let options = options(format)
        let count = try KillSwitch.count(of: kind(format)) { fileSystem in
            try prepare(fileSystem, options, boots, prepared)
        } in: { process in
            try CrashedJournal.reserve(CrashedJournal.open(boots.first.told(process), options), "n1") { _ in }
        }
        try #require(count > 0)
        return count
    }

    /// Killed before each of its syncs, on a journal whose last segment has room, and on one that is full.
    @Test(arguments: Succession.all)
    func nothingAcknowledgedIsLostAfterAKill(succession: Succession) throws {
        let (format, boots, next) = (succession.place.format, succession.place.boots, succession.next)
        for prepared in [1, 2] {
            for sync in 0..<(try Self.syncCount(format, boots, prepared: prepared)) {
                let report = try Self.explore(format, boots, prepared: prepared, next) { process, fileSystem, say in
                    let kill = KillSwitch(process, at: sync, of: Self.kind(format))
                    let journal = CrashedJournal.open(fileSystem, Self.options(format))
                    try? CrashedJournal.reserve(journal, "n1", key: "k1", say)
                    kill.end()
                    try CheckFailure.unless(kill.hasKilled, "nobody was killed")
                }
                #expect(report.isClean, "\(prepared) before, killed before sync \(sync): \(report)")
            }
        }
    }

    /// A reader cannot write anew what somebody else's sync has failed for; a writer does.
    @Test(arguments: Place.all)
    func nothingAcknowledgedIsLostAfterAFailedSync(place: Place) throws {
        let (format, boots) = (place.format, place.boots)
        for prepared in [1, 2] {
            for sync in 1...(try Self.syncCount(format, boots, prepared: prepared)) {
                let faults = FaultPlan.on(Self.kind(format), sync, .error(.inputOutput))
                let report = try Self.explore(format, boots, prepared: prepared, .repeats, faults: faults) {
                    _,
                    fileSystem,
                    say in
                    let journal = CrashedJournal.open(fileSystem, Self.options(format))
                    try? CrashedJournal.reserve(journal, "n1", key: "k1", say)
                }
                #expect(report.isClean, "\(prepared) before, sync \(sync) fails: \(report)")
                #expect(report.operations.contains { $0.fault != nil })
            }
        }
    }

    /// What a writer without syncs leaves is not promised by it, but by whoever builds on it.
    @Test(arguments: Succession.all)
    func nothingAcknowledgedIsLostAfterAWriterWithoutSyncs(succession: Succession) throws {
        let (format, boots, next) = (succession.place.format, succession.place.boots, succession.next)
        var careless = Self.options(format)
        careless.durability = .processCrashOnly
        for prepared in [1, 2] {
            let report = try Self.explore(format, boots, prepared: prepared, next) { [careless] _, fileSystem, _ in
                let journal = CrashedJournal.open(fileSystem, careless)
                for (nonce, key) in [("n1", "k1"), ("n0", "k0")] {
                    try CrashedJournal.reserve(journal, nonce, key: key) { _ in }
                }
            }
            #expect(report.isClean, "\(prepared) before: \(report)")
        }
    }

    /// After a power cut the watermark may tell of fewer records than are acknowledged. Whoever opens the journal then,
    /// with syncs or without, may be killed anywhere on the way: what was acknowledged is reported all the same.
    @Test(
        arguments: runsLongTests ? [Boot.this, .none, .another] : [.this],
        [JournalDurability.durable, .processCrashOnly]
    )
    func whatWasAcknowledgedIsReportedWhileItIsMadeSure(mender: Boot, durability: JournalDurability) throws {
        var options = Self.options(.segments)
        options.durability = durability
        for count in runsLongTests ? [2, 3] : [3] {
            var operation = 0
            var isKilled = true
            while isKilled {
                isKilled = false
                var explorer = CrashExplorer.ofSuccession(under: FaultPlan())
                explorer.runMaximum = runsLongTests ? 1 << 10 : 4
                let report = try explorer.explore { _ in
                } workload: { (fileSystem, say: (CrashedJournal.Said) -> Void) in
                    let journal = CrashedJournal.open(fileSystem, Self.options(.segments))
                    for number in 1...count { try CrashedJournal.reserve(journal, "n\(number)", say) }
                } recover: { [options] fileSystem in
                    let process = try successor(of: fileSystem)
                    let kill = KillSwitch(process, at: operation)
                    try? CrashedJournal.open(mender.told(process), options).create()
                    kill.end()
                    if kill.hasKilled { isKilled = true }
                    return try successor(of: fileSystem)
                } check: { fileSystem, said in
                    for reader in [mender, .this] {
                        let journal = CrashedJournal.open(reader.told(fileSystem), Self.options(.segments))
                        let complaint = try CrashedJournal.readers(journal, said)
                        try CheckFailure.unless(complaint == nil, complaint ?? "")
                    }
                    try CrashedJournal.check(fileSystem, Self.options(.segments), said)
                }
                #expect(report.isClean, "\(count) records, killed before change \(operation): \(report)")
                operation += runsLongTests ? 1 : 4
            }
            #expect(operation > 4)
        }
    }
}
