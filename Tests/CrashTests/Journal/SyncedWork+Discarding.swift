import CrashTesting
import FileSystemSeam
import Journal

extension SyncedWork {
    /// Records were removed, and a run names them. Whoever is told that it is discarded may append, also after a power
    /// cut.
    static let discards = [
        SyncedWork(
            "evidence is discarded",
            CrashedJournal.options(.segments),
            spare: ["syncDirectory /journal/.. 1": maker, "sync …3.jsonl 1": begun],
            prepare: removeRecords
        ) { fileSystem, options, say in
            let journal = CrashedJournal.open(fileSystem, options)
            let count = try journal.rebuildIndexes(discardingEvidence: true)
            try CheckFailure.unless(count == 2, "\(count) records were walked")
            try CrashedJournal.reserve(journal, "n1", say)
        } check: { fileSystem, options, said in
            // Before, it may still stop everything.
            if !said.isEmpty { try CrashedJournal.check(fileSystem, options, said) }
        }
    ]

    /// Leaves two of four records, and the head of when there were two.
    @Sendable private static func removeRecords(_ fileSystem: any FileSystem, _ options: JournalOptions) throws {
        let journal = CrashedJournal.open(fileSystem, options)
        for nonce in ["p1", "p2"] { try CrashedJournal.reserve(journal, nonce) { _ in } }
        let heads = try fileSystem.openDirectory("\(CrashedJournal.path)/heads")
        let head = try heads.readFile("current.json", maximumBytes: 1 << 10)
        for nonce in ["p3", "p4"] { try CrashedJournal.reserve(journal, nonce) { _ in } }
        try heads.open("current.json", [.read, .write], permissions: .ownerFile).writeAll(head, at: 0)
        let segments = try fileSystem.openDirectory("\(CrashedJournal.path)/segments")
        for name in try segments.entries().map(\.name).sorted().dropFirst() { try segments.remove(name) }
        try fileSystem.openDirectory("\(CrashedJournal.path)/indexes").remove("watermark.json")
        let report = try CrashedJournal.open(fileSystem, options).verifyAll()
        try CheckFailure.unless(!report.failures.isEmpty, "nothing names the records that were removed")
    }
}
