import Canonical
import Foundation
import HoldfastCLI
import TestSupport
import Testing

@Suite("events append")
struct EventsAppendTests {
    @Test func printsTheNumber() throws {
        let session = try SessionDirectory()
        #expect(session.run("append", input: SessionDirectory.event("a")).output == "0\n")
        #expect(session.run("append", input: SessionDirectory.event("b") + "\n").output == "1\n")
        let json = try session.run("append", "--json", input: SessionDirectory.event("c")).json()
        #expect(json["sequence_no"]?.number?.unsignedValue == 2)
        #expect(try session.text().split(separator: "\n").count == 3)
    }

    @Test func readsAFileOverSeveralLines() throws {
        let session = try SessionDirectory()
        let pretty = SessionDirectory.event("a").replacing(",", with: ",\n   ")
        try TestFile.write(pretty, session.beside("event.json"))
        #expect(session.run("append", session.beside("event.json")).output == "0\n")
        #expect(try session.text().filter { $0 == "\n" }.count == 1)
        #expect(try session.text().hasPrefix(#"{"session_id":"ssn_1","event_id":"evt_"#))
    }

    @Test func appendsABatch() throws {
        let session = try SessionDirectory()
        let input = "\n" + SessionDirectory.event("a") + "\r\n\n  \n" + SessionDirectory.event("b")
        #expect(session.run("append", "--batch", input: input).output == "0\n1\n")
        let run = session.run("append", "--batch", "--json", "--durability", "every", input: input)
        #expect(try run.json()["sequence_numbers"] == .array([.integer(2), .integer(3)]))
        #expect(session.run("append", "--batch", input: "").output == "")
        #expect(try session.run("append", "--batch", "--json", input: "\n").json()["sequence_numbers"] == .array([]))
    }

    @Test func aLargeBatchIsAppendedInParts() throws {
        let session = try SessionDirectory()
        let long = SessionDirectory.event(String(repeating: "x", count: 900_000)) + "\n"
        let run = session.run("append", "--batch", input: String(repeating: long, count: 12))
        #expect(run.lines == (0..<12).map(String.init))
        #expect(session.run("verify").code == .done)
    }

    @Test func unknownMembersAndTypesAreKept() throws {
        let session = try SessionDirectory()
        let event = SessionDirectory.event("a", type: "tool.own", more: #","x":{"b":1.0,"a":[1e2]}"#)
        #expect(session.run("append", input: event).code == .done)
        #expect(try session.text().hasSuffix(#""type":"tool.own","x":{"b":1.0,"a":[1e2]}}"# + "\n"))
    }

    @Test(arguments: [
        ("", "unexpected end", "is not valid JSON"), ("{", "", "is not valid JSON"), ("[]", "", "is an array"),
        ("{\"type\":\"x\"}", "session_id", "is missing"),
        (SessionDirectory.event("a", more: ""), "tool_name", "is missing"),
        (SessionDirectory.event("a") + SessionDirectory.event("b"), "", "something follows"),
    ])
    func whatIsNoEventIsMalformed(input: String, member: String, reason: String) throws {
        let session = try SessionDirectory()
        session.run("append", input: input).expectError(.malformedInput, "standard input", reason)
        #expect(!FileManager.default.fileExists(atPath: session.path))
        let error = try session.run("append", "--json", input: input).jsonError()
        #expect(error["code"]?.string == "malformed_event")
    }

    @Test func oneBadLineOfABatchStopsAllOfIt() throws {
        let session = try SessionDirectory()
        let input = SessionDirectory.event("a") + "\n\nnonsense\n" + SessionDirectory.event("b") + "\n"
        session.run("append", "--batch", input: input).expectError(.malformedInput, "standard input, line 3")
        #expect(!FileManager.default.fileExists(atPath: session.path))
    }

    @Test func whatIsTooLongIsRefused() throws {
        let session = try SessionDirectory()
        let run = session.run("append", input: SessionDirectory.event(String(repeating: "x", count: 1 << 20)))
        run.expectError(.malformedInput, "at most 1048576 are allowed")
        #expect(!FileManager.default.fileExists(atPath: session.path))
    }

    /// A large input is appended in parts, but refused as a whole.
    @Test func nothingOfABatchIsAppendedWhenOneEventIsTooLong() throws {
        let session = try SessionDirectory()
        let events = (0..<45).map { _ in SessionDirectory.event(String(repeating: "x", count: 100_000)) }
        let input = (events + [SessionDirectory.event(String(repeating: "y", count: 1 << 20))]).joined(separator: "\n")
        session.run("append", "--batch", input: input).expectError(.malformedInput, "line 46", "at most 1048576")
        #expect(!FileManager.default.fileExists(atPath: session.path))
    }

    /// A torn tail makes the command say something between the first part and the second, and there the lock is taken.
    /// A script repeats the whole input on 75, and on 1 takes nothing for appended; either would be wrong.
    @Test(arguments: ["0.05", "0"]) func aBatchThatStopsAfterAPartSaysSo(timeout: String) throws {
        let session = try SessionDirectory()
        #expect(session.append("before").code == .done)
        try TestFile.write(try session.text() + "{\"torn", session.eventsFile)
        let long = SessionDirectory.event(String(repeating: "x", count: 900_000)) + "\n"
        let streams = BufferedStreams(input: Array(String(repeating: long, count: 8).utf8))
        let lock = session.eventsFile + ".lock"
        var held: [FileHandle] = []
        streams.beforeDiagnostics = {
            guard held.isEmpty else { return }
            let file = try #require(FileHandle(forUpdatingAtPath: lock))
            #expect(flock(file.fileDescriptor, LOCK_EX | LOCK_NB) == 0)
            held.append(file)
        }
        let words = ["events", "append", session.path, "--batch", "--timeout", timeout, "--json"]
        let run = CommandRun(words, streams: streams)
        #expect(run.code == .inputOutput, "\(run.error)")
        let error = try run.jsonError()
        #expect(error["code"]?.string == "lock_busy")
        #expect(error["appended"]?.number?.unsignedValue == 5)
        #expect(error["message"]?.string?.contains("The first 5 events of the input are appended already") == true)
        #expect(try session.text().split(separator: "\n").count == 6)
        try held[0].close()
        #expect(session.run("append", input: SessionDirectory.event("after")).output == "6\n")
    }

    @Test func aForgottenBatchIsNamed() throws {
        let session = try SessionDirectory()
        let (one, two) = (SessionDirectory.event("a"), SessionDirectory.event("b"))
        session.run("append", input: one + "\n" + two + "\n").expectError(.malformedInput, "line 2", "--batch")
        for text in [one + " {", "{\n" + two, "\n" + one + two] {
            let run = session.run("append", input: text)
            #expect(run.code == .malformedInput && !run.error.contains("--batch"), "\(run.error)")
        }
        #expect(session.run("append", input: one + "\n\n").output == "0\n")
    }

    @Test(arguments: ["verify", "read", "count"]) func aDirectoryOfOtherThingsIsNoLog(command: String) throws {
        let temporary = try TemporaryDirectory()
        let empty = CommandRun("events", command, temporary.path)
        #expect(empty.code == .done, "an empty one may become a log")
        // It may also be a mount point whose file system is not mounted.
        #expect(empty.error.hasPrefix("note: \(temporary.path) is empty, and no session log was made there yet"))
        try TestFile.write("x", temporary.path + "/notes.txt")
        CommandRun("events", command, temporary.path).expectError(.malformedInput, "is not a session log")
    }

    @Test func whereNothingCanBeIsAMissingPath() throws {
        let session = try SessionDirectory()
        try TestFile.write("a file", session.beside("file"))
        let run = CommandRun(
            ["events", "append", session.beside("file") + "/below"],
            input: Array(SessionDirectory.event("a").utf8)
        )
        run.expectError(.malformedInput, "is not a session log")
        session.run("append", session.beside("none.json")).expectError(.missingInput, "does not exist")
    }

    @Test func aTornTailIsTold() throws {
        let session = try SessionDirectory()
        #expect(session.append("a").code == .done)
        try TestFile.write(try session.text() + "{\"torn", session.eventsFile)
        let run = session.append("b")
        #expect(run.output == "1\n")
        #expect(
            run.error.hasPrefix(
                "note: a crash had left 6 bytes behind the last whole line; they were moved to quarantine/"
            )
        )
        #expect(session.append("c").error.isEmpty)
    }

    @Test func usageIsChecked() throws {
        let session = try SessionDirectory()
        CommandRun("events", "append").expectError(.usage, "DIR")
        session.run("append", "--durability", "some").expectError(.usage, "none or every")
        session.run("append", "--timeout", "x").expectError(.usage, "seconds")
        CommandRun("events", "frobnicate").expectError(.usage)
    }
}
