import FileSystemSeam
import Journal
import TestSupport
import Testing

/// Pages of the index are kept by a handle once they were found right.
@Suite("Pages that are kept")
struct PageCacheTests {
    private static let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk

    private func isConsumed(_ handle: ApprovalJournal, _ number: Int) throws -> Bool {
        try !handle.checkReplay(grant: "g-\(number % 7)", nonceDigest: digest("n-\(number)"), maximumUsesHint: 1).passed
    }

    /// Reads of runs while something is done.
    private func runReads(_ journal: TestJournal, _ body: () throws -> Void) throws -> [SeamCall] {
        journal.fileSystem.forgetCalls()
        try body()
        return journal.fileSystem.calls.filter { $0.operation == .read && $0.path.hasSuffix(".run") }
    }

    @Test func keptPagesAreNotReadAgain() throws {
        let journal = try TestJournal(.segments, in: Self.disk)
        let writer = journal.open()
        for number in 0..<1200 { _ = try writer.reserve(use("g-\(number % 7)", nonce: "n-\(number)"), maximumUses: 1) }
        let handle = journal.open()
        #expect(try isConsumed(handle, 0))
        let first = try runReads(journal) { _ = try isConsumed(handle, 3) }
        #expect(!first.isEmpty)
        // What the handle remembers of single nonces is bounded; pages remain.
        for number in 20_000..<22_000 { #expect(try !isConsumed(handle, number)) }
        let again = try runReads(journal) { _ = try isConsumed(handle, 3) }
        #expect(again.isEmpty, "\(again)")
    }

    /// Also where all runs have one number, as they have where random numbers are not random.
    @Test(arguments: [UInt8?.none, 7])
    func pagesOfAnotherRunAreNotUsed(random: UInt8?) throws {
        let journal = try TestJournal(.segments, .tiny, in: Self.disk)
        if let random { journal.fileSystem.setRandom(random) }
        let (writer, handle) = (journal.open(), journal.open())
        try writer.create()
        for number in 0..<70 {
            #expect(try !isConsumed(handle, number))
            let id = "use_\(number)"
            _ = try writer.reserve(use("g-\(number % 7)", nonce: "n-\(number)", id: id), maximumUses: 1)
            #expect(try isConsumed(handle, number), "\(number)")
            #expect(try isConsumed(handle, number / 2), "\(number)")
        }
        for number in 0..<70 { #expect(try isConsumed(handle, number)) }
        for number in 70..<90 { #expect(try !isConsumed(handle, number)) }
    }

    /// A page that was damaged after it was read is still right; another handle notices.
    @Test func stayRightWhateverBecomesOfTheFile() throws {
        let journal = try TestJournal(.segments, in: Self.disk)
        let writer = journal.open()
        for number in 0..<600 { _ = try writer.reserve(use("g-\(number % 7)", nonce: "n-\(number)"), maximumUses: 1) }
        let handle = journal.open()
        for number in 0..<600 { #expect(try isConsumed(handle, number)) }
        let directory = try PosixFileSystem.shared.openDirectory(journal.path + "/indexes")
        for name in try journal.names(in: "indexes").filter({ $0.hasSuffix(".run") }) {
            let file = try directory.open(name, [.read, .write], permissions: .ownerFile)
            let count = try journal.bytes("indexes/\(name)").count
            try file.writeAll([UInt8](repeating: 0x55, count: count - 512), at: 512)
        }
        for number in 0..<600 { #expect(try isConsumed(handle, number)) }
        for number in stride(from: 0, to: 600, by: 20) {
            let fresh = journal.open()
            #expect(try isConsumed(fresh, number), "\(number)")
        }
        for number in 600..<620 { #expect(try !isConsumed(handle, number)) }
    }
}
