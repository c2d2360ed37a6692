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

    private func run(_ words: [String], _ output: String, in temporary: borrowing TemporaryDirectory) -> CommandRun {
        let key = temporary.path + "/key.pem"
        let words = words.map { $0 == "JOURNAL" ? temporary.path + "/journal" : $0 == "KEY" ? key : $0 }
        return CommandRun(words + [output])
    }

    private func prepared() throws -> TemporaryDirectory {
        let temporary = try TemporaryDirectory(in: TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk)
        #expect(CommandRun("journal", "init", temporary.path + "/journal").code == .done)
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
