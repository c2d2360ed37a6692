import Canonical
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
    /// Every command that makes one.
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

    @Test(arguments: readers + writers)
    func anEmptyDirectoryIsAnEmptyJournal(words: [String]) throws {
        let temporary = try TemporaryDirectory()
        let run = Self.run(words, on: temporary.path)
        #expect(run.code == (words[0] == "find" ? .refused : .done), "\(run.error)")
    }
}
