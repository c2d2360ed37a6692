import EventLog
import FileSystemSeam
import Foundation
import TestSupport
import Testing

@Suite("Appending")
struct AppendTests {
    @Test func numbersBeginAtZero() throws {
        let log = try TestLog()
        let handle = log.open()
        #expect(try handle.append(event("a")).sequenceNumbers == 0..<1)
        #expect(try handle.append(event("b", .agentFailed(reason: "x"))).sequenceNumbers == 1..<2)
        let events = try handle.readAll().events
        #expect(events.map(\.sequenceNumber) == [0, 1])
        #expect(events.map(\.event.agentName) == ["a", "b"])
        #expect(events[1].event.kind == .agentFailed(reason: "x"))
        try log.expectSound(2)
    }

    @Test func aLineIsWhatTheFormatSays() throws {
        let log = try TestLog()
        let receipt = try log.open().append(event("a", .agentCalledTool(name: "grep", durationMilliseconds: 5)))
        let expected =
            #"{"session_id":"ssn_1","event_id":"evt_0000000000000001","timestamp":"2026-07-01T00:00:00Z","#
            + #""sequence_no":0,"trace_id":"00000000000000000000000000000001","span_id":"0000000000000001","#
            + #""agent_id":"agent://test","agent_instance_id":"ai_1","agent_name":"a","host_id":"host_1","#
            + #""type":"agent.called_tool","tool_name":"grep","duration_ms":5}"#
        #expect(try log.lines() == [expected])
        #expect(receipt.byteRange == 0..<Int64(expected.utf8.count + 1))
        #expect(receipt.isCounterWritten)
        #expect(receipt.quarantined == nil)
    }

    @Test func reopeningContinues() throws {
        let log = try TestLog()
        for number in 0..<5 as Range<UInt64> {
            #expect(try log.open().append(event("a\(number)")).sequenceNumbers.lowerBound == number)
        }
        try log.expectSound(5)
    }

    /// Each has a handle of its own, as hooks have.
    @Test func sixteenWritersAtOnceGetSixteenNumbers() async throws {
        for _ in 0..<20 {
            let log = try TestLog()
            let numbers = try await withThrowingTaskGroup(of: UInt64.self) { group in
                for writer in 0..<16 {
                    group.addTask { try log.open().append(event("w\(writer)")).sequenceNumbers.lowerBound }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(numbers.sorted() == Array(0..<16))
            try log.expectSound(16)
        }
    }

    @Test func threadsOfOneHandleQueue() throws {
        let log = try TestLog()
        let handle = log.open()
        let numbers = Condition([UInt64]())
        let threads = try (0..<8).map { writer in
            try Thread.start(name: "writer") {
                for step in 0..<50 {
                    guard let receipt = try? handle.append(event("w\(writer)-\(step)")) else { continue }
                    numbers.withLock { $0.append(receipt.sequenceNumbers.lowerBound) }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(numbers.withLock { $0.sorted() } == Array(0..<400))
        try log.expectSound(400)
    }

    @Test func whatTheCallerNumberedIsOverwritten() throws {
        let log = try TestLog()
        let handle = log.open()
        try handle.append(try SessionEvent(parsing: Array(line(77).utf8)))
        try handle.append(try SessionEvent(parsing: Array(line(18_446_744_073_709_551_615).utf8)))
        #expect(try log.lines() == [line(0), line(1)])
    }

    @Test func theDirectoryIsMadeByTheFirstAppendOnly() throws {
        let log = try TestLog()
        let handle = log.open()
        #expect(try handle.readAll().events.isEmpty)
        #expect(try handle.events().next() == nil)
        #expect(try handle.size().lineCount == 0)
        #expect(try handle.verify().isIntact)
        #expect(try handle.repair() == nil)
        #expect(try handle.append([]).sequenceNumbers.isEmpty)
        #expect(!log.exists(""))
        try handle.append(event())
        #expect(try log.names() == ["events.jsonl", "events.jsonl.count", "events.jsonl.lock"])
    }

    @Test func aDirectoryThatWasRemovedIsMadeAnew() throws {
        let log = try TestLog()
        let handle = log.open()
        try handle.append(event())
        try handle.append(event())
        try log.remove("")
        #expect(try handle.append(event()).sequenceNumbers == 0..<1)
        try log.expectSound(1)
    }

    @Test func eventsThatWereReplacedAreFollowed() throws {
        let log = try TestLog()
        let handle = log.open()
        try handle.append(event())
        try log.remove("events.jsonl")
        try log.write(line(0) + "\n" + line(1) + "\n")
        #expect(try handle.append(event()).sequenceNumbers == 2..<3)
        try log.expectSound(3)
    }

    @Test func permissionsAreTheOwnersAlone() throws {
        let log = try TestLog()
        try log.open().append(event())
        #expect(try log.permissions("events.jsonl") == "600")
        #expect(try log.permissions("events.jsonl.lock") == "600")
        #expect(try log.permissions("events.jsonl.count") == "600")
        #expect(try log.permissions("") == "700")
    }

    @Test func aLooseLockIsTightenedByTheNextAppend() throws {
        let log = try TestLog()
        try log.open().append(event())
        try log.setPermissions("events.jsonl.lock", 0o644)
        try log.open().append(event())
        #expect(try log.permissions("events.jsonl.lock") == "600")
    }

    @Test func existingEventsKeepTheirMode() throws {
        let log = try TestLog()
        try log.write(line(0) + "\n")
        try log.setPermissions("events.jsonl", 0o640)
        try log.open().append(event())
        #expect(try log.permissions("events.jsonl") == "640")
    }

    @Test func whatIsEmptyIsMadeUp() throws {
        let log = try TestLog()
        var draft = event()
        (draft.eventID, draft.timestamp, draft.traceID, draft.spanID) = ("", "", "", "")
        try log.open().append([draft, draft])
        let events = try log.open().readAll().events.map(\.event)
        for event in events {
            #expect(event.eventID.wholeMatch(of: #/evt_[0-9a-f]{16}/#) != nil)
            #expect(event.traceID.wholeMatch(of: #/[0-9a-f]{32}/#) != nil)
            #expect(event.spanID.wholeMatch(of: #/[0-9a-f]{16}/#) != nil)
            #expect(event.timestamp.wholeMatch(of: #/20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/#) != nil)
        }
        #expect(Set(events.map(\.eventID)).count == 2)
        #expect(Set(events.map(\.traceID)).count == 2)
    }

    @Test func somethingElseAtTheNameIsRefused() throws {
        let directory = try TestLog()
        try FileManager.default.createDirectory(
            atPath: directory.path + "/events.jsonl",
            withIntermediateDirectories: true
        )
        #expect(try eventLogError { try directory.open().append(event()) }?.code == "not_a_log")
        #expect(try eventLogError { _ = try directory.open().readAll() }?.code == "not_a_log")

        let link = try TestLog()
        try link.write(line(0) + "\n", to: "victim")
        try FileManager.default.createSymbolicLink(
            atPath: link.path + "/events.jsonl",
            withDestinationPath: link.path + "/victim"
        )
        #expect(try eventLogError { try link.open().append(event()) }?.code == "not_a_log")
        #expect(try link.bytes("victim") == Array((line(0) + "\n").utf8))

        let file = try TestLog()
        try file.write("", to: "x")
        let inside = SessionLog(at: file.path + "/x", fileSystem: PosixFileSystem.shared)
        #expect(try eventLogError { try inside.append(event()) }?.code == "not_a_log")
    }

    @Test func aLockThatCannotBeOneIsRefused() throws {
        let log = try TestLog()
        try FileManager.default.createDirectory(
            atPath: log.path + "/events.jsonl.lock",
            withIntermediateDirectories: true
        )
        let error = try eventLogError { try log.open().append(event()) }
        #expect(error?.code == "lock_unusable")
        #expect(!log.exists("events.jsonl"))
    }
}
