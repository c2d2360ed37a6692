import CrashTesting
import FileSystemSeam
import Journal
import Testing

/// The journal's directory is removed, and the next one that is made gets its inode number, as often happens. What is
/// acknowledged then must not rest on names that were durable in the old one.
@Suite("A journal whose directory has the number of one that is gone")
struct JournalReusedNumberTests {
    @Test(arguments: JournalFormat.allCases, [1, 2])
    func nothingAcknowledgedIsLost(format: JournalFormat, calls: Int) throws {
        let options = CrashedJournal.options(format)
        var explorer = CrashExplorer(.posixMinimal)
        explorer.depth = 1
        explorer.runMaximum = 1 << 5
        explorer.sampleCount = 8
        let report = try explorer.explore { fileSystem in
            (fileSystem as? SimFS)?.disk.reusesInodeNumbers = true
        } workload: { (fileSystem, say: (CrashedJournal.Said) -> Void) in
            let journal = CrashedJournal.open(fileSystem, options)
            // Nothing that it has seen tells the two apart.
            for _ in 0..<calls { try journal.create() }
            // Another process makes it anew, and is killed before its first sync.
            let root = try successor(of: fileSystem).openDirectory("/")
            try root.removeRecursively("journal")
            try root.makeDirectory("journal", permissions: .ownerDirectory)
            try root.subdirectory("journal").makeDirectory("records", permissions: .ownerDirectory)
            try CrashedJournal.reserve(journal, "n1", say)
        } recover: { fileSystem in
            fileSystem
        } check: { fileSystem, said in
            // A power cut may leave nothing of either but what was made first.
            if said.isEmpty { return }
            try CrashedJournal.check(fileSystem, options, said)
        }
        #expect(report.isClean, "\(report)")
    }
}
