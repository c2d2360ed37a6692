import FileSystemSeam
import Journal
import TestSupport
import Testing

/// The head was written in another boot: before the machine was started anew, or by a process that is told another one
/// at the same time, as in a container. Which of the two is not known.
@Suite("A head of another boot")
struct OtherBootTests {
    private static let head = "heads/current.json"
    private static let copy = "indexes/watermark.json"
    private static let segment = "segments/00000000000000000001.jsonl"
    private static let careless = JournalOptions(durability: .processCrashOnly)

    /// Three durable uses, and the head as it was after some of them, of another boot.
    private func journal(known: Int = 3, boot: String = "another") throws -> TestJournal {
        let journal = try TestJournal(.segments)
        let handle = journal.open()
        var head: ForgedHead?
        for number in 1...3 {
            _ = try handle.reserve(use(nonce: "n-\(number)"), maximumUses: 1)
            if number == known { head = try ForgedHead(of: journal) }
        }
        var forged = try #require(head)
        forged.bootID = boot
        try journal.write(forged.bytes, to: Self.head)
        try journal.write(forged.bytes, to: Self.copy)
        return journal
    }

    private func changes(_ journal: TestJournal, _ body: () throws -> Void) throws -> [SeamCall] {
        journal.fileSystem.forgetCalls()
        try body()
        // Whoever makes a journal makes its own name durable, whatever stands there.
        return journal.fileSystem.calls.filter { $0.isChange && $0.path != ".." }
    }

    @Test(arguments: ["another", ""], [JournalDurability.durable, .processCrashOnly])
    func whereNothingStandsBehindItOnlyTheHeadIsWritten(boot: String, durability: JournalDurability) throws {
        let journal = try journal(boot: boot)
        let before = try ForgedHead(of: journal)
        let read = try changes(journal) { () throws in
            #expect(try journal.open().head()?.index == 3)
            #expect(try journal.open().verifyAll().recordCount == 3)
        }
        #expect(read == [])
        let options = JournalOptions(durability: durability)
        let calls = try changes(journal) { try journal.open(options).create() }
        #expect(calls.map(\.operation) == [.write, .write] && calls.map(\.path) == [Self.head, Self.copy], "\(calls)")
        let after = try ForgedHead(of: journal)
        #expect(after.bootID == PosixFileSystem.shared.processIdentity.bootID)
        #expect(after.index == 3 && after.size == before.size && after.unsyncedIndex == nil)
        // The next one finds its own.
        let again = try changes(journal) { try journal.open(options).create() }
        #expect(again == [])
    }

    @Test(arguments: ["another", ""])
    func whatStandsBehindItIsSyncedOnceBeforeItIsReported(boot: String) throws {
        let journal = try journal(known: 1, boot: boot)
        let reader = journal.open()
        let first = try changes(journal) { () throws in #expect(try reader.head()?.index == 3) }
        #expect(first.map(\.operation) == [.sync, .syncDirectory] && first.map(\.path) == [Self.segment, "segments"])
        let more = try changes(journal) { () throws in
            #expect(try !reader.checkReplay(grant: "grant-a", nonceDigest: digest("n-3")).passed)
            #expect(try reader.uses(forGrant: "grant-a").count == 3)
        }
        #expect(more == [])
        let verified = try changes(journal) { () throws in #expect(try journal.open().verifyAll().recordCount == 3) }
        #expect(verified.map(\.operation) == [.sync, .syncDirectory], "\(verified)")
    }

    @Test(arguments: ["another", ""])
    func whatStandsBehindItIsWrittenAndSyncedOnceBeforeItIsBuiltOn(boot: String) throws {
        let journal = try journal(known: 1, boot: boot)
        let calls = try changes(journal) { () throws in
            let error = try journalError { _ = try journal.open().reserve(use(nonce: "n-3"), maximumUses: 1) }
            #expect(error?.code == "uses_exhausted")
        }
        let synced = try #require(calls.firstIndex { $0.operation == .sync && $0.path == Self.segment }, "\(calls)")
        #expect(calls[..<synced].contains { $0.operation == .write && $0.path == Self.segment }, "\(calls)")
        // Until then it says no more than was known, and is of the boot that it was of.
        #expect(!calls[..<synced].contains { $0.path == Self.head }, "\(calls)")
        #expect(calls.count { $0.operation == .sync } == 1, "\(calls)")
        let head = try ForgedHead(of: journal)
        #expect(head.index == 3 && head.bootID == PosixFileSystem.shared.processIdentity.bootID)
        let again = try changes(journal) { try journal.open().create() }
        #expect(again == [])
    }

    /// It notes them, so that readers of its own boot report them still, and sync them before.
    @Test(arguments: ["another", ""])
    func aWriterWithoutSyncsLeavesWhatStandsBehindItReported(boot: String) throws {
        let journal = try journal(known: 1, boot: boot)
        let calls = try changes(journal) { try journal.open(Self.careless).create() }
        #expect(!calls.contains { $0.operation == .sync }, "\(calls)")
        let read = try changes(journal) { () throws in #expect(try journal.open().head()?.index == 3) }
        #expect(read.contains { $0.operation == .sync && $0.path == Self.segment }, "\(read)")
        #expect(try journal.open().verifyAll().recordCount == 3)
    }

    /// What somebody noted to be overwritten may not be on the disk as zeros yet, wherever that somebody was told to
    /// be.
    @Test func whatIsBeingWipedIsWipedAgain() throws {
        let journal = try journal()
        var head = try ForgedHead(of: journal)
        head.wipingEnd = head.end + 100
        try journal.write(head.bytes, to: Self.head)
        let calls = try changes(journal) { try journal.open().create() }
        #expect(calls.contains { $0.operation == .write && $0.path == Self.segment }, "\(calls)")
        #expect(calls.contains { $0.operation == .sync && $0.path == Self.segment }, "\(calls)")
        #expect(try !journal.text(Self.head).contains("wiping_end"))
    }

    /// Two write in turn. The copy that one wrote last tells less than the head that the other one wrote later.
    @Test func anOlderCopyOfThisBootDoesNotStandInForIt() throws {
        let journal = try TestJournal(.segments)
        for number in 1...2 { _ = try journal.open().reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
        let own = try journal.bytes(Self.copy)
        _ = try journal.open().reserve(use(nonce: "n-3"), maximumUses: 1)
        var head = try ForgedHead(of: journal)
        head.bootID = "another"
        try journal.write(head.bytes, to: Self.head)
        try journal.write(own, to: Self.copy)
        #expect(try journal.open().head()?.index == 3)
        #expect(try !journal.open().checkReplay(grant: "grant-a", nonceDigest: digest("n-3")).passed)
        #expect(try journal.open().verifyAll().recordCount == 3)
    }
}
