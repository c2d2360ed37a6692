import EventLog
import FileSystemSeam
import Foundation
import TestSupport
import Testing

/// A handle keeps its files open and looks at a directory's time instead of their names; whatever others put in the
/// place of a name is seen by the next append all the same.
@Suite("Names replaced under an open handle")
struct ReplacedNameTests {
    /// As other writers do it: a file of its own, renamed over the counter. It lies.
    @Test(arguments: [(UInt64(2), nil as UInt64?), (9, nil), (4, 17), (0, 0)])
    func aCounter(count: UInt64, size: UInt64?) throws {
        let log = try TestLog()
        let handle = try log.openSettled()
        try log.setCounter(count: count, size: size ?? UInt64(try log.bytes().count))
        try TestLog.move("\(log.path)/events.jsonl.count", to: "\(log.path)/fresh")
        try handle.append(event())
        try log.remove("events.jsonl.count")
        try TestLog.move("\(log.path)/fresh", to: "\(log.path)/events.jsonl.count")
        for _ in 0..<2 { try handle.append(event()) }
        try log.expectSound(7)
    }

    @Test func theCounterRemoved() throws {
        let log = try TestLog()
        let handle = try log.openSettled()
        try log.remove("events.jsonl.count")
        #expect(try handle.append(event()).isCounterWritten)
        try log.expectSound(5)
    }

    /// The new file has as many bytes as the one before, but other numbers.
    @Test func theEvents() throws {
        let log = try TestLog()
        let handle = try log.openSettled()
        let lines = try log.lines()
        try TestLog.move("\(log.path)/events.jsonl", to: "\(log.path)/old")
        let other = lines.map { $0.replacing(#""sequence_no":"#, with: #""sequence_no":1"#) }
        try log.write(other.joined(separator: "\n") + "\n")
        #expect(try handle.append(event()).sequenceNumbers == 14..<15)
        #expect(try log.lines().count == 5)
        #expect(try log.bytes("old").count == lines.joined(separator: "\n").utf8.count + 1)
    }

    @Test func theEventsRemoved() throws {
        let log = try TestLog()
        let handle = try log.openSettled()
        try log.remove("events.jsonl")
        #expect(try handle.append(event()).sequenceNumbers == 0..<1)
        try log.expectSound(1)
    }

    /// A name that no sync made durable does not stay: another sync would say nothing of it, and whoever appends later
    /// would be acknowledged events that have no name after a loss of power.
    @Test func theEventsRemovedAndTheirNewNameNotSynced() throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = log.open(SessionLogOptions(durability: .every), fileSystem: calls.fileSystem)
        try handle.append(event())
        try log.remove("events.jsonl")
        calls.setFault { $0.name == .fsync ? .failure(.inputOutput) : nil }
        #expect(try eventLogError { try handle.append(event()) }?.code == "io")
        #expect(!log.exists("events.jsonl"))
        calls.setFault(nil)
        calls.forget()
        #expect(try handle.append(event()).sequenceNumbers == 0..<1)
        // The name was durable before anything was written.
        let names = calls.names
        #expect(try #require(names.firstIndex(of: "fsync")) < #require(names.firstIndex(of: "write")))
        try log.expectSound(1)
    }

    /// The name could not be synced, nor taken back, since another one holds the lock. Whoever comes next names the
    /// events anew.
    @Test func eventsThatStayedEmptyAreNamedAnew() throws {
        let log = try TestLog()
        let calls = CallLog()
        let held = Condition<(any File)?>(nil)
        calls.setFault { call in
            guard call.name == .fsync, call.descriptor != nil, log.exists("events.jsonl") else { return nil }
            held.withLock { $0 = try? Self.holdLock(of: log) }
            return .failure(.inputOutput)
        }
        let options = SessionLogOptions(lockTimeoutMilliseconds: 50, durability: .every)
        #expect(try eventLogError { try log.open(options, fileSystem: calls.fileSystem).append(event()) }?.code == "io")
        #expect(try log.bytes().isEmpty)
        try held.withLock { $0 }?.close()
        calls.setFault(nil)
        calls.forget()
        let handle = log.open(options, fileSystem: calls.fileSystem)
        try handle.append(event())
        let names = calls.names
        #expect(try #require(names.firstIndex { $0.hasPrefix("renameat") }) < #require(names.firstIndex(of: "fsync")))
        #expect(try #require(names.firstIndex(of: "fsync")) < #require(names.firstIndex(of: "write")))
        // Others get their turn.
        try log.open(options).append(event())
        try handle.append(event())
        try log.expectSound(3)
    }

    /// Somebody has made an empty file for several users to write to.
    @Test func eventsThatAreNamedAnewStayTheSameFile() throws {
        let log = try TestLog()
        try log.write("")
        try log.setPermissions("events.jsonl", 0o640)
        let other = try FileHandle(forWritingTo: URL(filePath: log.path + "/events.jsonl"))
        try log.open(SessionLogOptions(durability: .every)).append(event())
        #expect(try log.permissions("events.jsonl") == "640")
        // What is written through an open file is not lost.
        try other.seekToEnd()
        try other.write(contentsOf: Array((line(1) + "\n").utf8))
        #expect(try log.lines().count == 2)
        #expect(try log.names().filter { $0.contains("tmp") } == [])
    }

    /// Who is to make the events waits for whoever makes them, as long as it may.
    @Test func makersTakeTurns() throws {
        let log = try TestLog()
        try log.write("")
        let other = try PosixFileSystem.shared.openDirectory(log.path)
        #expect(try other.lock(.exclusive, blocking: false))
        let options = SessionLogOptions(lockTimeoutMilliseconds: 50, durability: .every)
        // Whoever holds it for another purpose keeps nobody from the first event for long.
        try log.open(options).append(event())
        try log.open().append(event())
        try log.open(options).append(event())
        try other.close()
        try log.expectSound(3)
    }

    /// Many durable writers at once on a log that is not there.
    @Test func manyMakersAtOnceMakeOneLog() throws {
        let log = try TestLog()
        let calls = CallLog()
        calls.setFault { call in
            if call.name == .fsync { PosixFileSystem.shared.sleep(nanoseconds: 2_000_000) }
            return nil
        }
        let threads = try (0..<8).map { writer in
            try FileSystemSeam.Thread.start(name: "writer") {
                let handle = log.open(SessionLogOptions(durability: .every), fileSystem: calls.fileSystem)
                for step in 0..<2 { _ = try? handle.append(event("w\(writer)-\(step)")) }
            }
        }
        for thread in threads { thread.join() }
        try log.expectSound(16)
    }

    private static func holdLock(of log: TestLog) throws -> any File {
        let directory = try PosixFileSystem.shared.openDirectory(log.path)
        let file = try directory.open("events.jsonl.lock", [.read, .write, .create], permissions: .ownerFile)
        _ = try file.lock(.exclusive, blocking: true)
        return file
    }

    @Test func theWholeDirectoryRemoved() throws {
        let log = try TestLog()
        let handle = try log.openSettled()
        try log.remove("")
        #expect(try handle.append(event()).sequenceNumbers == 0..<1)
        try log.expectSound(1)
    }

    /// Two changes within one tick of the clock: the second is not hidden by the first.
    @Test func twiceAtOnce() throws {
        let log = try TestLog()
        let handle = try log.openSettled()
        for round in 0..<40 {
            try log.remove("events.jsonl.count")
            try handle.append(event())
            if round.isMultiple(of: 3) { try handle.append(event()) }
        }
        try log.expectSound(4 + 40 + 14)
    }
}
