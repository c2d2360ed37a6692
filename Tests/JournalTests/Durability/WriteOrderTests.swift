import FileSystemSeam
import Foundation
import Journal
import Testing

@Suite("The order of writes and syncs")
struct WriteOrderTests {
    private func changes(_ journal: TestJournal) throws -> [String] {
        let names = try journal.records()
        let nonceFile = "sha256_" + digest("nonce-1").dropFirst("sha256:".count) + ".txt"
        return journal.fileSystem.calls.filter(\.isChange).map { call in
            var text = "\(call)"
            for (offset, name) in names.enumerated() { text.replace(name, with: "<record \(offset + 1)>") }
            text.replace(nonceFile, with: "<nonce>.txt")
            return text
        }
    }

    private static func record(_ number: Int) -> [String] {
        [
            "write records/<record \(number)>.tmp", "sync records/<record \(number)>.tmp",
            "rename records/<record \(number)>.tmp → records/<record \(number)>", "syncDirectory records",
        ]
    }
    private static let head = ["write heads/current.json.tmp", "rename heads/current.json.tmp → heads/current.json"]

    @Test func firstAndSecondAppend() throws {
        let journal = try TestJournal()
        let handle = journal.open()
        _ = try handle.reserve(use())
        #expect(
            try changes(journal) == [
                // The journal's directory, durably: also the one that holds it may be new.
                "syncDirectory ../..", "makeDirectory", "syncDirectory ..", "makeDirectory locks",
                "makeDirectory records", "syncDirectory",
            ] + Self.record(1) + [
                "makeDirectory indexes", "makeDirectory indexes/by-grant", "append indexes/by-grant/grant-a.txt",
                "makeDirectory indexes/by-nonce", "append indexes/by-nonce/<nonce>.txt", "makeDirectory heads",
            ] + Self.head + [
                "write journal.json.tmp", "sync journal.json.tmp", "rename journal.json.tmp → journal.json",
                "syncDirectory",
            ]
        )
        journal.fileSystem.forgetCalls()
        _ = try handle.reserve(use())
        #expect(
            try changes(journal) == Self.record(2) + [
                "append indexes/by-grant/grant-a.txt", "append indexes/by-nonce/<nonce>.txt",
            ] + Self.head
        )
    }

    /// Whoever made the directories may have been killed before they were synced.
    @Test(arguments: [true, false]) func aFreshHandleMakesTheDirectoriesDurable(createsWhenAbsent: Bool) throws {
        let journal = try TestJournal()
        _ = try journal.open().reserve(use())
        journal.fileSystem.forgetCalls()
        _ = try journal.open(JournalOptions(createsWhenAbsent: createsWhenAbsent)).reserve(use())
        let made = try changes(journal).prefix(3)
        #expect(made == ["syncDirectory ..", "makeDirectory records", "syncDirectory"])
    }

    /// Of one that is removed the new one could get the inode number.
    @Test(arguments: [false, true]) func aDirectoryThatWasReplacedIsMadeDurableAgain(isRemoved: Bool) throws {
        let journal = try TestJournal()
        let handle = journal.open()
        try handle.create()
        if isRemoved {
            try FileManager.default.removeItem(atPath: journal.path)
        } else {
            try FileManager.default.moveItem(atPath: journal.path, toPath: journal.path + "-before")
        }
        try journal.open().create()
        journal.fileSystem.forgetCalls()
        _ = try handle.reserve(use())
        #expect(try changes(journal).prefix(3) == ["syncDirectory ..", "makeDirectory records", "syncDirectory"])
    }

    @Test func aRecordsDirectoryThatIsGoneIsMadeDurably() throws {
        let journal = try TestJournal()
        let handle = journal.open()
        try handle.create()
        try journal.remove("records")
        journal.fileSystem.forgetCalls()
        _ = try handle.reserve(use())
        #expect(try changes(journal).prefix(2) == ["makeDirectory records", "syncDirectory"])
    }

    /// Published by a process whose sync of the directory failed: what is on disk is unknown, and syncing the same
    /// file again would prove nothing.
    @Test func anUncertainRecordIsWrittenToAFreshFileFirst() throws {
        let journal = try TestJournal()
        let broken = journal.open()
        _ = try broken.reserve(use())
        journal.fileSystem.setIntercept {
            $0.operation == .syncDirectory && $0.path == "records" ? .failureAfterwards(.inputOutput) : nil
        }
        #expect(try journalError { _ = try broken.reserve(use(nonce: "nonce-2", key: "k")) }?.code == "outcome_unknown")
        journal.fileSystem.setIntercept(nil)
        let record = try journal.record(2)
        let (inode, bytes) = (try journal.inode(record), try journal.bytes(record))
        let handle = journal.open()
        journal.fileSystem.forgetCalls()
        _ = try handle.reserve(use())
        #expect(try journal.inode(record) != inode)
        #expect(try journal.bytes(record) == bytes)
        let order = try changes(journal).filter { $0.contains("records/") || $0 == "syncDirectory records" }
        #expect(order == Self.record(2) + Self.record(3))
        // Once is enough.
        journal.fileSystem.forgetCalls()
        _ = try journal.open().reserve(use())
        #expect(try changes(journal).filter { $0.contains("<record 2>") || $0.contains("<record 3>") } == [])
    }

    /// Also an answer that writes nothing rests on it.
    @Test func aRepeatedRequestIsAnsweredFromADurableRecord() throws {
        let journal = try TestJournal()
        let broken = journal.open()
        journal.fileSystem.setIntercept {
            $0.operation == .syncDirectory && $0.path == "records" ? .failure(.inputOutput) : nil
        }
        #expect(try journalError { _ = try broken.reserve(use(key: "k")) }?.code == "outcome_unknown")
        journal.fileSystem.setIntercept(nil)
        let inode = try journal.inode(try journal.record(1))
        journal.fileSystem.forgetCalls()
        #expect(try journal.open().reserve(use(key: "k")).isExisting)
        #expect(try changes(journal).filter { $0.contains("record") }.suffix(4) == Self.record(1)[...])
        #expect(try journal.inode(try journal.record(1)) != inode)
    }

    /// Readers change nothing, but what they report must be durable: they sync the directory.
    @Test func readersSyncWhatTheHeadDoesNotCover() throws {
        let journal = try TestJournal()
        _ = try journal.open().reserve(use())
        let head = try journal.bytes("heads/current.json")
        _ = try journal.open().reserve(use())
        journal.fileSystem.forgetCalls()
        #expect(try journal.open().uses(forGrant: "grant-a").count == 2)
        #expect(try changes(journal) == [])
        try journal.write(head, to: "heads/current.json")
        #expect(try journal.open().uses(forGrant: "grant-a").count == 2)
        #expect(try changes(journal) == ["syncDirectory records"])
    }

    /// A writer that syncs comes after one that does not: it builds on nothing that a power cut could take.
    @Test func recordsOfAWriterWithoutSyncsAreMadeDurableBeforeTheyAreBuiltOn() throws {
        let journal = try TestJournal()
        _ = try journal.open().reserve(use())
        let careless = journal.open(JournalOptions(durability: .processCrashOnly))
        for _ in 0..<2 { _ = try careless.reserve(use()) }
        let inodes = try (1...3).map { try journal.inode(try journal.record($0)) }
        journal.fileSystem.forgetCalls()
        #expect(try journal.open().records().count == 3)
        #expect(
            try changes(journal)
                == ["sync records/<record 2>", "sync records/<record 3>", "syncDirectory records"]
        )
        let handle = journal.open()
        journal.fileSystem.forgetCalls()
        _ = try handle.reserve(use())
        let order = try changes(journal).filter { $0.contains("records/") || $0 == "syncDirectory records" }
        // The directory once for both of them.
        #expect(order == Self.record(2).dropLast() + Self.record(3) + Self.record(4))
        #expect(try journal.inode(try journal.record(1)) == inodes[0])
        #expect(try journal.inode(try journal.record(2)) != inodes[1])
        journal.fileSystem.forgetCalls()
        _ = try handle.reserve(use())
        #expect(try changes(journal).filter { $0.contains("records/") } == Self.record(5).dropLast())
        #expect(try journal.open().verifyIntegrity().warnings == [])
    }

    /// The record of a writer whose sync failed is not durable for having been seen by one that does not sync, whatever
    /// that does.
    @Test(arguments: ["refused", "repeated", "made", "rebuilt", "appended"])
    func aWriterWithoutSyncsNotesWhatItFindsBeyondTheHead(what: String) throws {
        let journal = try TestJournal()
        let broken = journal.open()
        _ = try broken.reserve(use(), maximumUses: 1)
        journal.fileSystem.setIntercept {
            $0.operation == .syncDirectory && $0.path == "records" ? .failure(.inputOutput) : nil
        }
        #expect(try journalError { _ = try broken.reserve(use(nonce: "nonce-2", key: "k")) }?.code == "outcome_unknown")
        journal.fileSystem.setIntercept(nil)
        journal.fileSystem.forgetCalls()
        let careless = journal.open(JournalOptions(durability: .processCrashOnly))
        switch what {
        case "refused": #expect(throws: JournalError.self) { try careless.reserve(use(), maximumUses: 1) }
        case "repeated": #expect(try careless.reserve(use(nonce: "nonce-2", key: "k")).isExisting)
        case "made": try careless.create()
        case "rebuilt": #expect(try careless.rebuildIndexes() == 2)
        default: #expect(try careless.reserve(use(nonce: "nonce-3")).index == 3)
        }
        #expect(try journal.text("heads/unsynced") == "2\n")
        // The head names it only after that.
        let renamed = journal.fileSystem.calls.compactMap(\.newPath).filter { $0.hasPrefix("heads/") }
        #expect(renamed.prefix(2) == ["heads/unsynced", "heads/current.json"])
        let inode = try journal.inode(try journal.record(2))
        journal.fileSystem.forgetCalls()
        #expect(try journal.open().head() != nil)
        #expect(try changes(journal).contains("sync records/<record 2>"))
        journal.fileSystem.forgetCalls()
        #expect(try journal.open().reserve(use(nonce: "nonce-2", key: "k")).isExisting)
        #expect(try changes(journal).contains("syncDirectory records"))
        #expect(try journal.inode(try journal.record(2)) != inode)
        #expect(!journal.exists("heads/unsynced"))
    }

    /// A head that is lost covers nothing, whatever was noted while it stood.
    @Test func theNoteOfWhatIsNotSyncedGoesBackWithTheHead() throws {
        let journal = try TestJournal()
        for _ in 0..<2 { _ = try journal.open().reserve(use()) }
        let careless = JournalOptions(durability: .processCrashOnly)
        _ = try journal.open(careless).reserve(use())
        #expect(try journal.text("heads/unsynced") == "3\n")
        _ = try journal.open(careless).reserve(use())
        #expect(try journal.text("heads/unsynced") == "3\n")
        try journal.remove("heads/current.json")
        try journal.open(careless).create()
        #expect(try journal.text("heads/unsynced") == "1\n")
    }
}
