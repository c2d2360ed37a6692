import EventLog
import FileSystemSeam
import Foundation
import TestSupport
import Testing

/// A process that appends events in a loop until it is done or killed: ours (`Tests/EventWorker`), or the independent one
/// (`Tests/OtherWriter`).
final class EventWriter {
    private let process = Process()
    private let output = Pipe()

    /// Ours.
    init(session: String, name: String, first: Int = 0, count: Int, mode: String = "none") throws {
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "event-worker")
        process.arguments = [session, name, String(first), String(count), mode]
        try start()
    }

    /// The independent one.
    init(pythonIn session: String, name: String, count: Int, options: [String] = []) throws {
        process.executableURL = URL(filePath: "/usr/bin/env")
        let script = Checkout.root + "/Tests/OtherWriter/event_writer.py"
        process.arguments = ["python3", "-B", script, session, name, "0", String(count)] + options
        try start()
    }

    private func start() throws {
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
    }

    func kill() { Foundation.kill(process.processIdentifier, SIGKILL) }

    /// Waits for the end, and gives the lines it printed, but for one that was cut off.
    func lines() -> [String] {
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// Whether it was still running when it was killed, once ``lines()`` returned.
    var wasKilled: Bool { process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL }

    /// How it ended, once ``lines()`` returned.
    var code: Int32 { process.terminationStatus }

    /// Whether there is a Python to run the independent writer.
    static let hasPython: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", ""]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()
}

/// What processes were told, against what stands in the log.
struct AcknowledgedEvents {
    private(set) var numbers: [String: UInt64] = [:]

    /// Takes the lines of a writer.
    mutating func add(_ lines: [String], location: SourceLocation = #_sourceLocation) {
        for line in lines where !line.hasPrefix("waited ") {
            let words = line.split(separator: " ")
            guard words.count == 3, words[0] == "appended", let number = UInt64(words[1]) else {
                Issue.record("a writer said: \(line)", sourceLocation: location)
                continue
            }
            numbers[String(words[2])] = number
        }
    }

    /// Requires that every acknowledged event stands on its number, that numbers are unique and without gaps, and that no
    /// line was glued to another.
    ///
    /// - Returns: the events' names in order.
    @discardableResult
    func expectIn(_ session: String, location: SourceLocation = #_sourceLocation) throws -> [String] {
        let log = SessionLog(at: session, fileSystem: PosixFileSystem.shared)
        _ = try log.repair()
        let contents = try log.readAll()
        #expect(contents.skipped == [], sourceLocation: location)
        #expect(
            contents.events.map(\.sequenceNumber) == Array(0..<UInt64(contents.events.count)),
            sourceLocation: location
        )
        let report = try log.verify()
        #expect(report.failures == [], sourceLocation: location)
        let names = contents.events.map(\.event.agentName)
        #expect(Set(names).count == names.count, "an event stands twice", sourceLocation: location)
        var lost = 0
        for (name, number) in numbers where Int(number) >= names.count || names[Int(number)] != name { lost += 1 }
        #expect(lost == 0, "\(lost) of \(numbers.count) acknowledged events are lost", sourceLocation: location)
        return names
    }
}
