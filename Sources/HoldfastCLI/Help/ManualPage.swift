/// The manual page in the `man` macros of roff, written from the table.
struct ManualPage {
    let table: CommandTable

    /// The whole page.
    var text: String {
        var lines = [
            ".\\\" Written by holdfast man from its command table.",
            ".TH HOLDFAST 1 \"\" \"holdfast \(ProductVersion.current)\" \"User Commands\"",
            ".nh",
            ".SH NAME",
            Self.escaped("holdfast - \(HelpTopics.summary)"),
            ".SH SYNOPSIS",
        ]
        for command in table.commands { lines += Self.synopsis(command) }
        lines += [".SH COMMANDS"]
        for command in table.commands { lines += Self.section(command) }
        lines += [".SH COMMON OPTIONS"] + CommandTable.commonOptions.flatMap(Self.option)
        lines += Self.option(CommandTable.versionOption)
        for topic in HelpTopics.all { lines += Self.section(topic) }
        lines += Self.environment
        return lines.joined(separator: "\n") + "\n"
    }

    private static let environment = [
        ".SH ENVIRONMENT",
        ".TP", ".B NO_COLOR", "When set and not empty, nothing is coloured.",
        ".TP", ".B COLUMNS", "The width of help on a terminal.",
    ]

    private static func synopsis(_ command: CommandDescription) -> [String] {
        let synopsis = Synopsis(command)
        return [".HP 4", ".B \(escaped(synopsis.name))", escaped(synopsis.parts.joined(separator: " "))]
    }

    private static func section(_ command: CommandDescription) -> [String] {
        var lines = [".SS \"\(escaped(command.name))\"", escaped(sentence(command.summary))]
        for paragraph in command.discussion { lines += [".PP", escaped(paragraph)] }
        for positional in command.positionals {
            lines += [".TP", ".I \(escaped(positional.name))", escaped(sentence(positional.help))]
        }
        lines += command.options.flatMap(option)
        lines += [".PP", command.examples.count == 1 ? "Example:" : "Examples:"]
        for example in command.examples {
            lines += [".PP", escaped(sentence(example.note)), ".PP", ".RS 4", ".nf"]
            lines += ShellWords.lines(example.words, width: 72, indent: 0).map(escaped)
            lines += [".fi", ".RE"]
        }
        if !command.exitNotes.isEmpty { lines += [".PP", "Exit codes:"] }
        for note in command.exitNotes {
            lines += [".TP", ".B \(note.code.rawValue)", escaped(sentence(note.meaning))]
        }
        return lines
    }

    private static func option(_ option: OptionDescription) -> [String] {
        let name = ".B \(escaped("--\(option.name)"))"
        let term = option.value.map { ".BI \(escaped("--\(option.name)")) \" \(escaped($0.name))\"" } ?? name
        let help = sentence(option.help) + (option.isRequired ? " Required." : "")
        return [".TP", term, escaped(help)]
    }

    private static func section(_ topic: HelpTopics.Topic) -> [String] {
        var lines = [".SH \"\(escaped(topic.name.uppercased()))\""]
        for block in topic.blocks {
            switch block {
            case .paragraph(let text): lines += [".PP", escaped(text)]
            case .definitions(let rows):
                for row in rows { lines += [".TP", ".B \(escaped(row.term))", escaped(sentence(row.meaning))] }
            }
        }
        return lines
    }

    /// The text with a capital and a full stop.
    private static func sentence(_ text: String) -> String {
        guard let first = text.first else { return text }
        return first.uppercased() + text.dropFirst() + (text.hasSuffix(".") ? "" : ".")
    }

    /// Text that roff prints as it stands: backslashes and hyphens escaped, no control line by accident,
    /// characters beyond ASCII as their roff names.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "'": result += "\\(aq"
            case "\"": result += "\\(dq"
            case "…": result += "..."
            case "—": result += "\\(em"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result.hasPrefix(".") ? "\\&" + result : result
    }
}
