/// Writes the help of the program, of a group, and of a command, from the table.
struct HelpWriter {
    let table: CommandTable
    /// The longest line in characters.
    let width: Int
    /// How headings look.
    var style = TextStyle(isColored: false)

    /// The help of what stands at `path`, which the table has.
    func help(_ path: [String]) -> String {
        if let command = table.command(path) { return text(lines(command)) }
        if let group = table.group(path) { return text(lines(group)) }
        return text(overview())
    }

    /// A few lines for somebody who typed no command.
    func shortUsage(_ path: [String]) -> String {
        let name = (["holdfast"] + path).joined(separator: " ")
        let words = "Commands: " + table.words(after: path).joined(separator: ", ")
        return (["Usage: \(name) COMMAND [arguments]"] + TextWrapping.lines(words, width: width, first: 0, rest: 10))
            .joined(separator: "\n")
    }

    private func text(_ lines: [String]) -> String { lines.joined(separator: "\n") + "\n" }

    private func section(_ heading: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["", style.heading(heading)] + lines
    }

    private func paragraphs(_ paragraphs: [String]) -> [String] {
        paragraphs.flatMap { [""] + TextWrapping.lines($0, width: width) }
    }
}

// MARK: - Pages

extension HelpWriter {
    private func overview() -> [String] {
        var lines = TextWrapping.lines("holdfast — \(HelpTopics.summary)", width: width)
        lines += section("Usage", ["  holdfast COMMAND [arguments]"])
        lines += section("Commands", TextWrapping.definitions(commandRows([]), width: width))
        for group in table.groups {
            let rows = commandRows([group.name])
            lines += section("holdfast \(group.name)", TextWrapping.definitions(rows, width: width))
        }
        let topics = HelpTopics.all.map { (term: $0.name, meaning: $0.summary) }
        lines += section("Topics: holdfast help TOPIC", TextWrapping.definitions(topics, width: width))
        let options = [CommandTable.versionOption] + CommandTable.commonOptions
        lines += section("Options", TextWrapping.definitions(options.map(Self.row), width: width))
        return lines
    }

    private func lines(_ group: CommandTable.Group) -> [String] {
        var lines = TextWrapping.lines("holdfast \(group.name) — \(group.summary)", width: width)
        lines += section("Usage", ["  holdfast \(group.name) COMMAND [arguments]"])
        lines += paragraphs(group.discussion)
        lines += section("Commands", TextWrapping.definitions(commandRows([group.name]), width: width))
        lines += ["", "See holdfast \(group.name) COMMAND --help for each of them."]
        return lines
    }

    private func lines(_ command: CommandDescription) -> [String] {
        var lines = TextWrapping.lines("\(command.name) — \(command.summary)", width: width, first: 0, rest: 2)
        let synopsis = Synopsis(command)
        let usage = TextWrapping.lines([synopsis.name] + synopsis.parts, width: width, first: 2, rest: 6)
        lines += section("Usage", usage)
        lines += paragraphs(command.discussion)
        let arguments = command.positionals.map { (term: $0.name, meaning: $0.help) }
        lines += section("Arguments", TextWrapping.definitions(arguments, width: width))
        let options = (command.options + CommandTable.commonOptions).map(Self.row)
        lines += section("Options", TextWrapping.definitions(options, width: width))
        let examples = command.examples.flatMap { example in
            TextWrapping.lines(example.note, width: width - 4).map { "  # \($0)" }
                + ShellWords.lines(example.words, width: width, indent: 2)
        }
        lines += section(command.examples.count == 1 ? "Example" : "Examples", examples)
        let notes = command.exitNotes.map { (term: String($0.code.rawValue), meaning: $0.meaning) }
        lines += section("Exit codes (all: holdfast help exit-codes)", TextWrapping.definitions(notes, width: width))
        return lines
    }

    private func commandRows(_ path: [String]) -> [(term: String, meaning: String)] {
        table.commands(in: path).map { (term: $0.path[path.count], meaning: $0.summary) }
    }

    private static func row(_ option: OptionDescription) -> (term: String, meaning: String) {
        (term: option.usage, meaning: option.help + (option.isRequired ? " (required)" : ""))
    }
}
