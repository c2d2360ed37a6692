internal import Canonical

/// `holdfast doctor`: everything that can be said about a store, with remedies.
enum DoctorCommand {
    static let description = CommandDescription(
        path: ["doctor"],
        summary: "look a store over, and say what is wrong and what to do",
        discussion: [
            "Recognises the kind of store by what is in the directory. Changes nothing. Damage is what must not be: "
                + "altered, lost, or given twice. Notices mend themselves or do no harm, and are worth a look. Copies that "
                + "a killed journal import, convert or export left beside a journal are named, too."
        ],
        positionals: [StoreExaminer.directory],
        examples: [Example(words: ["doctor", "sessions/ssn_1"], note: "is this session's log all right?")],
        exitNotes: [
            ExitNote(code: .done, meaning: "nothing is damaged"),
            ExitNote(code: .refused, meaning: "something is damaged"),
            ExitNote(code: .malformedInput, meaning: "DIR is no store"),
            ExitNote(code: .missingInput, meaning: "there is no directory DIR"),
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let examination = try StoreExaminer.examination(context)
        if context.wantsJSON {
            context.console.write(json: json(examination))
        } else {
            for line in lines(examination, context.console.outputStyle) { context.console.writeLine(line) }
        }
        return examination.isSound ? .done : .refused
    }

    private static func lines(_ examination: StoreExamination, _ style: TextStyle) -> [String] {
        let verdict = examination.isSound ? style.good(examination.verdict) : style.bad(examination.verdict)
        var lines = ["\(examination.store) \(Printable.escaped(examination.path)): \(verdict)", ""]
        var facts = TextTable([TextTable.Column(heading: ""), TextTable.Column(heading: "")])
        for fact in examination.facts { facts.add([fact.name, fact.value]) }
        lines += facts.lines(withHeading: false, style: style).map { "  \($0)" }
        for finding in examination.findings {
            let word = "\(finding.severity.rawValue): \(Printable.escaped(finding.place)):"
            let shown = finding.severity == .damage ? style.bad(word) : style.notable(word)
            lines += ["", "\(shown) \(Printable.escaped(finding.message))", "  → \(Printable.escaped(finding.remedy))"]
        }
        let unlisted = examination.damageCount - examination.findings.filter { $0.severity == .damage }.count
        if unlisted > 0 { lines += ["", style.bad("and \(unlisted) more places that are damaged")] }
        return lines
    }

    private static func json(_ examination: StoreExamination) -> JSONObject {
        var facts = JSONObject()
        for fact in examination.facts { facts[key(fact.name)] = .string(fact.value) }
        return [
            "store": .string(examination.store), "path": .string(examination.path),
            "ok": .bool(examination.isSound), "damage_count": .integer(examination.damageCount),
            "facts": .object(facts),
            "findings": .array(
                examination.findings.map {
                    .object([
                        "severity": .string($0.severity.rawValue), "kind": .string($0.kind), "place": .string($0.place),
                        "message": .string($0.message), "remedy": .string($0.remedy),
                    ])
                }
            ),
        ]
    }

    /// A fact's name in snake_case.
    private static func key(_ name: String) -> String { name.lowercased().split(separator: " ").joined(separator: "_") }
}
