import FileSystemSeam
import Foundation
import Journal
import Testing

@Suite("What stands at a journal's path")
struct OddDirectoryTests {
    /// Every way in. None may change anything when it refuses.
    private func expectRefusal(_ journal: TestJournal, _ code: String, readersToo: Bool = true) throws {
        let before = try journal.contents()
        let writers: [() throws -> Void] = [
            { _ = try journal.open().reserve(use()) }, { _ = try journal.open().append(revocation()) },
            { try journal.open().create() },
        ]
        let readers: [() throws -> Void] = [
            { _ = try journal.open().rebuildIndexes() }, { _ = try journal.open().records() },
            { _ = try journal.open().verifyIntegrity() }, { _ = try journal.open().verifyAll() },
            { _ = try journal.open().checkReplay(grant: "g", nonceDigest: "n") },
            { _ = try journal.open().findUse(id: "u") }, { _ = try journal.open().head() },
        ]
        for attempt in writers + (readersToo ? readers : []) { #expect(try journalError(attempt)?.code == code) }
        #expect(try journal.contents() == before)
    }

    @Test(arguments: JournalFormat.allCases)
    func aDirectoryOfSomethingElseIsRefused(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        try journal.write(Array("# notes".utf8), to: "README.md")
        try expectRefusal(journal, "not_a_journal")
        let error = try #require(try journalError { _ = try journal.open().records() })
        #expect("\(error)".contains("README.md"))
    }

    @Test(arguments: JournalFormat.allCases)
    func aManifestOfSomethingElseIsRefused(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        for text in [#"{"kind":"event-log","version":"v1"}"#, "{}", #"{"name":"a-package","version":"1.0.0"}"#] {
            try journal.write(Array(text.utf8), to: "journal.json")
            try journal.write([], to: "records/0000000001.approval-use.0123456789abcdef.json")
            try expectRefusal(journal, "not_a_journal")
        }
    }

    @Test(
        arguments: JournalFormat.allCases,
        [
            #"{"kind":"approval-use-journal","version":"v3","format":"json-records"}"#,
            #"{"kind":"approval-use-journal","version":"v1","format":"parquet"}"#,
            #"{"kind":"approval-use-journal","version":"v1"}"#, #"{"kind":"approval-use-journal"}"#,
            #"{"kind":"approval-use-journal","version":1,"format":"json-records"}"#,
        ]
    )
    func anUnknownFormatIsRefused(format: JournalFormat, manifest: String) throws {
        let journal = try TestJournal(format)
        try journal.write(Array(manifest.utf8), to: "journal.json")
        try expectRefusal(journal, "unsupported_format")
    }

    @Test func membersThatANewerVersionAddedToTheManifestDoNotMatter() throws {
        let journal = try TestJournal()
        let text = #"{"kind":"approval-use-journal","version":"v1","format":"json-records","note":"x"}"#
        try journal.write(Array(text.utf8), to: "journal.json")
        #expect(try journal.open().reserve(use()).index == 1)
        #expect(try journal.text("journal.json") == text)
    }

    @Test(arguments: JournalFormat.allCases)
    func aFileIsRefused(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        try Data("a file".utf8).write(to: URL(filePath: journal.path))
        for attempt in [
            { _ = try journal.open().reserve(use()) }, { _ = try journal.open().records() },
            { _ = try journal.open().verifyIntegrity() },
        ] {
            #expect(try journalError(attempt)?.code == "not_a_journal")
        }
        #expect(try Data(contentsOf: URL(filePath: journal.path)) == Data("a file".utf8))
    }

    @Test(arguments: JournalFormat.allCases)
    func missingParentsAreMade(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let options = JournalOptions(format: format)
        let deep = ApprovalJournal(at: journal.path + "/a/b/c", fileSystem: journal.fileSystem, options: options)
        #expect(try deep.records().isEmpty)
        #expect(!journal.exists(""))
        #expect(try deep.reserve(use()).index == 1)
        #expect(try deep.records().count == 1)
    }

    @Test(arguments: JournalFormat.allCases)
    func readersMakeNothing(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        #expect(try handle.verifyIntegrity().recordCount == 0)
        #expect(try handle.verifyAll().isIntact)
        #expect(try handle.records().isEmpty)
        #expect(try handle.uses(forGrant: "g").isEmpty)
        #expect(try handle.findUse(id: "u") == nil)
        #expect(try handle.findUse(grant: "g", nonceDigest: "n") == nil)
        #expect(try handle.head() == nil)
        #expect(!journal.exists(""))
    }

    @Test(arguments: JournalFormat.allCases)
    func partsOfAJournalAreAnEmptyOne(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        try journal.write([], to: "locks/journal.lock")
        try journal.write(Array("{".utf8), to: "journal.json.tmp")
        #expect(try journal.open().records().isEmpty)
        #expect(try journal.open().reserve(use()).index == 1)
        #expect(try journal.open().verifyIntegrity().warnings == [])
    }

    /// What stands beside the parts of a journal is named before it matters, and named as what is in the way when it
    /// does.
    @Test(arguments: JournalFormat.allCases)
    func strangersAreNamed(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        _ = try journal.open().reserve(use())
        try journal.write([], to: ".holdfast-probe.tmp-0123456789abcdef")
        #expect(try journal.open().verifyIntegrity().warnings == [])
        try journal.remove(".holdfast-probe.tmp-0123456789abcdef")
        try journal.write([], to: "backup.bundle")
        try journal.write([], to: "inner/journal.json")
        for report in [try journal.open().verifyIntegrity(), try journal.open().verifyAll()] {
            #expect(report.isIntact)
            #expect(report.warnings.map(\.kind) == [.foreignFile, .foreignFile])
            #expect(report.warnings.map(\.message).allSatisfy { $0.contains("is no part of a journal") })
        }
        try journal.remove("inner")
        try journal.write(Array("{".utf8), to: "journal.json")
        if format == .segments {
            let error = try #require(try journalError { _ = try journal.open().records() })
            #expect(
                "\(error)".contains("its journal.json cannot be read, but \"backup.bundle\" stands there"),
                "\(error)"
            )
            #expect("\(error)".contains("move that away"), "\(error)")
            try journal.remove("backup.bundle")
        }
        #expect(try journal.open().records().count == 1)
    }

    @Test(arguments: JournalFormat.allCases)
    func theRootMayBeReachedThroughALink(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        _ = try journal.open().reserve(use())
        let link = journal.path + "-link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: journal.path)
        let handle = ApprovalJournal(at: link, fileSystem: journal.fileSystem)
        #expect(try handle.reserve(use()).index == 2)
        #expect(try journal.recordCount() == 2)
    }

    @Test(arguments: ["records", "heads", "locks", "indexes", "indexes/by-grant", "heads/current.json", "journal.json"])
    func linksBelowItAreNotFollowed(name: String) throws {
        let journal = try TestJournal()
        _ = try journal.open().reserve(use(), maximumUses: 1)
        let elsewhere = journal.path + "-elsewhere"
        try FileManager.default.moveItem(atPath: "\(journal.path)/\(name)", toPath: elsewhere)
        try FileManager.default.createSymbolicLink(atPath: "\(journal.path)/\(name)", withDestinationPath: elsewhere)
        let error = try #require(try journalError { _ = try journal.open().reserve(use("grant-b")) })
        #expect(error.code == "io")
        #expect("\(error)".contains("symbolic link"), "\(error)")
        #expect("\(error)".contains("Replace the symbolic link"), "\(error)")
    }

    @Test func aLinkAtARecordIsNotFollowed() throws {
        let journal = try TestJournal()
        _ = try journal.open().reserve(use(), maximumUses: 1)
        let record = try journal.record(1)
        let elsewhere = journal.path + "-elsewhere.json"
        try FileManager.default.moveItem(atPath: "\(journal.path)/\(record)", toPath: elsewhere)
        try FileManager.default.createSymbolicLink(atPath: "\(journal.path)/\(record)", withDestinationPath: elsewhere)
        for attempt in [
            { _ = try journal.open().reserve(use()) }, { _ = try journal.open().verifyIntegrity() },
            { _ = try journal.open().verifyAll() }, { _ = try journal.open().records() },
        ] {
            let error = try #require(try journalError(attempt))
            #expect(error.code == "io")
            #expect("\(error)".hasPrefix(record), "\(error)")
        }
    }

    @Test func aLinkWhereARecordIsWrittenIsNotFollowed() throws {
        let journal = try TestJournal()
        journal.fileSystem.setRandom(3)
        _ = try journal.open().reserve(use())
        let record = try journal.record(1)
        try FileManager.default.removeItem(atPath: journal.path)
        try journal.open().create()
        let victim = journal.path + "-victim"
        try Data("precious".utf8).write(to: URL(filePath: victim))
        try FileManager.default.createSymbolicLink(
            atPath: "\(journal.path)/\(record).tmp",
            withDestinationPath: victim
        )
        #expect(try journal.open().reserve(use()).index == 1)
        #expect(try Data(contentsOf: URL(filePath: victim)) == Data("precious".utf8))
    }

    @Test(arguments: ["records", "heads", "locks", "indexes"])
    func aFileInPlaceOfADirectoryIsNamed(name: String) throws {
        let journal = try TestJournal()
        _ = try journal.open().reserve(use(), maximumUses: 1)
        try journal.remove(name)
        try journal.write(Array("a file".utf8), to: name)
        let error = try #require(try journalError { _ = try journal.open().reserve(use("grant-b")) })
        #expect("\(error)".hasPrefix(name), "\(error)")
        #expect(try journal.text(name) == "a file")
    }

    @Test func aDirectoryInPlaceOfARecordIsNamed() throws {
        let journal = try TestJournal()
        _ = try journal.open().reserve(use())
        let name = "records/0000000002.approval-use.0123456789abcdef.json"
        try journal.write([], to: name + "/x")
        for attempt in [
            { _ = try journal.open().verifyIntegrity() }, { _ = try journal.open().reserve(use()) },
        ] {
            let error = try #require(try journalError(attempt))
            #expect("\(error)".hasPrefix(name), "\(error)")
        }
    }
}
