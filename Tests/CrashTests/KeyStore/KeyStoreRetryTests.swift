import CrashTesting
import FileSystemSeam
import KeyStore
import TestSupport
import Testing

/// Who tries again after a failed sync, and whoever goes on after a killed process, rests on what the disk may not
/// have: the second sync succeeds, and says nothing of what the first one was for.
@Suite("Second attempts on a key store")
struct KeyStoreRetryTests {
    /// Who makes the second attempt.
    enum Successor: Sendable, CaseIterable {
        /// The same object.
        case handle
        /// Another object, which knows nothing of the first one's failures.
        case process
    }

    /// One thing after the other, each tried until it succeeds.
    struct Work: Sendable, CustomTestStringConvertible {
        typealias Step = @Sendable (any FileSystem, ScopedKeyStore, (KeyAnswer) -> Void) throws -> Void

        let story: KeyStoreStory
        let steps: [Step]
        /// Whether a key is destroyed.
        let destroys: Bool

        var testDescription: String { story.description }

        init(
            _ description: String,
            before: [String] = [],
            recordMaximum: Int = 4096,
            destroys: Bool = false,
            _ steps: [Step]
        ) {
            story = KeyStoreStory(description: description, before: before, recordMaximum: recordMaximum) { _, _, _ in }
            self.steps = steps
            self.destroys = destroys
        }

        /// Does all of it with one object for all attempts, or one for each.
        func work(_ fileSystem: any FileSystem, _ successor: Successor, _ say: (KeyAnswer) -> Void) throws {
            var store: ScopedKeyStore?
            defer { store?.close() }
            for step in steps {
                var attempts = 0
                while true {
                    attempts += 1
                    do throws(any Error) {
                        let opened = try store ?? KeyStoreStory.open(fileSystem, story.recordMaximum)
                        store = opened
                        try step(fileSystem, opened, say)
                        break
                    } catch let error as KeyStoreError {
                        if attempts == 4 { throw error }
                        var isOther = successor == .process
                        // Moved to the other root key in spite of the failure.
                        if case .wrongRoot = error { isOther = true }
                        if isOther {
                            store?.close()
                            store = nil
                        }
                    }
                }
            }
        }
    }

    static let made = Work("is made", [seal("a", "1"), seal("b", "2")])
    static let destroys = Work(
        "destroys a key",
        before: ["p", "q"],
        destroys: true,
        [seal("p", "1"), shred("p"), seal("p", "2")]
    )
    static let fills = Work("fills its journal", before: ["p"], recordMaximum: 3, [seal("p", "1"), seal("a", "1")])
    static let moves = Work("moves to another root key", before: ["p"], [seal("p", "1"), rewrap, seal("a", "1")])

    static let all = [made, destroys, fills, moves]
    /// The quick form has those that make names.
    private static let killed = runsLongTests ? all : [made, moves]
    private static let failing = runsLongTests ? all : [made, destroys]

    private static func seal(_ entity: String, _ text: String) -> Work.Step {
        { _, store, say in try KeyStoreStory.seal(store, entity, text, say) }
    }

    private static func shred(_ entity: String) -> Work.Step {
        { _, store, say in try KeyStoreStory.shred(store, entity, say) }
    }

    private static let rewrap: Work.Step = { fileSystem, store, _ in
        try store.rewrap(KeyStoreStory.root(fileSystem, "second.key"))
    }

    /// The quick form has the syncs of directories, and those of files where a key is destroyed: what they leave lies
    /// beside a receipt. The others are of files that are written again, or given up.
    @Test(arguments: failing, Successor.allCases) func standOnNothingASyncFailedFor(work: Work, successor: Successor)
        throws
    {
        let failsFiles = runsLongTests || work.destroys
        let sweep = FaultSweep.failingEachSync { $0 == .syncDirectory || ($0 == .sync && failsFiles) }
        let report = try sweep.run(
            prepare: work.story.prepare,
            workload: { fileSystem, say in try work.work(fileSystem, successor, say) },
            isOwnError: { $0 is KeyStoreError || $0 is KeyStoreStory.Unfinished },
            recover: KeyStoreStory.recover,
            check: KeyStoreStory.check
        )
        #expect(report.isClean, "\(work.story), \(successor): \(report)")
        #expect(report.plansThatThrew == 0 || runsLongTests, "\(work.story): the second attempt fails, too: \(report)")
        #expect(report.singles > 4, "\(report)")
        print(
            "faults: a key store \(work.story), tried again by the \(successor): \(report.singles) faults, \(report.states) states"
        )
    }

    /// A process is killed before every third of its changes, in a long run before each; another one begins again; then
    /// the power is cut.
    @Test(arguments: killed) func standOnNothingAKilledProcessLeft(work: Work) throws {
        var operation = 0
        var states = 0
        while true {
            let (report, hasKilled) = try Self.explore(work, killedBefore: operation)
            states += report.statistics.states
            #expect(report.isClean, "\(work.story), killed before change \(operation): \(report)")
            if !hasKilled || !report.isClean { break }
            operation += runsLongTests ? 1 : 3
        }
        #expect(operation > 20, "\(work.story)")
        print("faults: a key store \(work.story), killed \(operation) times: \(states) states")
    }

    /// What the second one does not make durable is missed: with as few states as the quick form tries, something is
    /// lost.
    @Test func aSyncOfTheSecondProcessIsNotLeftOutUnnoticed() throws {
        let (clean, _) = try Self.explore(Self.made, killedBefore: 9)
        let last = clean.operations.count { $0.operation == .sync }
        let (report, _) = try Self.explore(Self.made, killedBefore: 9, .on(.sync, last, .lyingSync))
        #expect(clean.isClean && !report.isClean, "\(report)")
    }

    private static func explore(
        _ work: Work,
        killedBefore operation: Int,
        _ faults: FaultPlan = FaultPlan()
    ) throws -> (report: CrashReport, hasKilled: Bool) {
        var explorer = CrashExplorer(.posixMinimal)
        explorer.faults = faults
        // Two are the newest of everything and the oldest: with one nothing would ever be lost.
        explorer.runMaximum = runsLongTests ? 20 : 2
        explorer.sampleCount = runsLongTests ? 20 : 0
        explorer.depth = 1
        explorer.findingMaximum = 1
        explorer.failureMaximum = 1
        var hasKilled = false
        let report = try explorer.explore(
            prepare: work.story.prepare,
            workload: { (fileSystem, say: (KeyAnswer) -> Void) in
                guard let first = fileSystem as? SimFS else { throw CheckFailure("not a simulated process") }
                let second = first.disk.boot()
                let kill = KillSwitch(first, at: operation)
                do {
                    try work.work(first, .handle, say)
                } catch is KeyStoreError {}
                hasKilled = kill.hasKilled
                kill.end()
                try work.work(second, .handle, say)
            },
            recover: KeyStoreStory.recover,
            check: KeyStoreStory.check
        )
        return (report, hasKilled)
    }
}
