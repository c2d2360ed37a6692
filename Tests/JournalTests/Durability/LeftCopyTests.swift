import FileSystemSeam
import Journal
import Testing

/// Copies that a recovery makes, when it does not come to their end.
@Suite("Copies that a recovery leaves")
struct LeftCopyTests {
    private static let segment = "segments/00000000000000000001.jsonl"

    private func filled() throws -> TestJournal {
        let journal = try TestJournal(.segments)
        let handle = journal.open()
        for number in 1...3 { _ = try handle.reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
        return journal
    }

    /// Tears a line behind the last one.
    private func tear(_ journal: TestJournal) throws {
        var bytes = try journal.bytes(Self.segment)
        let end = try #require(bytes.lastIndex(of: UInt8(ascii: "\n"))) + 1
        bytes.replaceSubrange(end..<end + 5, with: Array("{torn".utf8))
        try journal.write(bytes, to: Self.segment)
    }

    private func expectSound(_ journal: TestJournal) throws {
        #expect(try journal.open().reserve(use(nonce: "n-4")).index == 4)
        let report = try journal.open().verifyAll()
        #expect(report.isIntact && report.warnings == [], "\(report)")
    }

    /// A copy takes as much as the segment, on a disk that is full already.
    @Test(arguments: [FileSystemError.Operation.write, .sync, .rename], [ErrorNumber.noSpace, .inputOutput])
    func aSegmentsCopyThatFailsIsRemoved(operation: FileSystemError.Operation, code: ErrorNumber) throws {
        let journal = try filled()
        try journal.remove("heads/current.json")
        journal.fileSystem.setIntercept {
            $0.operation == operation && $0.path == Self.segment + ".tmp" ? .failure(code) : nil
        }
        #expect(try journalError { _ = try journal.open().reserve(use(nonce: "n-4")) }?.code == "io")
        journal.fileSystem.setIntercept(nil)
        #expect(try journal.names(in: "segments").map { "segments/\($0)" } == [Self.segment])
        try expectSound(journal)
    }

    @Test(arguments: [FileSystemError.Operation.write, .sync, .rename])
    func aTornTailsCopyThatFailsIsRemoved(operation: FileSystemError.Operation) throws {
        let journal = try filled()
        try tear(journal)
        journal.fileSystem.setIntercept {
            $0.operation == operation && $0.path.hasPrefix("quarantine/") ? .failure(.noSpace) : nil
        }
        #expect(try journalError { _ = try journal.open().reserve(use(nonce: "n-4")) }?.code == "io")
        journal.fileSystem.setIntercept(nil)
        #expect(try journal.names(in: "quarantine") == [])
        try expectSound(journal)
        #expect(try journal.names(in: "quarantine").count == 1)
    }

    /// One that was killed cannot remove it, and whoever finds a head needs no copy.
    @Test func theNextWriterRemovesWhatAKilledOneLeft() throws {
        let journal = try filled()
        try journal.write(Array("half".utf8), to: Self.segment + ".tmp")
        for name in ["notes.tmp", "0001.jsonl.tmp"] { try journal.write([], to: "segments/\(name)") }
        let report = try journal.open().verifyAll()
        #expect(report.isIntact)
        #expect(
            report.warnings.map(\.kind).sorted { $0.rawValue < $1.rawValue } == [
                .foreignFile, .foreignFile, .leftoverFile,
            ]
        )
        try journal.open().create()
        #expect(!journal.exists(Self.segment + ".tmp"))
        // What is not its own stays.
        #expect(try journal.open().verifyAll().warnings.map(\.kind) == [.foreignFile, .foreignFile])
    }

    /// It is in nobody's way.
    @Test func oneThatCannotBeRemovedStopsNobody() throws {
        let journal = try filled()
        try journal.write(Array("half".utf8), to: Self.segment + ".tmp/file")
        #expect(try journal.open().reserve(use(nonce: "n-4")).index == 4)
        #expect(try journal.open().verifyAll().warnings.map(\.kind) == [.leftoverFile])
    }

    /// A sync that failed while it was wiped leaves that to the next one.
    @Test func aTornTailThatMayNotBeWipedIsWarnedOf() throws {
        let journal = try filled()
        try tear(journal)
        journal.fileSystem.setIntercept {
            $0.operation == .sync && $0.path == Self.segment ? .failure(.inputOutput) : nil
        }
        #expect(try journalError { try journal.open().create() }?.code == "io")
        journal.fileSystem.setIntercept(nil)
        #expect(try journal.text("heads/current.json").contains("wiping_end"))
        #expect(try journal.open().verifyAll().warnings.map(\.kind) == [.tornTail])
        try journal.open().create()
        #expect(try !journal.text("heads/current.json").contains("wiping_end"))
        #expect(try journal.open().verifyAll().warnings == [])
        try expectSound(journal)
    }

    /// A writer without syncs leaves the durable watermark where it is, but not what it has done.
    @Test func aWriterWithoutSyncsWipesOnce() throws {
        let journal = try TestJournal(.segments)
        let careless = JournalOptions(durability: .processCrashOnly)
        _ = try journal.open().reserve(use(nonce: "n-1"), maximumUses: 1)
        let writer = journal.open(careless)
        for number in 2...3 { _ = try writer.reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
        try tear(journal)
        let next = journal.open(careless)
        #expect(try next.reserve(use(nonce: "n-4")).index == 4)
        let head = try journal.text("heads/current.json")
        #expect(head.contains("unsynced_index") && !head.contains("wiping_end"), "\(head)")
        // Nor is it opened anew, and wiped again, by every later call.
        _ = try next.reserve(use(nonce: "n-5"))
        journal.fileSystem.forgetCalls()
        _ = try next.reserve(use(nonce: "n-6"))
        let calls = journal.fileSystem.calls
        #expect(!calls.contains { $0.operation == .sync || $0.operation == .entries }, "\(calls)")
        #expect(try journal.open().records().count == 6)
    }
}
