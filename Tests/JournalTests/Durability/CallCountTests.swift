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
        for number in 1...2 { _ = try handle.reserve(use(nonce: "nonce-\(number)")) }
        let early = try calls(journal) { _ = try handle.reserve(use(nonce: "third"), maximumUses: 1) }
        for number in 0..<1200 { _ = try handle.reserve(use("g-\(number)", nonce: "n-\(number)"), maximumUses: 1) }
        #expect(try !journal.names(in: "indexes").filter { $0.hasSuffix(".run") }.isEmpty)
        let late = try calls(journal) { _ = try handle.reserve(use("g-7", nonce: "late"), maximumUses: 1) }
        #expect(early.filter(\.isChange).map(\.operation) == [.write, .sync, .write, .write], "\(early)")
        // The clock of this test stands still, so that the names are looked at each time.
        #expect(early.count <= 22, "\(early.count): \(early)")
        // Besides those, a page of each run for every key.
        #expect(late.count <= early.count + 8, "\(late.count): \(late)")
    }

    /// With the system's own clock, and counted where the calls are made.
    @Test func systemCallsOfAReservationAndOfAQuestion() throws {
        let place = try TemporaryDirectory()
        let calls = Condition([SystemCall]())
        let fileSystem = PosixFileSystem { call in
            calls.withLock { $0.append(call) }
            return nil
        }
        let journal = ApprovalJournal(at: place.path + "/journal", fileSystem: fileSystem)
        for number in 1...2 { _ = try journal.reserve(use(nonce: "n-\(number)")) }
        for _ in 1...2 { _ = try journal.checkReplay(grant: "grant-a", nonceDigest: digest("n-1")) }
        // Until a change would give the directory another time.
        fileSystem.sleep(nanoseconds: 100_000_000)
        for number in 3...4 {
            calls.withLock { $0 = [] }
            _ = try journal.reserve(use(nonce: "n-\(number)"), maximumUses: 1)
        }
        // Asking for the number of the process are two more, which are not shown.
        let reservation = calls.withLock { $0 }
        #expect(reservation.count + 2 <= 20, "\(reservation.count): \(reservation)")
        #expect(reservation.filter { $0.name == .fdatasync || $0.name == .fsync }.count == 1, "\(reservation)")
        for _ in 1...2 {
            calls.withLock { $0 = [] }
            #expect(try !journal.checkReplay(grant: "grant-a", nonceDigest: digest("n-4"), maximumUsesHint: 1).passed)
        }
        let question = calls.withLock { $0 }
        #expect(question.map(\.name) == [.stat, .fstat, .pread], "\(question)")
    }
}
