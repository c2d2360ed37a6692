import FileSystemSeam
import Journal
import TestSupport
import Testing

/// A disk without room for more than is there already.
@Suite("A journal on a full disk")
struct FullDiskTests {
    private static let segment = "segments/00000000000000000001.jsonl"

    /// Three uses, of which the head tells of the first only, as a killed writer leaves it.
    private func journal() throws -> TestJournal {
        let journal = try TestJournal(.segments)
        let handle = journal.open()
        _ = try handle.reserve(use(nonce: "n-1"), maximumUses: 1)
        let head = try journal.bytes("heads/current.json")
        for number in 2...3 { _ = try handle.reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
        for file in ["heads/current.json", "indexes/watermark.json"] { try journal.write(head, to: file) }
        return journal
    }

    /// Has the disk be full whenever a segment is written to in some of its writes, from 1.
    private func fill(_ journal: TestJournal, _ code: ErrorNumber, writes: Set<Int>) {
        let count = Condition(0)
        journal.fileSystem.setIntercept { call in
            guard call.operation == .write, call.path == Self.segment else { return nil }
            let number = count.withLock { count in
                count += 1
                return count
            }
            return writes.contains(number) ? .failure(code) : nil
        }
    }

    /// What is there already is written again where it stands, and a length that was never synced need not be a longer
    /// one.
    @Test(arguments: [ErrorNumber.noSpace, .quotaExceeded])
    func recordsThatFitAreMadeDurable(code: ErrorNumber) throws {
        let journal = try journal()
        let size = try journal.bytes(Self.segment).count
        // The first are the records, the second the zeros up to a greater length.
        fill(journal, code, writes: [2])
        journal.fileSystem.forgetCalls()
        #expect(try journal.open().reserve(use(nonce: "n-4"), maximumUses: 1).index == 4)
        let calls = journal.fileSystem.calls.filter { $0.isChange && $0.path == Self.segment }.map(\.operation)
        #expect(calls == [.write, .write, .write, .truncate, .sync, .write, .sync], "\(calls)")
        journal.fileSystem.setIntercept(nil)
        #expect(try journal.bytes(Self.segment).count == size - 1)
        #expect(try ForgedHead(of: journal).size == Int64(size - 1))
        #expect(try journal.open().verifyAll().recordCount == 4)
        #expect(try journal.open().reserve(use(nonce: "n-5"), maximumUses: 1).index == 5)
    }

    /// Without zeros behind the records there is no other length that they would not be torn by.
    @Test func whatCannotBeMadeSureIsNotBuiltOn() throws {
        let journal = try journal()
        var bytes = try journal.bytes(Self.segment)
        bytes.removeLast(bytes.count - 1 - (try #require(bytes.lastIndex(of: UInt8(ascii: "\n")))))
        try journal.write(bytes, to: Self.segment)
        fill(journal, .noSpace, writes: [2])
        #expect(try journalError { _ = try journal.open().reserve(use(nonce: "n-4"), maximumUses: 1) }?.code == "io")
        journal.fileSystem.setIntercept(nil)
        #expect(try journal.bytes(Self.segment) == bytes)
        #expect(try journal.open().reserve(use(nonce: "n-4"), maximumUses: 1).index == 4)
    }
}
