import EventLog
import FileSystemSeam
import Foundation
import TestSupport
import Testing

/// A session's directory of a test's own, removed at the end, with means to look at it and to damage it.
final class TestLog: Sendable {
    private let place: TemporaryDirectory

    init(in base: String = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk) throws {
        place = try TemporaryDirectory(in: base)
    }

    /// The session's directory; not made.
    var path: String { place.path + "/session" }

    /// A handle of its own on the log.
    func open(
        _ options: SessionLogOptions = SessionLogOptions(),
        fileSystem: any FileSystem = PosixFileSystem.shared
    ) -> SessionLog {
        SessionLog(at: path, fileSystem: fileSystem, options: options)
    }

    /// A handle that has appended four events and knows everything that a handle remembers.
    func openSettled(fileSystem: any FileSystem = PosixFileSystem.shared) throws -> SessionLog {
        let handle = open(fileSystem: fileSystem)
        for _ in 0..<2 { try handle.append(event()) }
        // Longer than the clocks of file systems take for a tick.
        PosixFileSystem.shared.sleep(nanoseconds: 100_000_000)
        for _ in 0..<2 { try handle.append(event()) }
        return handle
    }

    func exists(_ file: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(file)") }

    func bytes(_ file: String = "events.jsonl") throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: "\(path)/\(file)")))
    }

    /// The lines of the events, each without its line feed.
    func lines() throws -> [String] {
        let text = String(decoding: try bytes(), as: UTF8.self)
        #expect(text.isEmpty || text.hasSuffix("\n"))
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// Writes a file in place, as nobody should.
    func write(_ bytes: some Sequence<UInt8>, to file: String = "events.jsonl") throws {
        let place = URL(filePath: "\(path)/\(file)")
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: place)
    }

    static func move(_ path: String, to other: String) throws {
        try FileManager.default.moveItem(atPath: path, toPath: other)
    }

    func write(_ text: String, to file: String = "events.jsonl") throws { try write(text.utf8, to: file) }

    /// Appends to a file without any lock, as a crash or a careless tool does.
    func append(_ text: String, to file: String = "events.jsonl") throws {
        try write(try bytes(file) + Array(text.utf8), to: file)
    }

    func remove(_ file: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(file)") }

    func names(in directory: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(directory)").sorted()
    }

    /// The permission bits of a file, in octal.
    func permissions(_ file: String) throws -> String {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(file)")
        return String(try #require(attributes[.posixPermissions] as? Int), radix: 8)
    }

    func setPermissions(_ file: String, _ permissions: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: "\(path)/\(file)")
    }

    /// The two integers of the counter; nil unless there are exactly 16 bytes.
    func counter() throws -> (count: UInt64, size: UInt64)? {
        let bytes = try bytes("events.jsonl.count")
        guard bytes.count == 16 else { return nil }
        func word(_ start: Int) -> UInt64 { (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64($1 * 8) } }
        return (word(0), word(8))
    }

    func setCounter(count: UInt64, size: UInt64) throws {
        var bytes: [UInt8] = []
        for word in [count, size] { for shift in 0..<8 { bytes.append(UInt8(word >> UInt64(shift * 8) & 0xFF)) } }
        try write(bytes, to: "events.jsonl.count")
    }

    /// Requires that numbers run from 0, that the counter fits and nothing is skipped.
    func expectSound(_ count: Int, location: SourceLocation = #_sourceLocation) throws {
        let contents = try open().readAll()
        #expect(contents.events.map(\.sequenceNumber) == (0..<count).map(UInt64.init), sourceLocation: location)
        #expect(contents.skipped == [], sourceLocation: location)
        let counter = try #require(try counter(), sourceLocation: location)
        #expect(counter.count == UInt64(count), sourceLocation: location)
        #expect(counter.size == UInt64(try bytes().count), sourceLocation: location)
    }
}

/// An event with everything but what a test is about.
func event(_ name: String = "a", _ kind: EventKind = .sessionStarted) -> SessionEvent {
    SessionEvent(
        sessionID: "ssn_1",
        eventID: "evt_0000000000000001",
        timestamp: "2026-07-01T00:00:00Z",
        traceID: "00000000000000000000000000000001",
        spanID: "0000000000000001",
        agentID: "agent://test",
        agentInstanceID: "ai_1",
        agentName: name,
        hostID: "host_1",
        kind: kind
    )
}

/// The line of such an event, as another tool would write it.
func line(_ number: UInt64, _ name: String = "other", type: String = "session.started", more: String = "") -> String {
    #"{"session_id":"ssn_1","event_id":"evt_0000000000000002","timestamp":"2026-07-01T00:00:00Z","#
        + #""sequence_no":\#(number),"trace_id":"00000000000000000000000000000002","span_id":"0000000000000002","#
        + #""agent_id":"agent://other","agent_instance_id":"ai_2","agent_name":"\#(name)","host_id":"host_2","#
        + #""type":"\#(type)"\#(more)}"#
}

/// The error that a call on a log threw; nil when it threw none.
func eventLogError(_ body: () throws -> Void) throws -> EventLogError? {
    do {
        try body()
        return nil
    } catch let error as EventLogError {
        return error
    }
}
