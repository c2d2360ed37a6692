import CrashTestSupport
import CrashTesting
import FileSystemSeam
import KeyStore
import TestSupport
import Testing

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
        Missing(.shred, .sync, 8, "has lost its name"),
        Missing(.shred, .sync, 11, "and 0 tombstones"),
        Missing(.shred, .sync, 12, "the receipt cannot be used"),
        Missing(.shred, .sync, 13, "is damaged"),
        Missing(.shred, .sync, 14, "the keyset has no key"),
        Missing(.shred, .syncDirectory, 6, "the receipt cannot be used"),
        Missing(.shred, .syncDirectory, 7, "the receipt cannot be used"),
    ]

    @Test(arguments: all) func aMissingSyncIsFound(missing: Missing) throws {
        var explorer = CrashExplorer(.posixMinimal)
        explorer.runMaximum = 30
        explorer.sampleCount = 10
        explorer.failureMaximum = 1
        explorer.depth = 1
        explorer.faults = .on(missing.operation, missing.occurrence, .lyingSync)
        let report = try explorer.explore(
            prepare: missing.story.prepare,
            workload: missing.story.workload,
            recover: KeyStoreStory.recover,
            check: KeyStoreStory.check
        )
        #expect(report.findings.first?.message.contains(missing.finding) == true, "\(report)")
    }

    // MARK: - All of them

    private static let opening = "opening does again what another process may have been killed over"
    private static let overwriting = "the bytes of a file without a name: see KeyStoreErasureTests"
    private static let removed =
        "names that come back are removed when the store is opened; the receipt's sync covers them, too"
    private static let slots = "both slots are in one file, or the other one was empty: see anOldRootKeyDoesNotComeBack"
    private static let given =
        "the last record is synced again before it is built on: another process may have been killed over it"

    private static let decided =
        "a decision to destroy: who loses it has the store as it was, and the next checkpoint, once published, tells of it"

    /// Syncs whose loss a power cut does not show, and why they are there.
    private static func spare(in story: KeyStoreStory) -> [String: String] {
        var spare = [
            "syncDirectory /keys/.. 1": opening, "syncDirectory /keys 1": opening, "sync root.key 1": opening,
            "sync journal-… 1": opening,
        ]
        func add(_ reason: String, _ labels: String...) { for label in labels { spare[label] = reason } }
        switch story.description {
        case KeyStoreStory.fresh.description:
            spare = ["syncDirectory keys 1": opening, "sync root.key 1": opening, "syncDirectory keys 4": removed]
        case KeyStoreStory.checkpoint.description:
            add(overwriting, "sync journal-… 5", "sync keyset-… 1")
            add(removed, "syncDirectory /keys 4")
        case KeyStoreStory.shred.description:
            add(overwriting, "sync journal-… 5", "sync keyset-… 1")
            add(given, "sync journal-… 2")
            add(removed, "syncDirectory /keys 4")
        case KeyStoreStory.shredTwice.description:
            add(overwriting, "sync journal-… 5", "sync journal-… 11", "sync keyset-… 1", "sync keyset-… 2")
            add(given, "sync journal-… 2", "sync journal-… 13")
            add(decided, "sync journal-… 8")
            add(removed, "syncDirectory /keys 4", "syncDirectory /keys 8", "syncDirectory /keys 9")
        case KeyStoreStory.rewrap.description:
            add(overwriting, "sync journal-… 4", "sync keyset-… 1")
            add(removed, "syncDirectory /keys 4")
            add(slots, "sync root.key 2", "sync root.key 3", "sync second.key 1")
        case KeyStoreStory.renew.description:
            add(opening, "syncDirectory /keys/.. 2", "syncDirectory /keys 2", "sync root.key 2", "sync journal-… 2")
            add(overwriting, "sync journal-… 5", "sync journal-… 12", "sync keyset-… 1", "sync keyset-… 2")
            add(given, "sync journal-… 14")
            add(decided, "sync journal-… 9")
            add(removed, "syncDirectory /keys 5", "syncDirectory /keys 9", "syncDirectory /keys 10")
        default: break
        }
        return spare
    }

    /// The quick run has those of which ``all`` has none, and that are soon explored.
    private static let stories = runsLongTests ? KeyStoreStory.all : [.mint, .rotate, .rewrap]

    /// Each sync of a story is missed, but for those that are listed.
    @Test(arguments: stories) func noneIsLeftOutUnnoticed(story: KeyStoreStory) throws {
        let spare = Self.spare(in: story)
        var explorer = CrashExplorer(.posixMinimal)
        explorer.runMaximum = runsLongTests ? 300 : 30
        explorer.sampleCount = 10
        explorer.depth = 1
        let syncs = try LeftOutSyncs(
            explorer,
            where: { runsLongTests || spare[$0] == nil },
            prepare: story.prepare,
            workload: story.workload,
            recover: KeyStoreStory.recover,
            check: KeyStoreStory.check
        )
        #expect(syncs.unnoticed == (runsLongTests ? Set(spare.keys) : []), "\(story)")
        #expect(syncs.skipped.isSubset(of: spare.keys))
        #expect(!syncs.noticed.isEmpty)
        print(
            "crash: a key store \(story): \(syncs.noticed.count) syncs were missed, \(syncs.unnoticed.count) were not"
        )
    }

    /// The slots of the old root key are overwritten one after the other; without either sync its secret may be there
    /// again.
    @Test func anOldRootKeyDoesNotComeBack() throws {
        let story = KeyStoreStory.rewrap
        var explorer = CrashExplorer(.posixMinimal)
        (explorer.runMaximum, explorer.sampleCount, explorer.depth, explorer.failureMaximum) = (4, 0, 1, 1)
        func explore() throws -> CrashReport {
            try explorer.explore(
                prepare: story.prepare,
                workload: story.workload,
                recover: KeyStoreStory.recover,
                check: KeyStoreStory.check
            )
        }
        let clean = try explore()
        let syncs = LeftOutSyncs.all(in: clean.operations).filter {
            ["sync root.key 2", "sync root.key 3"].contains($0.label)
        }
        #expect(clean.isClean && syncs.count == 2)
        explorer.faults = FaultPlan(syncs.flatMap(\.fault.entries))
        let report = try explore()
        #expect(report.findings.first?.message.contains("the old root key has secrets") == true, "\(report)")
    }
}
