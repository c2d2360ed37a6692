import CrashTestSupport
import CrashTesting
import FileSystemSeam
import Journal
import TestSupport
import Testing

/// Takes every sync out of an operation, one at a time: the explorer must notice. What no power cut shows is listed
/// with the work, with the reason why it is there nevertheless; that nothing shows it is looked at in the long form.
@Suite("Syncs of a journal that are left out")
struct JournalSyncTests {
    @Test(arguments: SyncedWork.all)
    func noneIsLeftOutUnnoticed(work: SyncedWork) throws {
        var explorer = CrashExplorer(.posixMinimal)
        explorer.depth = 1
        explorer.runMaximum = runsLongTests ? 1 << 8 : 1 << 5
        explorer.sampleCount = runsLongTests ? 50 : 8
        let syncs = try LeftOutSyncs(
            explorer,
            where: { runsLongTests || work.spare[$0] == nil },
            prepare: work.prepare,
            workload: work.run,
            recover: { $0 },
            check: work.check
        )
        #expect(syncs.unnoticed == (runsLongTests ? Set(work.spare.keys) : []), "\(work)")
        #expect(!syncs.noticed.isEmpty)
        #expect(syncs.skipped.isSubset(of: work.spare.keys))
        print(
            "crash: \(work): of \(syncs.noticed.count + syncs.unnoticed.count + syncs.skipped.count) syncs "
                + "\(syncs.noticed.count) were missed, \(syncs.unnoticed.count) were not, \(syncs.skipped.count) not tried"
        )
    }
}
