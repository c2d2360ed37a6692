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
    func threadsMakeTheSameIndexAsOne(seed: UInt64) throws {
        let journal = try RandomJournal(seed: seed, isClean: seed != 1, count: 60).journal
        // Runs have random numbers.
        journal.fileSystem.setRandom(7)
        let expected = try rebuilt(journal, journal.open(threads: 0, chunkRecordMaximum: 1 << 18))
        #expect(expected.count { $0.key.hasSuffix(".run") } == 1)
        for threads in 1...3 {
            let handle = journal.open(threads: threads, blockByteCount: 900 * threads, chunkRecordMaximum: 1 << 18)
            #expect(try rebuilt(journal, handle) == expected, "\(threads) threads")
        }
        // Merged from several chunks its table has another length; it says the same.
        for (threads, chunk) in [(1, 17), (2, seed == 0 ? 1 : 5), (3, 11)] as [(Int, UInt64)] {
            _ = try rebuilt(journal, journal.open(threads: threads, chunkRecordMaximum: chunk))
            #expect(try journal.open().verifyAll().warnings == [], "\(threads) threads, chunks of \(chunk)")
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

    /// A record that is right in itself, and follows another one than the one before it: where a block begins with it,
    /// only the look across the border tells.
    @Test(arguments: [800, 1500])
    func aBrokenChainIsNoticedAtTheBorderOfBlocks(blockByteCount: Int) throws {
        let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk
        let journal = try TestJournal(.segments, .tiny, in: disk)
        func append(_ numbers: ClosedRange<Int>, _ actor: String = "agent://a") throws {
            let handle = journal.open()
            for number in numbers {
                let use = use("g-\(number % 5)", nonce: "n-\(number)", id: "use_\(number)", actor: actor)
                _ = try handle.reserve(use, maximumUses: 1)
            }
        }
        func line(_ number: Int) throws -> (file: String, range: Range<Int>, bytes: [UInt8]) {
            let id = Array("\"use_\(number)\"".utf8)
            for name in try journal.names(in: "segments") {
                let bytes = try journal.bytes("segments/\(name)")
                guard let place = bytes.firstRange(of: id) else { continue }
                let start = bytes[..<place.lowerBound].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
                let end = try #require(bytes[place.upperBound...].firstIndex(of: UInt8(ascii: "\n")))
                return ("segments/\(name)", start..<end, bytes)
            }
            throw JournalError.missingRecord(index: UInt64(number), evidence: "the test")
        }
        try append(1...29)
        let before = try journal.contents()
        try append(30...30, "agent://b")
        try append(31...31)
        let foreign = try line(31)
        try journal.restore(before)
        try append(30...80)
        let own = try line(31)
        try #require(own.range.count == foreign.range.count)
        var bytes = own.bytes
        bytes.replaceSubrange(own.range, with: foreign.bytes[foreign.range])
        try journal.write(bytes, to: own.file)
        try journal.remove("indexes")
        for threads in 0...3 {
            let handle = journal.open(threads: threads, blockByteCount: blockByteCount)
            let error = try journalError { _ = try handle.rebuildIndexes() }
            guard case .brokenChain(let index, _, _)? = error, index == 31 else {
                Issue.record("\(threads) threads: \(String(describing: error))")
                continue
            }
        }
    }
}
