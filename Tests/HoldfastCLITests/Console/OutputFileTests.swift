import Canonical
import FileSystemSeam
import Foundation
import HoldfastCLI
import TestSupport
import Testing

/// What a command writes takes the place of a file, and of nothing else.
@Suite("Files that commands write")
struct OutputFileTests {
    /// The commands that write a file, without its name.
    private static let commands = [
        ["journal", "export", "JOURNAL", "--out"],
        ["journal", "checkpoint", "JOURNAL", "--sign-key", "KEY", "--origin", "example.org/log", "--note-out"],
        ["report", "JOURNAL", "--out"],
        ["platform", "record", "JOURNAL", "--out"],
        ["crash", "explore", "locks", "--budget", "1", "--html"],
    ]

    private func run(
        _ words: [String],
        _ output: String,
        in temporary: borrowing TemporaryDirectory,
        _ further: [String] = [],
        _ fileSystem: any FileSystem = PosixFileSystem.shared
    ) -> CommandRun {
        let key = temporary.path + "/key.pem"
        let words = words.map { $0 == "JOURNAL" ? temporary.path + "/journal" : $0 == "KEY" ? key : $0 }
        return CommandRun(words + [output] + further, fileSystem: fileSystem)
    }

    private func prepared() throws -> TemporaryDirectory {
        let temporary = try TemporaryDirectory(in: TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk)
        let use = [
            "--grant", "g", "--nonce-digest", JournalDirectory.digest("n"), "--actor", "a", "--action", "x",
            "--subject", "s",
        ]
        #expect(CommandRun(["journal", "reserve", temporary.path + "/journal"] + use).code == .done)
        try Data(JournalProofTests.pem.utf8).write(to: URL(filePath: temporary.path + "/key.pem"))
        return temporary
    }

    @Test(arguments: commands, ["a directory", "a symbolic link", "a FIFO"])
    func whatIsNoFileIsNotReplaced(words: [String], kind: String) throws {
        let temporary = try prepared()
        let place = temporary.path + "/out"
        switch kind {
        case "a directory": try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
        case "a symbolic link":
            try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: "/dev/null")
        default:
            let maker = try Process.run(URL(filePath: "/usr/bin/mkfifo"), arguments: [place])
            maker.waitUntilExit()
        }
        let before = try FileManager.default.attributesOfItem(atPath: place)[.type] as? FileAttributeType
        let result = run(words, place, in: temporary)
        result.expectError(.missingInput, "stands there; nothing was written")
        #expect(try FileManager.default.attributesOfItem(atPath: place)[.type] as? FileAttributeType == before)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: temporary.path).sorted() == [
                "journal", "key.pem", "out",
            ]
        )
    }

    /// A slip in a name must not cost a key, or the records of a store.
    @Test(arguments: commands, ["root.key", "key.pem", "notes.txt"])
    func anotherKindOfFileIsNotReplaced(words: [String], name: String) throws {
        let temporary = try prepared()
        let file = temporary.path + "/" + name
        if name != "key.pem" { try TestFile.write(name == "root.key" ? [0, 1, 2, 3] : Array("{}\n".utf8), file) }
        let before = try TestFile.tree(temporary.path)
        run(words, file, in: temporary).expectError(.usage, "no earlier output of this command", "Nothing was written")
        #expect(try TestFile.tree(temporary.path) == before)
    }

    @Test(arguments: commands)
    func anEarlierOutputAndAnEmptyFileAreReplaced(words: [String]) throws {
        let temporary = try prepared()
        let file = temporary.path + "/out"
        try TestFile.write("", file)
        for _ in 1...2 {
            let done = run(words, file, in: temporary)
            #expect(done.code == .done, "\(done.error)")
            #expect(try !Data(contentsOf: URL(filePath: file)).isEmpty)
        }
    }

    /// The directory cannot be synced once the file stands there: it is not what was there before, and not missing.
    @Test(arguments: commands, [false, true])
    func oneWhoseNameIsNotDurableIsSaidToStand(words: [String], isJSON: Bool) throws {
        let temporary = try prepared()
        let file = temporary.path + "/out"
        try TestFile.write("", file)
        let isNamed = Condition(false)
        let fileSystem = PosixFileSystem { call in
            isNamed.withLock { isNamed in
                if call.description.hasPrefix("rename"), call.description.contains("\"out\"") { isNamed = true }
                return isNamed && call.name == .fsync ? .failure(.inputOutput) : nil
            }
        }
        let result = run(words, file, in: temporary, isJSON ? ["--json"] : [], fileSystem)
        let isNote = words[1] == "checkpoint"
        let rest = isNote ? ["is recorded, as record 2", "its note is written"] : []
        let said = ["out\" stands, whole", "a loss of power may take it away", "copy it"] + rest
        let message: String
        if isJSON {
            let error = try result.jsonError()
            message = error["message"]?.string ?? ""
            #expect(error["code"]?.string == "output_not_durable" && error["errno"] != nil, "\(error)")
            #expect((error["index"] == .integer(2)) == isNote, "\(error)")
        } else {
            message = result.error
        }
        #expect(result.code == .inputOutput, "\(result.error)")
        for part in said { #expect(message.contains(part), "\(message)") }
        #expect(!message.contains("missing"), "\(message)")
        #expect(try !Data(contentsOf: URL(filePath: file)).isEmpty)
        // It is the whole output: another one may take its place.
        #expect(run(words, file, in: temporary).code == .done)
    }

    /// Neither in the place of a store's files nor beside them, where they may be in the way of the store's recovery.
    @Test(arguments: commands)
    func nothingIsWrittenAmongTheFilesOfAStore(words: [String]) throws {
        let temporary = try prepared()
        let session = temporary.path + "/session"
        #expect(CommandRun("events", "append", session, input: SessionDirectory.event("a")).code == .done)
        let keys = temporary.path + "/keys"
        #expect(CommandRun("keys", "init", keys, "--root-key", temporary.path + "/root.key").code == .done)
        let before = try TestFile.tree(temporary.path)
        for place in [
            "journal/journal.json", "journal/new", "journal/segments/00000000000000000001.jsonl", "journal/heads/new",
            "session/events.jsonl", "session/events.new", "keys/keyset", "keys/new",
        ] {
            run(words, temporary.path + "/" + place, in: temporary)
                .expectError(.usage, "among the files of a store", "nothing was written")
        }
        #expect(try TestFile.tree(temporary.path) == before)
        // A session's directory is shared with what else belongs to the session.
        let reports = session + "/reports"
        try FileManager.default.createDirectory(atPath: reports, withIntermediateDirectories: false)
        for place in [session + "/new", reports + "/new"] {
            let done = run(words, place, in: temporary)
            #expect(done.code == .done, "\(done.error)")
        }
    }

    @Test func noJournalIsMadeAmongTheFilesOfAStore() throws {
        let temporary = try prepared()
        let (journal, bundle) = (temporary.path + "/journal", temporary.path + "/bundle")
        #expect(CommandRun("journal", "export", journal, "--out", bundle).code == .done)
        let before = try TestFile.tree(temporary.path)
        for place in [journal + "/inner", journal + "/segments/inner"] {
            for words in [
                ["init", place], ["import", place, "--from", bundle],
                ["convert", journal, "--to", "segments", "--out", place],
            ] {
                CommandRun(["journal"] + words).expectError(.usage, "among the files of a store", "nothing was written")
            }
        }
        let inner = journal + "/inner"
        CommandRun("events", "append", inner, input: SessionDirectory.event("a")).expectError(.usage, "among the files")
        CommandRun("keys", "init", inner, "--root-key", temporary.path + "/r").expectError(.usage, "among the files")
        let use = ["--grant", "g", "--nonce-digest", JournalDirectory.digest("n"), "--actor", "a", "--action", "x"]
        CommandRun(["journal", "reserve", inner, "--subject", "s"] + use).expectError(.usage, "among the files")
        #expect(try TestFile.tree(temporary.path) == before)
        #expect(CommandRun("journal", "init", journal + "/.").code == .done)
        #expect(
            CommandRun("events", "append", temporary.path + "/session", input: SessionDirectory.event("a")).code
                == .done
        )
        #expect(CommandRun("journal", "init", temporary.path + "/session/approvals").code == .done)
    }

    /// What is made first is the outermost directory that is missing, and that is what would lie in the store.
    @Test func noStoreIsMadeBelowADirectoryThatWouldLieAmongTheFilesOfAStore() throws {
        let temporary = try prepared()
        let session = temporary.path + "/session"
        #expect(CommandRun("events", "append", session, input: SessionDirectory.event("a")).code == .done)
        let before = try TestFile.tree(temporary.path)
        let journal = temporary.path + "/journal"
        let use = ["--grant", "g", "--nonce-digest", JournalDirectory.digest("n"), "--actor", "a", "--action", "x"]
        for place in [journal + "/b/c", journal + "//b//c/d/", journal + "/segments/b/c", session + "/events.d/b/c"] {
            for words in [
                ["journal", "init", place], ["journal", "reserve", place, "--subject", "s"] + use,
                ["keys", "init", place, "--root-key", temporary.path + "/r"],
            ] {
                CommandRun(words).expectError(.usage, "among the files of a store", "nothing was written")
            }
            CommandRun("events", "append", place, input: SessionDirectory.event("a"))
                .expectError(.usage, "among the files of a store")
        }
        #expect(try TestFile.tree(temporary.path) == before)
        #expect(CommandRun("journal", "init", session + "/approvals/of/today").code == .done)
        #expect(CommandRun("journal", "init", temporary.path + "/a/b/c").code == .done)
        let lost = CommandRun("journal", "init", journal + "/b/../c")
        #expect(lost.code != .done && !FileManager.default.fileExists(atPath: journal + "/b"), "\(lost.error)")
    }

    @Test func aDashIsNoName() throws {
        let temporary = try prepared()
        run(Self.commands[0], "-", in: temporary).expectError(.usage, "./-")
    }
}

/// A directory is one store's.
@Suite("Two stores in one directory")
struct TwoStoresTests {
    @Test func anotherKindIsNotBegunThere() throws {
        let temporary = try TemporaryDirectory(in: TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk)
        let journal = temporary.path + "/journal"
        #expect(CommandRun("journal", "init", journal).code == .done)
        let names = try FileManager.default.contentsOfDirectory(atPath: journal).sorted()
        CommandRun(["keys", "init", journal]).expectError(.malformedInput, "approval-use journal")
        let event = temporary.path + "/event.json"
        try Data(SessionDirectory.event("a").utf8).write(to: URL(filePath: event))
        CommandRun(["events", "append", journal, event]).expectError(.malformedInput, "approval-use journal")
        #expect(try FileManager.default.contentsOfDirectory(atPath: journal).sorted() == names)
    }

    /// Where somebody put them together all the same, both are looked at.
    @Test func doctorLooksAtBoth() throws {
        let session = try SessionDirectory()
        _ = session.append("a")
        #expect(CommandRun("doctor", session.path).code == .done)
        let segments = session.path + "/segments"
        try FileManager.default.createDirectory(atPath: segments, withIntermediateDirectories: false)
        try Data("{}\n".utf8).write(to: URL(filePath: segments + "/00000000000000000001.jsonl"))
        try Data(
            #"{"kind":"approval-use-journal","version":"v2","format":"segments","journal_id":"jrn_00000000000000000000000000000000"}"#
                .utf8
        )
        .write(to: URL(filePath: session.path + "/journal.json"))
        let run = CommandRun("doctor", session.path)
        #expect(run.code == .refused)
        #expect(run.output.contains("session event log and approval-use journal"), "\(run.output)")
        #expect(run.output.contains("damaged"), "\(run.output)")
    }
}
