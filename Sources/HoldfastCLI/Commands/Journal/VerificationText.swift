internal import Canonical
internal import Journal

/// The result of a verification, as lines for people and as JSON for scripts.
enum VerificationText {
    /// Prints a report, and says how the command ends.
    static func show(_ report: VerificationReport, isStrict: Bool, _ context: CommandContext) -> ExitCode {
        let isRefused = !report.isIntact || (isStrict && !report.findings.isEmpty)
        if context.wantsJSON {
            context.console.write(json: json(report))
        } else {
            let style = context.console.outputStyle
            for line in lines(report, isRefused: isRefused, style) { context.console.writeLine(line) }
        }
        return isRefused ? .refused : .done
    }

    /// `ok: …`, or a line for every failure; then warnings and findings.
    static func lines(_ report: VerificationReport, isRefused: Bool, _ style: TextStyle) -> [String] {
        var lines: [String] = []
        if report.isIntact {
            let chain = "\(records(report.recordCount))\(head(report.head))\(vouched(report))"
            if isRefused {
                let count = report.findings.count == 1 ? "a finding" : "\(report.findings.count) findings"
                lines.append("\(style.bad("refused:")) the chain is intact but has \(count); \(chain)")
            } else {
                lines.append("\(style.good("ok:")) \(chain)")
            }
        }
        for failure in report.failures {
            let record = failure.index > 0 ? "record \(failure.index): " : ""
            let place = style.bad("\(record)\(failure.kind.rawValue):")
            lines.append("\(place) \(Printable.escaped(withoutPlace(failure)))")
        }
        for warning in report.warnings {
            let place = style.notable("warning: \(warning.kind.rawValue):")
            lines.append("\(place) \(Printable.escaped(warning.message))")
        }
        for finding in report.findings {
            let place = style.notable("finding: record \(finding.index): \(finding.kind.rawValue):")
            lines.append("\(place) \(Printable.escaped(finding.message))")
        }
        return lines
    }

    /// The message without the place, which stands at the start of the line already.
    private static func withoutPlace(_ failure: VerificationFailure) -> String {
        let place = "record \(failure.index) "
        return failure.message.hasPrefix(place) ? String(failure.message.dropFirst(place.count)) : failure.message
    }

    private static func records(_ count: UInt64) -> String { count == 1 ? "1 record" : "\(count) records" }

    private static func head(_ head: JournalHead?) -> String {
        guard let head else { return "" }
        return ", head \(head.index) \(Printable.escaped(head.digest))"
    }

    /// How far the trusted keys vouch; what follows rests on the chain alone.
    private static func vouched(_ report: VerificationReport) -> String {
        report.vouchedUpTo.map { ", vouched for up to record \($0)" } ?? ""
    }

    /// The report as the contract's object.
    static func json(_ report: VerificationReport) -> JSONObject {
        var object: JSONObject = ["ok": .bool(report.isIntact), "records": .integer(report.recordCount)]
        if let head = report.head {
            object["head"] = .object(["index": .integer(head.index), "digest": .string(head.digest)])
        }
        if let last = report.vouchedUpTo { object["vouched_up_to"] = .integer(last) }
        if !report.isIntact { object["failures"] = .array(report.failures.map(json)) }
        object["warnings"] = .array(
            report.warnings.map { .object(["kind": .string($0.kind.rawValue), "message": .string($0.message)]) }
        )
        object["findings"] = .array(
            report.findings.map {
                .object([
                    "kind": .string($0.kind.rawValue), "index": .integer($0.index), "message": .string($0.message),
                ])
            }
        )
        return object
    }

    private static func json(_ failure: VerificationFailure) -> JSONValue {
        var object: JSONObject = ["kind": .string(failure.kind.rawValue), "index": .integer(failure.index)]
        if let expected = failure.expected { object["expected"] = .string(expected) }
        if let actual = failure.actual { object["actual"] = .string(actual) }
        object["message"] = .string(failure.message)
        return .object(object)
    }
}
