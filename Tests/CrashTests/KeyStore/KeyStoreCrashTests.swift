import CrashTesting
import FileSystemSeam
import KeyStore
import TestSupport
import Testing

/// The power is cut at every point of a key store's work, under every model.
@Suite("Power cuts of the key store")
struct KeyStoreCrashTests {
    private static func explorer(_ model: PersistenceModel) -> CrashExplorer {
        var explorer = CrashExplorer(model)
        explorer.runMaximum = runsLongTests ? 1 << 10 : 8
        explorer.sampleCount = runsLongTests ? 300 : 4
        explorer.depth = runsLongTests ? 2 : 1
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
    /// The quick run has the two stories that touch most, and the faults that leave most behind.
    private static let stories = runsLongTests ? KeyStoreStory.all : [.checkpoint, .shred]

    @Test(arguments: stories) func storiesLoseNothingAndBringNothingBack(story: KeyStoreStory) throws {
        for model in runsLongTests ? PersistenceModel.all : [.posixMinimal] {
            var sweep = FaultSweep(model)
            if !runsLongTests {
                sweep.faults = { operation in
                    switch operation {
                    case .sync, .syncDirectory, .rename, .write, .link, .remove: [.error(.inputOutput)]
                    // What is read wrongly must not be written back.
                    case .read: [.flippedBit(3)]
                    default: []
                    }
                }
            }
            sweep.triesPairs = runsLongTests
            sweep.pairMaximum = 200
            sweep.recoveryMaximum = runsLongTests ? 500 : 20
            // Two are the newest of everything and the oldest: with one nothing would ever be lost.
            sweep.explorer.runMaximum = runsLongTests ? 20 : 2
            sweep.explorer.sampleCount = runsLongTests ? 20 : 0
            sweep.explorer.depth = 1
            let report = try sweep.run(
                prepare: story.prepare,
                workload: story.workload,
                isOwnError: { $0 is KeyStoreError || $0 is KeyStoreStory.Unfinished },
                recover: KeyStoreStory.recover,
                check: KeyStoreStory.check
            )
            #expect(report.isClean, "\(story): \(report)")
            #expect(report.plansThatThrew > 20, "\(story): \(report)")
            print("faults: a key store \(story), \(model): \(report.singles) faults, \(report.states) states")
        }
    }
}
