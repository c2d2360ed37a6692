internal import CrashTesting
internal import EventLog
internal import FileSystemSeam

/// The built-in workload that shows what a power cut does to a session's log: two events are appended durably behind a
/// torn tail, and the log is sealed.
///
/// After every cut the log is opened for writing, which repairs it. Then every acknowledged event must stand on its
/// number, the torn tail must be in the quarantine, whatever seal there is must fit, and the next event must stand by
/// itself under a number that nobody had.
enum EventLogCrashWorkload {
    private static let path = "/session"
    private static let torn = Array(#"{"session_id":"s","event_id":"evt_torn"#.utf8)

    /// What was acknowledged.
    private enum Acknowledged: Equatable {
        case event(number: UInt64, name: String)
        case seal(eventCount: UInt64)
    }

    static func explore(_ explorer: CrashExplorer, progress: @escaping CrashProgress.Handler) throws -> CrashReport {
        try explorer.explore(prepare: prepare, progress: progress) {
            (fileSystem, acknowledge: (Acknowledged) -> Void) in
            let log = log(fileSystem)
            for name in ["e1", "e2"] {
                let numbers = try log.append(event(name)).sequenceNumbers
                acknowledge(.event(number: numbers.lowerBound, name: name))
            }
            acknowledge(.seal(eventCount: try log.seal().eventCount))
        } recover: { fileSystem in
            let log = log(fileSystem)
            _ = try log.repair()
            return (fileSystem, log)
        } check: { recovered, acknowledged in
            if let complaint = complaint(about: recovered.1, recovered.0, acknowledged) {
                throw CheckFailure(complaint)
            }
        }
    }

    /// One event, and the beginning of another behind it.
    private static func prepare(_ fileSystem: any FileSystem) throws {
        try log(fileSystem).append(event("e0"))
        let directory = try fileSystem.openDirectory(path)
        try directory.open("events.jsonl", [.write, .append], permissions: .ownerFile).appendOnce(torn)
    }

    private static func log(_ fileSystem: any FileSystem) -> SessionLog {
        SessionLog(at: path, fileSystem: fileSystem, options: SessionLogOptions(durability: .every))
    }

    private static func event(_ name: String) -> SessionEvent {
        SessionEvent(
            sessionID: "s",
            eventID: name,
            timestamp: "t",
            traceID: "t",
            spanID: "s",
            agentID: "a",
            agentInstanceID: "i",
            agentName: name,
            hostID: "h",
            kind: .sessionStarted
        )
    }

    /// The promise that a recovered log breaks, in words; nil when it keeps all of them.
    private static func complaint(
        about log: SessionLog,
        _ fileSystem: any FileSystem,
        _ acknowledged: [Acknowledged]
    ) -> String? {
        do throws(EventLogError) {
            let report = try log.verify()
            for case .event(let number, let name) in acknowledged {
                let events = try log.readAll().events
                guard events.contains(where: { $0.sequenceNumber == number && $0.event.agentName == name }) else {
                    return "the acknowledged event \(number) is lost"
                }
            }
            for case .seal(let count) in acknowledged where (report.seal?.eventCount ?? 0) < count {
                return "the acknowledged seal is lost"
            }
            if let broken = report.failures.first(where: { $0.kind == .sealBroken || $0.kind == .malformedSeal }) {
                return broken.message
            }
            if !isTailKept(fileSystem) { return "the torn tail is lost" }
            let before = try log.readAll().events
            let next = try log.append(event("next")).sequenceNumbers.lowerBound
            let after = try log.readAll().events
            guard after.count == before.count + 1, after.last?.sequenceNumber == next,
                before.allSatisfy({ $0.sequenceNumber < next })
            else { return "the next event does not stand by itself" }
            return nil
        } catch {
            return "the recovered log gives no answer: \(error)"
        }
    }

    private static func isTailKept(_ fileSystem: any FileSystem) -> Bool {
        do throws(FileSystemError) {
            let quarantine = try fileSystem.openDirectory("\(path)/quarantine")
            for entry in try quarantine.entries() where entry.name.hasSuffix(".torn") {
                if try quarantine.readFile(entry.name, maximumBytes: 1 << 16) == torn { return true }
            }
            return false
        } catch {
            return false
        }
    }
}
