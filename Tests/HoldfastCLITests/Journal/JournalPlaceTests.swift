import Canonical
import FileSystemSeam
import Foundation
import HoldfastCLI
import TestSupport
import Testing

/// What can stand where a journal's directory is needed.
@Suite("Directories that are no journals")
struct JournalPlaceTests {
    /// Every command that needs a journal, with what else it needs.
    private static let readers: [[String]] = [
        ["find", "--use-id", "u"], ["uses", "--grant", "g"], ["list"], ["head"], ["verify"], ["rebuild-indexes"],
    ]
    /// Every command that writes.
    private static let writers: [[String]] = [
        ["init"], ["revoke", "--grant", "g", "--grant-digest", "d", "--revoker", "r"],
        [
            "reserve", "--grant", "g", "--nonce-digest", JournalDirectory.digest("n"), "--actor", "a", "--action", "x",
            "--subject", "s",
        ],
    ]

    private static func run(_ words: [String], on path: String) -> CommandRun {
        CommandRun(["journal", words[0], path] + words.dropFirst())
    }

    @Test(arguments: readers)
    func aReaderNeedsTheDirectory(words: [String]) throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/none"
        Self.run(words, on: path).expectError(.missingInput, "there is no directory", "holdfast journal init")
        Self.run(words, on: temporary.path + "/a/b/c").expectError(.missingInput, "there is no directory")
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty)
        let json = Self.run(words + ["--json"], on: path)
        #expect(try json.jsonError()["code"]?.string == "missing_input")
    }

    @Test(arguments: readers + writers)
    func aFileInTheWayIsNamed(words: [String]) throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/file"
        try TestFile.write("precious", path)
        Self.run(words, on: path).expectError(.malformedInput, "\(path) is not a journal: a file stands there")
        #expect(FileManager.default.contents(atPath: path) == Data("precious".utf8))
    }

    @Test(arguments: readers + writers)
    func anotherDirectoryIsLeftAlone(words: [String]) throws {
        let temporary = try TemporaryDirectory()
        try TestFile.write("precious", temporary.path + "/thesis.txt")
        let run = Self.run(words, on: temporary.path)
        run.expectError(.malformedInput, "is not a journal", "thesis.txt")
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path) == ["thesis.txt"])
    }

    @Test(arguments: readers + writers)
    func anotherFormatIsNotTouched(words: [String]) throws {
        let temporary = try TemporaryDirectory()
        let manifest = "{\"kind\":\"approval-use-journal\",\"version\":\"v9\",\"format\":\"tapes\"}"
        try TestFile.write(manifest, temporary.path + "/journal.json")
        let run = Self.run(words + ["--json"], on: temporary.path)
        #expect(run.code == .malformedInput)
        #expect(try run.jsonError()["code"]?.string == "unsupported_format")
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path) == ["journal.json"])
    }

    @Test(arguments: readers + writers)
    func aLoopOfLinksIsNotFollowed(words: [String]) throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/loop"
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "loop")
        Self.run(words, on: path).expectError(.missingInput, "ELOOP")
    }

    @Test(arguments: readers + writers)
    func aNameThatIsTooLongIsNamed(words: [String]) throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/" + String(repeating: "x", count: 300)
        Self.run(words, on: path).expectError(.missingInput, "ENAMETOOLONG")
    }

    @Test(arguments: readers + writers)
    func aFileInThePlaceOfRecordsIsAnError(words: [String]) throws {
        let temporary = try TemporaryDirectory()
        try TestFile.write("", temporary.path + "/records")
        let run = Self.run(words, on: temporary.path)
        // The path is right, so that it is not input that is missing.
        run.expectError(.inputOutput, "records", "not a directory", "Move away what stands there")
        #expect(FileManager.default.contents(atPath: temporary.path + "/records") == Data())
    }

    @Test(arguments: readers + writers)
    func aLinkInThePlaceOfRecordsIsAnError(words: [String]) throws {
        let temporary = try TemporaryDirectory()
        let link = temporary.path + "/records"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: temporary.path)
        Self.run(words, on: temporary.path).expectError(.inputOutput, "records", "symbolic link")
    }

    /// A FIFO is neither read, which would hang, nor taken for a file.
    @Test(arguments: [
        ("json-records", "records/0000000002.approval-use.0123456789abcdef.json"),
        ("segments", "segments/00000000000000000002.jsonl"),
    ])
    func aFIFOInThePlaceOfARecordIsNamed(format: String, name: String) throws {
        let journal = try JournalDirectory()
        #expect(journal.run("init", "--format", format).code == .done)
        #expect(journal.reserve().code == .done)
        #expect(mkfifo(journal.path + "/" + name, 0o600) == 0)
        for run in [journal.run("verify"), journal.run("list"), journal.reserve()] {
            run.expectError(.inputOutput, name, "no plain file", "move it away")
            #expect(!run.error.contains("lost"), "\(run.error)")
        }
    }

    @Test(arguments: readers + writers.filter { $0[0] != "revoke" })
    func anEmptyDirectoryIsAnEmptyJournal(words: [String]) throws {
        let temporary = try TemporaryDirectory()
        let run = Self.run(words, on: temporary.path)
        #expect(run.code == (words[0] == "find" ? .refused : .done), "\(run.error)")
        // It may also be a mount point whose file system is not mounted.
        let isReader = Self.readers.contains(words)
        #expect(run.error.contains("note: \(temporary.path) is empty") == isReader, "\(run.error)")
    }
}

/// A mistyped path, or a file system that is not mounted, is not a journal in which nothing was used.
@Suite("A journal that must be there, on the command line")
struct ExistingJournalTests {
    private static let digest = JournalDirectory.digest("n")
    private static let reserve = [
        "reserve", "--grant", "g", "--nonce-digest", digest, "--actor", "a", "--action", "x", "--subject", "s",
    ]
    private static let revoke = ["revoke", "--grant", "g", "--grant-digest", "d", "--revoker", "r"]
    /// Commands that ask for a journal that was made.
    private static let commands = [
        reserve + ["--existing"], ["check", "--grant", "g", "--nonce-digest", digest, "--existing"],
        ["verify", "--existing"], ["repair", "--yes"], revoke, ["export", "--out", "OUT"],
        ["convert", "--to", "segments", "--out", "OUT"],
    ]

    private func run(_ words: [String], on path: String) -> CommandRun {
        CommandRun(["journal", words[0], path] + words.dropFirst().map { $0 == "OUT" ? path + "-out" : $0 })
    }

    @Test(arguments: commands, [false, true])
    func nothingIsMadeOrAnswered(words: [String], isDirectoryThere: Bool) throws {
        let journal = try JournalDirectory()
        if isDirectoryThere {
            try FileManager.default.createDirectory(atPath: journal.path, withIntermediateDirectories: false)
        }
        run(words, on: journal.path).expectError(.missingInput, journal.path, "heck the path")
        #expect(FileManager.default.fileExists(atPath: journal.path) == isDirectoryThere)
        #expect(!FileManager.default.fileExists(atPath: journal.path + "-out"))
        if isDirectoryThere {
            run(words, on: journal.path).expectError(.missingInput, "the directory is empty", "mounted")
            #expect(try run(words + ["--json"], on: journal.path).jsonError()["code"]?.string == "journal_missing")
            #expect(try FileManager.default.contentsOfDirectory(atPath: journal.path).isEmpty)
        }
        #expect(journal.run("init").code == .done)
        #expect(run(words, on: journal.path).code == .done)
    }

    @Test func aBundleOfNothingTakesNoPlace() throws {
        let journal = try JournalDirectory()
        #expect(journal.reserve().code == .done)
        let bundle = journal.beside("bundle")
        #expect(journal.run("export", "--out", bundle).code == .done)
        let before = FileManager.default.contents(atPath: bundle)
        try FileManager.default.moveItem(atPath: journal.path, toPath: journal.beside("away"))
        try FileManager.default.createDirectory(atPath: journal.path, withIntermediateDirectories: false)
        #expect(journal.run("export", "--out", bundle).code == .missingInput)
        #expect(FileManager.default.contents(atPath: bundle) == before)
    }

    /// What a full disk leaves of the making of a journal: no part of one.
    @Test(arguments: [["verify"], ["list"], ["head"], ["check", "--grant", "g", "--nonce-digest", digest]])
    func aJournalThatWasNotFinishedIsTold(words: [String]) throws {
        let journal = try JournalDirectory()
        try FileManager.default.createDirectory(atPath: journal.path + "/locks", withIntermediateDirectories: true)
        let begun = run(words, on: journal.path)
        #expect(begun.code == .done)
        #expect(
            begun.error
                == "note: \(journal.path) holds nothing of a journal, and no journal was made there yet; is its file "
                + "system mounted?\n"
        )
        #expect(journal.run("init").code == .done)
        #expect(run(words, on: journal.path).error.isEmpty)
    }

    /// The words of the library are not those of the command line.
    @Test func whatIsSaidOfAnEmptyJournalFitsTheCommand() throws {
        let temporary = try TemporaryDirectory()
        let run = CommandRun("journal", "repair", temporary.path, "--yes")
        run.expectError(.missingInput, "a new journal is made with holdfast journal init")
        #expect(!run.error.contains("create()"), "\(run.error)")
        #expect(CommandRun("journal", "init", temporary.path).code == .done)
        CommandRun("journal", "checkpoint", temporary.path)
            .expectError(.usage, "there is nothing to sum up: the journal is empty. Nothing was written")
        CommandRun("journal", "checkpoint", temporary.path, "--to", "1")
            .expectError(.usage, "--to must name a record, and the journal is empty")
    }

    @Test func aFileThatMayNotGrowIsNotAWrongOne() throws {
        let journal = try JournalDirectory()
        #expect(journal.reserve().code == .done)
        let limited = PosixFileSystem { call in call.name == .pwrite ? .failure(.fileTooLarge) : nil }
        CommandRun(["journal", "revoke", journal.path] + Self.revoke.dropFirst(), fileSystem: limited)
            .expectError(.inputOutput, "EFBIG", "Raise the limit on the size of files (ulimit -f)")
    }

    /// What the empty directory says without the option, as ever.
    @Test func checkOfAnEmptyDirectoryPassesAndSaysSo() throws {
        let temporary = try TemporaryDirectory()
        let run = CommandRun("journal", "check", temporary.path, "--grant", "g", "--nonce-digest", Self.digest)
        #expect(run.code == .done)
        #expect(run.error.contains("is empty, and no journal was made there yet"), "\(run.error)")
    }
}
