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
