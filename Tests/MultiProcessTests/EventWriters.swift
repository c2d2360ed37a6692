import EventLog
import FileSystemSeam
import Foundation
import TestSupport
import Testing

/// A process that appends events in a loop until it is done or killed: ours (`Tests/EventWorker`), or the independent
/// one (`Tests/OtherWriter`).
final class EventWriter: ChildProcess {
    /// Ours.
    init(session: String, name: String, first: Int = 0, count: Int, mode: String = "none") throws {
        try super.init(Self.path(of: "event-worker"), [session, name, String(first), String(count), mode])
    }

    /// The independent one.
    init(pythonIn session: String, name: String, count: Int, options: [String] = []) throws {
        let script = Checkout.root + "/Tests/OtherWriter/event_writer.py"
        let words = ["python3", "-B", script, session, name, "0", String(count)] + options
        try super.init("/usr/bin/env", words)
    }

    /// Whether there is a Python to run the independent writer.
    static let hasPython: Bool = {
        let words = ["python3", "-c", ""]
        guard let process = try? ChildProcess("/usr/bin/env", words, error: FileHandle.nullDevice) else { return false }
        return process.text() == "" && process.end == .exited(0)
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

    /// Requires that every acknowledged event stands on its number, that numbers are unique and without gaps, and that
    /// no line was glued to another.
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
