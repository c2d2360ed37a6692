import CrashTesting
import FileSystemSeam
import Foundation
import KeyStore
import Testing

/// The power is cut at every point of a key store's work, under every model.
@Suite("Power cuts of the key store")
struct KeyStoreCrashTests {
    private static let isLong = ProcessInfo.processInfo.environment["HOLDFAST_LONG"] != nil

    private static func explorer(_ model: PersistenceModel) -> CrashExplorer {
        var explorer = CrashExplorer(model)
        explorer.runMaximum = isLong ? 1 << 10 : 8
        explorer.sampleCount = isLong ? 300 : 4
        explorer.depth = isLong ? 2 : 1
        return explorer
    }

    @Test(arguments: KeyStoreStory.all, PersistenceModel.all)
    func neverAMixNeverALossNeverAReturn(story: KeyStoreStory, model: PersistenceModel) throws {
        let report = try Self.explorer(model).explore(
            prepare: story.prepare,
            workload: story.workload,
            recover: KeyStoreStory.recover,
            check: KeyStoreStory.check
        )
        #expect(report.isClean, "\(report)")
        print(
            "crash: a key store \(story), \(model): \(report.statistics.states) states, \(report.statistics.mode), "
                + "\(Int(report.statistics.statesPerSecond)) a second"
        )
    }
}

/// Every operation fails once in every way it can.
@Suite("Faults under the key store")
struct KeyStoreFaultTests {
    private static let isLong = ProcessInfo.processInfo.environment["HOLDFAST_LONG"] != nil

    /// The quick run has the two stories that touch most, and the faults that leave most behind.
    private static let stories = isLong ? KeyStoreStory.all : [.checkpoint, .shred]

    @Test(arguments: stories) func loseNothingAndBringNothingBack(story: KeyStoreStory) throws {
        for model in Self.isLong ? PersistenceModel.all : [.posixMinimal] {
            var sweep = FaultSweep(model)
            if !Self.isLong {
                sweep.faults = { operation in
                    switch operation {
                    case .sync, .syncDirectory, .rename, .write, .link, .remove: [.error(.inputOutput)]
                    // What is read wrongly must not be written back.
                    case .read: [.flippedBit(3)]
                    default: []
                    }
                }
            }
            sweep.triesPairs = Self.isLong
            sweep.pairMaximum = 200
            sweep.explorer.runMaximum = Self.isLong ? 20 : 1
            sweep.explorer.sampleCount = Self.isLong ? 20 : 0
            sweep.explorer.depth = 1
            let report = try sweep.run(
                prepare: story.prepare,
                workload: story.workload,
                isOwnError: { $0 is KeyStoreError },
                recover: KeyStoreStory.recover,
                check: KeyStoreStory.check
            )
            #expect(report.isClean, "\(story): \(report)")
            #expect(report.plansThatThrew > 20, "\(story): \(report)")
            print("faults: a key store \(story), \(model): \(report.singles) faults, \(report.states) states")
        }
    }
}

/// Two processes on one store, in orders of their steps with one preemption at most, one of them killed anywhere: some, spread
/// over all of them, and in long runs all.
@Suite("Interleavings of the key store")
struct KeyStoreInterleavingTests {
    private static let isLong = ProcessInfo.processInfo.environment["HOLDFAST_LONG"] != nil

    private static func explore(
        _ first: KeyStoreStory,
        _ second: KeyStoreStory
    ) throws -> InterleavingExplorer.Report {
        var explorer = InterleavingExplorer()
        explorer.preemptionMaximum = 1
        explorer.killMaximum = 1
        explorer.scheduleMaximum = isLong ? 100_000 : 500
        return try explorer.explore(
            prepare: first.prepare,
            processes: [first, second].map { story in
                { @Sendable (fileSystem: any FileSystem, say: (KeyAnswer) -> Void) throws in
                    let store = try KeyStoreStory.open(fileSystem, story.recordMaximum)
                    defer { store.close() }
                    try story.work(fileSystem, store, say)
                }
            }
        ) { fileSystem, outcomes in
            // A box of the scope that the other one destroys may have been sealed before or after that.
            let answers = outcomes.flatMap(\.acknowledged)
            let condemned = answers.filter { if case .condemned = $0 { true } else { false } }
            let sealed = answers.filter { if case .sealed = $0 { true } else { false } }
            let receipts = answers.filter { if case .shredded = $0 { true } else { false } }
            let recovered = try KeyStoreStory.recover(fileSystem)
            try KeyStoreStory.check(recovered, receipts + sealed + condemned)
        }
    }

    @Test func aMintAndADestruction() throws {
        let seal = KeyStoreStory(description: "seals", before: ["p", "q"]) { _, store, say in
            try KeyStoreStory.seal(store, "q", "1", say)
            try KeyStoreStory.seal(store, "new", "2", say)
        }
        let shred = KeyStoreStory(description: "destroys", before: ["p", "q"]) { _, store, say in
            try KeyStoreStory.shred(store, "p", say)
        }
        let report = try Self.explore(seal, shred)
        #expect(report.failure == nil && (report.isComplete || !Self.isLong), "\(report)")
        #expect(report.schedules >= 500 && report.schedulesWithKills > 10, "\(report)")
    }

    @Test func twoMintsOfOneScope() throws {
        let seal = KeyStoreStory(description: "seals", before: ["p"]) { _, store, say in
            try KeyStoreStory.seal(store, "same", "1", say)
        }
        let report = try Self.explore(seal, seal)
        #expect(report.failure == nil && (report.isComplete || !Self.isLong), "\(report)")
        #expect(report.schedules >= 500 && report.schedulesWithKills > 10, "\(report)")
    }
}

/// A sync that is not made, and what is found then: the proof can fail.
@Suite("Missing syncs of the key store")
struct KeyStoreMissingSyncTests {
    struct Missing: Sendable, CustomTestStringConvertible {
        let story: KeyStoreStory
        let operation: FileSystemError.Operation
        let occurrence: Int
        let finding: String

        init(_ story: KeyStoreStory, _ operation: FileSystemError.Operation, _ occurrence: Int, _ finding: String) {
            (self.story, self.operation, self.occurrence, self.finding) = (story, operation, occurrence, finding)
        }

        var testDescription: String { "\(story): \(operation) \(occurrence): \(finding)" }
    }

    // What is not here is done again when the store is opened: overwriting old secrets and old files.
    static let all = [
        Missing(.fresh, .sync, 1, "there is no root key"),
        Missing(.fresh, .sync, 2, "the journal is empty"),
        Missing(.fresh, .sync, 3, "keyset is damaged"),
        Missing(.fresh, .sync, 4, "journal"),
        Missing(.fresh, .sync, 6, "the keyset has no key"),
        Missing(.fresh, .syncDirectory, 1, "is missing"),
        Missing(.fresh, .syncDirectory, 3, "there is no root key"),
        Missing(.fresh, .syncDirectory, 4, "which the keyset names, is missing"),
        Missing(.fresh, .syncDirectory, 5, "is missing"),
        Missing(.checkpoint, .sync, 3, "the keyset has no key"),
        Missing(.checkpoint, .syncDirectory, 3, "has lost its name"),
        Missing(.checkpoint, .syncDirectory, 4, "it was put back"),
        Missing(.shred, .sync, 4, "there is no root key"),
        Missing(.shred, .sync, 6, "keyset is damaged"),
        Missing(.shred, .sync, 11, "and 0 tombstones"),
        Missing(.shred, .sync, 12, "the receipt cannot be used"),
        Missing(.shred, .sync, 13, "is damaged"),
        Missing(.shred, .sync, 14, "the keyset has no key"),
        Missing(.shred, .syncDirectory, 6, "the receipt cannot be used"),
        Missing(.shred, .syncDirectory, 7, "the receipt cannot be used"),
    ]

    @Test(arguments: all) func isFound(missing: Missing) throws {
        var explorer = CrashExplorer(.posixMinimal)
        explorer.runMaximum = 30
        explorer.sampleCount = 10
        explorer.failureMaximum = 1
        explorer.depth = 1
        let entry = FaultPlan.Entry(missing.operation, occurrence: missing.occurrence, .lyingSync)
        explorer.faults = FaultPlan([entry])
        let report = try explorer.explore(
            prepare: missing.story.prepare,
            workload: missing.story.workload,
            recover: KeyStoreStory.recover,
            check: KeyStoreStory.check
        )
        #expect(report.findings.first?.message.contains(missing.finding) == true, "\(report)")
    }
}

/// A key that another process was killed over, between its write and its sync, and that this one is given.
@Suite("Keys that were left half durable")
struct KeyStoreGivenKeyTests {
    static let story = KeyStoreStory(description: "is given a key that is not durable", before: ["p"]) {
        fileSystem,
        store,
        say in
        let other = try KeyStoreStory.open(fileSystem)
        defer { other.close() }
        _ = try other.mint(.entity("a"))
        try other.flush()
        guard let key = try store.key(.entity("a")), let id = try store.keyIDs(of: .entity("a")).first else { return }
        let nonce = [UInt8](repeating: 9, count: 24)
        let ciphertext = try key.seal(nonce: nonce, associatedData: Array("a".utf8), plaintext: Array("1".utf8))
        // This is what says that the box may be acknowledged.
        try store.flush()
        say(.sealed(box: [1] + id.bytes + nonce + ciphertext, entity: "a", text: "1"))
    }

    @Test func areDurableAfterAFlush() throws {
        var explorer = CrashExplorer(.posixMinimal)
        explorer.runMaximum = 30
        explorer.sampleCount = 10
        explorer.depth = 1
        // The sync of the other process's record: it is killed before that, as it were.
        explorer.faults = FaultPlan([FaultPlan.Entry(.sync, occurrence: Self.syncOfTheRecord, .lyingSync)])
        let report = try explorer.explore(
            prepare: Self.story.prepare,
            workload: Self.story.workload,
            recover: KeyStoreStory.recover,
            check: KeyStoreStory.check
        )
        #expect(report.isClean, "\(report)")
    }

    /// Opening (1), the box of `p` (2), the other one's opening (3), its look at the last record (4), and its own (5).
    private static let syncOfTheRecord = 5
}
