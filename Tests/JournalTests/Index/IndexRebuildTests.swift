import FileSystemSeam
import Journal
import TestSupport
import Testing

/// Whoever has the indexes rebuilt is told that they are only when they are.
@Suite("Indexes of a journal in segments that are rebuilt")
struct IndexRebuildTests {
    private static let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk
    private static let count = 12

    /// A journal of few enough records that a handle reads them all when no run is used.
    private func filled() throws -> TestJournal {
        let journal = try TestJournal(.segments, .tiny, in: Self.disk)
        let handle = journal.open()
        for number in 0..<Self.count { _ = try handle.reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
        return journal
    }

    private func runs(_ journal: TestJournal) throws -> [String] {
        try journal.names(in: "indexes").filter { $0.hasSuffix(".run") }.map { "indexes/\($0)" }
    }

    private func warnings(_ journal: TestJournal) throws -> [VerificationWarning.Kind] {
        let report = try journal.open().verifyAll()
        #expect(report.isIntact)
        return report.warnings.map(\.kind)
    }

    private func flip(_ place: Int, of file: String, in journal: TestJournal) throws {
        var bytes = try journal.bytes(file)
        bytes[place] ^= 1
        try journal.write(bytes, to: file)
    }

    /// Also those that tie a run to the records, for which it is not used at all.
    @Test func everyDamagedByteIsMended() throws {
        let journal = try filled()
        let contents = try journal.contents()
        var staleCount = 0
        for file in try runs(journal) {
            for place in stride(from: 0, to: try journal.bytes(file).count, by: runsLongTests ? 1 : 23) {
                try flip(place, of: file, in: journal)
                if try warnings(journal) == [.indexStale] { staleCount += 1 }
                #expect(try journal.open().rebuildIndexes() == UInt64(Self.count))
                #expect(try warnings(journal) == [], "\(file) byte \(place)")
                try journal.restore(contents)
            }
        }
        #expect(staleCount > 20)
    }

    @Test func theNextAppendMendsARunThatIsNotTiedToTheRecords() throws {
        let journal = try filled()
        let file = try #require(try runs(journal).last)
        try flip(try journal.bytes(file).count - 20, of: file, in: journal)
        #expect(try warnings(journal) == [.indexStale])
        // Of a grant for which the damaged page is not asked.
        #expect(try journal.open().reserve(use("grant-b")).index == UInt64(Self.count + 1))
        #expect(try warnings(journal) == [])
        // And what was mended is used.
        journal.fileSystem.forgetCalls()
        _ = try journal.open().head()
        let first = "segments/00000000000000000001.jsonl"
        #expect(!journal.fileSystem.calls.contains { $0.operation == .open && $0.path == first })
    }

    @Test(arguments: [ErrorNumber.notPermitted, .accessDenied, .inputOutput])
    func aRunThatCannotBeRemovedIsTold(code: ErrorNumber) throws {
        let journal = try filled()
        let file = try #require(try runs(journal).first)
        // Within the table, which nobody reads who only opens the journal.
        try flip(512 + 20, of: file, in: journal)
        #expect(try warnings(journal) == [.indexStale])
        journal.fileSystem.setIntercept {
            $0.operation == .remove && $0.path.hasSuffix(".run") ? .failure(code) : nil
        }
        let error = try journalError { _ = try journal.open().rebuildIndexes() }
        guard case .io(let cause, let place)? = error else {
            Issue.record("it was said to be rebuilt: \(try warnings(journal))")
            return
        }
        #expect(cause.code == code)
        #expect(place.hasPrefix("indexes/"))
        journal.fileSystem.setIntercept(nil)
        #expect(try journal.open().rebuildIndexes() == UInt64(Self.count))
        #expect(try warnings(journal) == [])
    }

    /// What was discarded does not come back with a power cut, and stop everything again.
    @Test func evidenceIsDiscardedDurably() throws {
        let journal = try filled()
        let handle = journal.open()
        journal.fileSystem.forgetCalls()
        #expect(try handle.rebuildIndexes(discardingEvidence: true) == UInt64(Self.count))
        let changes = journal.fileSystem.calls.filter(\.isChange)
        let removed = try #require(changes.lastIndex { $0.operation == .removeDirectory && $0.path == "indexes" })
        let synced = changes[removed...].firstIndex { $0.operation == .syncDirectory && $0.path.isEmpty }
        #expect(synced == removed + 1, "\(changes)")
        #expect(try warnings(journal) == [])
    }

    @Test func evidenceThatMayNotBeDiscardedDurablyIsTold() throws {
        let journal = try filled()
        let handle = journal.open()
        journal.fileSystem.setIntercept {
            $0.operation == .syncDirectory && $0.path.isEmpty ? .failure(.inputOutput) : nil
        }
        let error = try journalError { _ = try handle.rebuildIndexes(discardingEvidence: true) }
        #expect(error?.code == "io")
        journal.fileSystem.setIntercept(nil)
        #expect(try journalError { _ = try handle.reserve(use(nonce: "next")) }?.code == "poisoned")
        #expect(try journal.open().reserve(use(nonce: "next")).index == UInt64(Self.count + 1))
        #expect(try warnings(journal) == [])
    }
}
