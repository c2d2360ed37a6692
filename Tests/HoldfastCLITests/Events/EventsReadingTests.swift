import Canonical
import Foundation
import HoldfastCLI
import TestSupport
import Testing

@Suite("events read, follow, count, verify, seal")
struct EventsReadingTests {
    private static let golden = "\(Fixtures.directory)/eventlog/session/input"

    /// No event can ever come where another store stands; a log that is not there yet may come.
    @Test func anotherStoreIsNotFollowed() throws {
        let journal = try JournalDirectory()
        #expect(journal.run("init").code == .done)
        CommandRun("events", "follow", journal.path, "--idle", "0.05").expectError(
            .malformedInput,
            "holds a store of another kind"
        )
        #expect(CommandRun("events", "follow", journal.beside("none"), "--idle", "0.05").code == .done)
        // A session's directory is shared with what else belongs to the session.
        try TestFile.write("notes", journal.beside("notes.txt"))
        #expect(CommandRun("events", "follow", journal.beside(""), "--idle", "0.05").code == .done)
    }

    @Test func readPrintsWhatIsStored() throws {
        let run = CommandRun("events", "read", Self.golden, "--json")
        #expect(run.outputBytes == (try Fixtures.bytes("eventlog", "session", "input/events.jsonl")))
        #expect(run.code == .done && run.error.isEmpty)
    }

    @Test func readSelects() throws {
        let lines = CommandRun("events", "read", Self.golden, "--json").lines
        #expect(CommandRun("events", "read", Self.golden, "--json", "--from", "49").lines == Array(lines[49...]))
        #expect(CommandRun("events", "read", Self.golden, "--json", "--limit", "2").lines == Array(lines[..<2]))
        #expect(CommandRun("events", "read", Self.golden, "--json", "--limit", "0").lines == [])
        let types = ["--type", "agent.spawned", "--type", "agent.opened_port"]
        let some = CommandRun(["events", "read", Self.golden, "--json"] + types).lines
        #expect(some == lines.filter { $0.contains("\"agent.spawned\"") || $0.contains("\"agent.opened_port\"") })
        #expect(some.count == 4)
        let limited = CommandRun(["events", "read", Self.golden, "--limit", "1", "--from", "5"] + types)
        #expect(limited.output.hasPrefix("20  2026-07-01T00:00:20Z  agent.opened_port  "))
    }

    /// Two spellings of one character are two types.
    @Test func aTypeIsComparedByteByByte() throws {
        let session = try SessionDirectory()
        let types = ["x.\u{E9}", "x.e\u{301}"]
        let input = types.map { SessionDirectory.event("a", type: $0, more: "") + "\n" }.joined()
        #expect(session.run("append", "--batch", input: input).code == .done)
        for (number, type) in types.enumerated() {
            let lines = session.run("read", "--json", "--type", type).lines
            #expect(lines.count == 1 && lines[0].contains("\"sequence_no\":\(number),"), "\(lines)")
        }
    }

    /// The text for people, in `Golden/events.txt`. To write it anew, run in the package's directory:
    ///
    ///     holdfast events read Fixtures/eventlog/session/input > Tests/HoldfastCLITests/Golden/events.txt
    @Test func theTextIsTheGoldenOne() throws {
        let golden = try FileTree.package.text(of: "Tests/HoldfastCLITests/Golden/events.txt")
        #expect(CommandRun("events", "read", Self.golden).output == golden)
    }

    @Test func badLinesAreNamedOnStandardError() throws {
        let session = try SessionDirectory()
        #expect(session.append("a", "b").code == .done)
        try TestFile.write(try session.text() + "nonsense\n\n{\"torn", session.eventsFile)
        let run = session.run("read", "--json")
        #expect(run.lines.count == 2)
        let errors = run.error.split(separator: "\n")
        #expect(errors.count == 3)
        #expect(errors[0].hasPrefix("line 3 (byte ") && errors[0].contains("is not valid JSON"))
        #expect(errors[1].hasSuffix("the line is blank"))
        #expect(errors[2].hasSuffix("the file ends inside of the line"))
        #expect(run.code == .done)
    }

    @Test(arguments: ["read", "count", "verify", "seal"]) func aSessionThatIsNotThereIsMissing(command: String) throws {
        let session = try SessionDirectory()
        session.run(command).expectError(.missingInput, "there is no directory", "holdfast events append")
        try FileManager.default.createDirectory(atPath: session.eventsFile, withIntermediateDirectories: true)
        session.run(command).expectError(.malformedInput, "is not a session log")
    }

    @Test func countTellsBothNumbers() throws {
        #expect(CommandRun("events", "count", Self.golden).output == "51 events, next number 51\n")
        let session = try SessionDirectory()
        #expect(session.append("a").code == .done)
        #expect(session.run("count").output == "1 event, next number 1\n")
        try TestFile.write(try session.text() + "\n\n", session.eventsFile)
        #expect(session.run("count").output == "1 event on 3 lines, next number 3\n")
        let json = try session.run("count", "--json").json()
        #expect(json["events"] == .integer(1) && json["lines"] == .integer(3))
        #expect(json["next_sequence_no"] == .integer(3))
        #expect(json["size"]?.number?.unsignedValue == UInt64(try session.text().utf8.count))
    }

    @Test func followGivesWhatIsThereAndEndsWhenItIsQuiet() throws {
        let lines = CommandRun("events", "read", Self.golden, "--json").lines
        let all = CommandRun("events", "follow", Self.golden, "--from", "0", "--idle", "0.05", "--json")
        #expect(all.lines == lines && all.code == .done)
        #expect(CommandRun("events", "follow", Self.golden, "--idle", "0.05").output.isEmpty)
        #expect(
            CommandRun("events", "follow", Self.golden, "--from", "3", "--limit", "2", "--json").lines
                == Array(lines[3..<5])
        )
    }

    /// There is quiet when nothing is appended, whatever of it is asked for.
    @Test(arguments: [["--from", "5"], ["--type", "agent.wrote_file"]])
    func whatIsNotPrintedIsNoQuiet(selection: [String]) throws {
        let session = try SessionDirectory()
        #expect(session.append("0").code == .done)
        let path = session.path
        let streams = BufferedStreams()
        var number = 0
        streams.beforeReaderCheck = {
            number += 1
            let (type, more) =
                number == 5 ? ("agent.wrote_file", #","file_path":"f""#) : ("agent.called_tool", #","tool_name":"t""#)
            let input = SessionDirectory.event("\(number)", type: type, more: more)
            #expect(CommandRun(["events", "append", path, "-"], input: Array(input.utf8)).code == .done)
        }
        let words = ["events", "follow", path, "--idle", "0.2", "--limit", "1"] + selection
        let run = CommandRun(words, streams: streams)
        #expect(run.code == .done)
        #expect(run.output.hasPrefix("5  "), "\(run.output)")
    }

    /// A session may be quiet for hours: a viewer that was closed must not leave a process behind.
    @Test func followEndsWhenNobodyReadsAnyMore() throws {
        let streams = BufferedStreams()
        streams.isReaderGone = true
        let run = CommandRun(["events", "follow", Self.golden, "--idle", "30"], streams: streams)
        #expect(run.code == .done)
        #expect(run.error.isEmpty && run.output.isEmpty)
    }

    // MARK: - verify and seal

    @Test func verifySaysOkOrWhere() throws {
        #expect(CommandRun("events", "verify", Self.golden).output == "ok: 51 events, next number 51\n")
        let session = try SessionDirectory()
        #expect(session.append("a", "b", "c").code == .done)
        let lines = try session.text().split(separator: "\n").map(String.init)
        try TestFile.write([lines[0], "x", lines[2], lines[2]].map { $0 + "\n" }.joined(), session.eventsFile)
        let run = session.run("verify")
        #expect(run.code == .refused)
        #expect(run.lines.count == 4)
        #expect(run.lines[0].hasPrefix("line 2 (byte \(lines[0].utf8.count + 1)): malformed_line: "))
        #expect(run.lines[1].hasSuffix(": duplicate_number: the number 2 stands on an earlier line too"))
        #expect(run.lines[2].hasSuffix(": sequence_gap: the number 1 is missing"))
        #expect(run.lines[3].hasPrefix("warning: counter: "))
        let json = try session.run("verify", "--json").json()
        #expect(json["ok"] == .bool(false) && json["failure_count"] == .integer(3))
        #expect(
            json["failures"]?.array?.map { $0["kind"]?.string } == [
                "malformed_line", "duplicate_number", "sequence_gap",
            ]
        )
        #expect(json["failures"]?.array?[1]["line"] == .integer(4))
        #expect(json["warnings"]?.array?.count == 1)
    }

    @Test func aSealShowsTruncation() throws {
        let session = try SessionDirectory()
        #expect(session.append("a", "b").code == .done)
        let sealed = session.run("seal")
        #expect(sealed.output.hasPrefix("sealed: 2 events, "))
        #expect(session.run("verify").output == "ok: 2 events, next number 2, 2 sealed\n")
        let json = try session.run("seal", "--json").json()
        #expect(json["event_count"] == .integer(2) && json["session_id"]?.string == "ssn_1")
        let first = try #require(try session.text().split(separator: "\n").first)
        try TestFile.write(first + "\n", session.eventsFile)
        let run = session.run("verify")
        #expect(run.code == .refused)
        #expect(run.output.contains("seal_broken: "))
        session.run("seal").expectError(.refused, "are not those that were sealed")
    }

    @Test func aSealIsSignedAndTrusted() throws {
        let session = try SessionDirectory()
        #expect(session.append("a").code == .done)
        // Keys that openssl made, of 32 bytes 0x07 and 0x08.
        let secret =
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH\n-----END PRIVATE KEY-----\n"
        try TestFile.write(secret, session.beside("key.pem"))
        let sealed = try session.run("seal", "--sign-key", session.beside("key.pem"), "--json").json()
        let key = try #require(sealed["public_key"]?.string)
        let bytes = try #require(Base64.decode(key, .urlUnpadded))
        let der: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
        func pem(_ key: [UInt8]) -> String {
            "-----BEGIN PUBLIC KEY-----\n\(Base64.encode(der + key, .standard))\n-----END PUBLIC KEY-----\n"
        }
        try TestFile.write(pem(bytes), session.beside("public.pem"))
        #expect(session.run("verify", "--trusted-key", session.beside("public.pem")).code == .done)
        let other = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        try TestFile.write(pem(try #require(Hex.decode(other))), session.beside("other.pem"))
        let distrusted = session.run("verify", "--trusted-key", session.beside("other.pem"))
        #expect(distrusted.code == .refused && distrusted.output.contains("seal_untrusted"))
        session.run("verify", "--trusted-key", session.beside("key.pem")).expectError(.malformedInput, "public key")
        session.run("seal", "--sign-key", session.beside("public.pem")).expectError(.malformedInput, "private key")
        session.run("seal", "--sign-key", session.beside("none")).expectError(.missingInput, "does not exist")
    }

    @Test func lookingChangesNothing() throws {
        let session = try SessionDirectory()
        #expect(session.append("a", "b").code == .done)
        try TestFile.write(try session.text() + "nonsense\n{\"torn", session.eventsFile)
        let before = try TestFile.tree(session.path)
        for command in ["read", "count", "verify"] { _ = session.run(command) }
        _ = session.run("follow", "--from", "0", "--idle", "0.01")
        _ = CommandRun("doctor", session.path)
        _ = CommandRun("report", session.path, "--out", "-")
        #expect(try TestFile.tree(session.path) == before)
    }

    /// The highest number is never given, and is therefore nobody's next one.
    @Test func whereNoNumberIsLeftNoneIsNamed() throws {
        let session = try SessionDirectory()
        _ = session.append("a")
        for (last, next) in [("18446744073709551613", "18446744073709551614"), ("18446744073709551614", nil)] {
            let line = try session.text().split(separator: "\n")[0]
            try TestFile.write(
                line.replacing(/"sequence_no":[0-9]+/, with: "\"sequence_no\":\(last)") + "\n",
                session.eventsFile
            )
            let count = session.run("count")
            #expect(count.output == "1 event, " + (next.map { "next number \($0)\n" } ?? "no number left\n"))
            let json = try CommandRun("events", "count", session.path, "--json").json()
            #expect(json["next_sequence_no"]?.number?.unsignedValue == next.flatMap { UInt64($0) })
            let facts = try CommandRun("doctor", session.path, "--json").json()["facts"]
            #expect(facts?["next_number"]?.string == next ?? "none left")
            let append = session.append("b")
            #expect(append.output == (next.map { "\($0)\n" } ?? ""))
            #expect((append.code == .done) == (next != nil))
        }
    }
}
