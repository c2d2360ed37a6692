import FileSystemSeam
import Foundation
import Journal
import Testing

/// Where a journal is expected, nothing else passes for one in which no use was consumed yet.
@Suite("A journal that must be there")
struct ExpectedJournalTests {
    private static let options = JournalOptions(createsWhenAbsent: false)

    /// Every way in.
    private func attempts(_ journal: TestJournal) -> [() throws -> Void] {
        let handle = journal.open(Self.options)
        return [
            { _ = try handle.reserve(use()) }, { _ = try handle.append(use()) },
            { _ = try handle.append(revocation()) },
            { try handle.create() }, { _ = try handle.rebuildIndexes() }, { _ = try handle.records() },
            { _ = try handle.verifyIntegrity() }, { _ = try handle.verifyAll() }, { _ = try handle.format() },
            { _ = try handle.checkReplay(grant: "g", nonceDigest: "n") }, { _ = try handle.findUse(id: "u") },
            { _ = try handle.findUse(grant: "g", nonceDigest: "n") }, { _ = try handle.uses(forGrant: "g") },
            { _ = try handle.head() },
            { _ = try handle.convert(to: .segments, at: journal.path + "-copy") },
        ]
    }

    @Test(arguments: JournalFormat.allCases)
    func aDirectoryThatIsNotThereIsNone(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        for attempt in attempts(journal) { #expect(try journalError(attempt)?.code == "journal_missing") }
        #expect(!journal.exists(""))
        let error = try #require(try journalError { _ = try journal.open(Self.options).head() })
        #expect("\(error)".contains("\(journal.path): there is no such directory"), "\(error)")
    }

    /// A mount point whose file system is not mounted, and what a writer leaves that was killed while it took the lock.
    @Test(arguments: JournalFormat.allCases, [[], ["locks"]])
    func aDirectoryWithNoPartOfOneIsNone(format: JournalFormat, names: [String]) throws {
        let journal = try TestJournal(format)
        for name in ["."] + names {
            let place = journal.path + "/" + name
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        }
        for attempt in attempts(journal) { #expect(try journalError(attempt)?.code == "journal_missing") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: journal.path) == names)
        // Without the option it is an empty journal.
        #expect(try journal.open().checkReplay(grant: "g", nonceDigest: "n").passed)
    }

    @Test(arguments: JournalFormat.allCases)
    func oneThatWasMadeIsUsed(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        try journal.open().create()
        let handle = journal.open(Self.options)
        #expect(try handle.checkReplay(grant: "g", nonceDigest: "n").passed)
        #expect(try handle.reserve(use()).index == 1)
        #expect(try handle.convert(to: format, at: journal.path + "-copy")?.index == 1)
        try FileManager.default.moveItem(atPath: journal.path, toPath: journal.path + "-away")
        for _ in 1...2 {
            #expect(try journalError { _ = try handle.reserve(use()) }?.code == "journal_missing")
            #expect(try journalError { _ = try handle.head() }?.code == "journal_missing")
        }
        #expect(!journal.exists(""))
    }
}
