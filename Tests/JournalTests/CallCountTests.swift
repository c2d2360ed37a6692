import FileSystemSeam
import Journal
import TestSupport
import Testing

/// What an append costs besides its sync, pinned.
@Suite("Calls of an append")
struct CallCountTests {
    private func calls(_ journal: TestJournal, _ body: () throws -> Void) throws -> [SeamCall] {
        journal.fileSystem.forgetCalls()
        try body()
        // Closing is one, too.
        return journal.fileSystem.calls
    }

    /// A question between appends looks whether something changed, and reads what it is asked about.
    @Test(arguments: [JournalDurability.durable, .processCrashOnly])
    func aQuestionTakesFewCalls(durability: JournalDurability) throws {
        let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk
        let journal = try TestJournal(.segments, .tiny, in: disk)
        let writer = journal.open(JournalOptions(durability: durability))
        for number in 0..<50 { _ = try writer.reserve(use("g-\(number)", nonce: "n-\(number)"), maximumUses: 1) }
        let handle = journal.open()
        func ask(_ number: Int) throws {
            let check = try handle.checkReplay(
                grant: "g-\(number)",
                nonceDigest: digest("n-\(number)"),
                maximumUsesHint: 1
            )
            #expect(!check.passed)
        }
        try ask(0)
        let warm = try calls(journal) { try ask(7) }
        #expect(warm.filter(\.isChange).isEmpty, "\(warm)")
        #expect(!warm.contains { $0.operation == .entries }, "it was opened anew: \(warm)")
        #expect(warm.count <= 25, "\(warm.count): \(warm)")
    }

    @Test func aReservationTakesFewCallsWhateverItsJournalHolds() throws {
        let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk
        let journal = try TestJournal(.segments, in: disk)
        let handle = journal.open()
        _ = try handle.reserve(use(nonce: "first"))
        let early = try calls(journal) { _ = try handle.reserve(use(nonce: "second"), maximumUses: 1) }
        for number in 0..<1200 { _ = try handle.reserve(use("g-\(number)", nonce: "n-\(number)"), maximumUses: 1) }
        #expect(try !journal.names(in: "indexes").filter { $0.hasSuffix(".run") }.isEmpty)
        let late = try calls(journal) { _ = try handle.reserve(use("g-7", nonce: "late"), maximumUses: 1) }
        #expect(early.filter(\.isChange).map(\.operation) == [.write, .sync, .write, .write], "\(early)")
        #expect(early.count <= 40, "\(early.count): \(early)")
        // Besides those, a page of each run for every key.
        #expect(late.count <= early.count + 8, "\(late.count): \(late)")
        print("calls of a reservation: \(early.count), \(late.count): \(late.map(\.description))")
    }
}
