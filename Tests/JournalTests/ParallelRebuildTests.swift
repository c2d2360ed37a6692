import FileSystemSeam
import Journal
import TestSupport
import Testing

/// An index that several threads make is byte for byte the one that is made line by line.
@Suite("Indexes made by several threads")
struct ParallelRebuildTests {
    private func rebuilt(_ journal: TestJournal, _ handle: ApprovalJournal) throws -> [String: [UInt8]] {
        if journal.exists("indexes") { try journal.remove("indexes") }
        _ = try handle.rebuildIndexes()
        return try journal.contents().filter { $0.key.hasPrefix("indexes/") }
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func areTheSame(seed: UInt64) throws {
        let journal = try RandomJournal(seed: seed, isClean: seed != 1, count: 120).journal
        // Runs have random numbers.
        journal.fileSystem.setRandom(7)
        let expected = try rebuilt(journal, journal.open(threads: 0, chunkRecordMaximum: 1 << 18))
        #expect(expected.count { $0.key.hasSuffix(".run") } == 1)
        for threads in 1...3 {
            let handle = journal.open(threads: threads, blockByteCount: 900 * threads, chunkRecordMaximum: 1 << 18)
            #expect(try rebuilt(journal, handle) == expected, "\(threads) threads")
            // Merged from several chunks its table has another length; it says the same.
            for chunk: UInt64 in [1, 17] {
                _ = try rebuilt(journal, journal.open(threads: threads, chunkRecordMaximum: chunk))
                #expect(try journal.open().verifyAll().warnings == [], "\(threads) threads, chunks of \(chunk)")
            }
        }
    }

    /// What is wrong with the records is said in the same words.
    @Test func refuseTheSame() throws {
        var codes: Set<String> = []
        for seed in 0..<UInt64(12) {
            var random = try RandomJournal(seed: seed, isClean: true, count: 60)
            let journal = random.journal
            if journal.exists("indexes") { try journal.remove("indexes") }
            try random.damage()
            let before = try journal.contents()
            let expected = try journalError { _ = try journal.open(threads: 0).rebuildIndexes() }
            try journal.restore(before)
            let found = try journalError { _ = try journal.open(threads: 3).rebuildIndexes() }
            #expect(found == expected, "seed \(seed)")
            codes.insert(found?.code ?? "rebuilt")
        }
        #expect(codes.isSuperset(of: ["rebuilt", "malformed_record"]), "\(codes)")
    }
}
