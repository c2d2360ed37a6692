internal import Canonical

/// `holdfast help`: the same pages as `--help`, and the topics.
enum HelpCommand {
    static let description = CommandDescription(
        path: ["help"],
        summary: "explain a command or a topic",
        positionals: [
            PositionalDescription(
                name: "SUBJECT",
                kind: .helpSubject,
                help: "the words of a command, or one of: " + HelpTopics.all.map(\.name).joined(separator: ", "),
                isRequired: false,
                isRepeated: true
            )
        ],
        examples: [
            Example(words: ["help", "journal", "reserve"], note: "what journal reserve does"),
            Example(words: ["help", "exit-codes"], note: "what exit codes say"),
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        try show(context.arguments.positionals("SUBJECT"), context.table, context.console, context.wantsJSON)
        return .done
    }

    /// Prints the page of a command, a group, a topic, or of the program when `subject` is empty.
    static func show(
        _ subject: [String],
        _ table: CommandTable,
        _ console: Console,
        _ wantsJSON: Bool
    ) throws(CommandFailure) {
        let writer = HelpWriter(table: table, width: console.textWidth, style: wantsJSON ? .plain : console.outputStyle)
        let text: String
        if let topic = HelpTopics.all.first(where: { [$0.name] == subject }) {
            let lines = HelpTopics.lines(topic, width: writer.width, style: writer.style)
            text = lines.joined(separator: "\n") + "\n"
        } else if subject.isEmpty || table.group(subject) != nil || table.command(subject) != nil {
            text = writer.help(subject)
        } else {
            throw unknown(subject, table)
        }
        if wantsJSON {
            console.write(json: ["text": .string(text)])
        } else {
            console.write(text)
        }
    }

    private static func unknown(_ subject: [String], _ table: CommandTable) -> CommandFailure {
        let typed = subject.joined(separator: " ")
        let known =
            HelpTopics.all.map(\.name) + table.groups.map(\.name)
            + table.commands.map { $0.path.joined(separator: " ") }
        let meant = EditDistance.suggestion(for: typed, among: known)
        let remedy = meant.map { "did you mean holdfast help \($0)?" } ?? "holdfast help lists commands and topics"
        return .usage("there is no help on \(Printable.quoted(typed)); \(remedy)")
    }
}
