internal import Canonical
internal import EventLog

/// How much is in a log and what is wrong with it, as lines for people and as JSON for scripts.
enum EventsReport {
    /// `51 events, next number 51`, and how many lines where that differs.
    static func line(_ size: LogSize) -> String {
        let events = size.eventCount == 1 ? "1 event" : "\(size.eventCount) events"
        let lines = size.lineCount == size.eventCount ? "" : " on \(size.lineCount) lines"
        let next = size.nextSequenceNumber.map { "next number \($0)" } ?? "no number left"
        return "\(events)\(lines), \(next)"
    }

    static func json(_ size: LogSize) -> JSONObject {
        var object: JSONObject = [
            "events": .integer(size.eventCount), "lines": .integer(size.lineCount),
            "size": .integer(Int(size.byteCount)),
        ]
        if let next = size.nextSequenceNumber { object["next_sequence_no"] = .integer(next) }
        return object
    }

    /// `ok: …`, or a line for every failure; then warnings.
    static func lines(_ report: LogVerification, _ style: TextStyle) -> [String] {
        var lines: [String] = []
        let sealed = report.seal.map { ", \($0.eventCount) sealed" } ?? ""
        if report.isIntact { lines.append("\(style.good("ok:")) \(line(report.size))\(sealed)") }
        for problem in report.failures {
            lines.append("\(style.bad(place(problem))) \(Printable.escaped(problem.message))")
        }
        let unlisted = report.failureCount - report.failures.count
        if unlisted > 0 { lines.append(style.bad("and \(unlisted) more")) }
        for problem in report.warnings {
            lines.append("\(style.notable("warning: \(place(problem))")) \(Printable.escaped(problem.message))")
        }
        let unlistedWarnings = report.warningCount - report.warnings.count
        if unlistedWarnings > 0 { lines.append(style.notable("and \(unlistedWarnings) more warnings")) }
        return lines
    }

    /// `line 3 (byte 120): duplicate_number:`
    static func place(_ problem: LogProblem) -> String {
        guard let line = problem.line, let offset = problem.byteOffset else { return "\(problem.kind.rawValue):" }
        return "line \(line) (byte \(offset)): \(problem.kind.rawValue):"
    }

    static func json(_ report: LogVerification) -> JSONObject {
        var object = json(report.size)
        object["ok"] = .bool(report.isIntact)
        if !report.isIntact {
            object["failures"] = .array(report.failures.map(json))
            object["failure_count"] = .integer(report.failureCount)
        }
        object["warnings"] = .array(report.warnings.map(json))
        object["warning_count"] = .integer(report.warningCount)
        if let seal = report.seal { object["seal"] = .object(json(seal)) }
        return object
    }

    private static func json(_ problem: LogProblem) -> JSONValue {
        var object: JSONObject = ["kind": .string(problem.kind.rawValue)]
        if let line = problem.line { object["line"] = .integer(line) }
        if let offset = problem.byteOffset { object["byte_offset"] = .integer(Int(offset)) }
        if let number = problem.sequenceNumber { object["sequence_no"] = .integer(number) }
        object["message"] = .string(problem.message)
        return .object(object)
    }

    static func json(_ seal: EventSeal) -> JSONObject {
        var object: JSONObject = [
            "event_count": .integer(seal.eventCount), "line_count": .integer(seal.lineCount),
            "size": .integer(Int(seal.byteCount)), "file_digest": .string(seal.fileDigest),
            "merkle_root": .string(seal.merkleRoot), "sealed_at": .string(seal.sealedAt),
        ]
        if let session = seal.sessionID { object["session_id"] = .string(session) }
        if let next = seal.nextSequenceNumber { object["next_sequence_no"] = .integer(next) }
        if let key = seal.publicKey { object["public_key"] = .string(key) }
        if let signature = seal.signature { object["signature"] = .string(signature) }
        return object
    }
}
