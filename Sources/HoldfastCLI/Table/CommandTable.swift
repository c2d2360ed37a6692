/// All commands: the one source that parsing, help, completions and the manual are made from.
package struct CommandTable: Sendable {
    /// A word that only leads to further words.
    package struct Group: Sendable {
        /// The word.
        package let name: String
        /// What its commands are about, without a full stop.
        package let summary: String
        /// What else a person should know, in paragraphs.
        package let discussion: [String]

        /// Makes a group.
        package init(name: String, summary: String, discussion: [String] = []) {
            self.name = name
            self.summary = summary
            self.discussion = discussion
        }
    }

    /// The groups, in the order help shows them.
    package let groups: [Group]
    /// The commands, in the order help shows them.
    package let commands: [CommandDescription]

    /// Makes a table.
    package init(groups: [Group], commands: [CommandDescription]) {
        self.groups = groups
        self.commands = commands
    }

    /// Options that every command takes.
    package static let commonOptions = [
        OptionDescription(
            name: "json",
            arity: .flag,
            help: "print one JSON object (RFC 8785); errors too, on standard output"
        ),
        OptionDescription(name: "help", arity: .flag, help: "print this help (also -h)"),
    ]

    /// The option that stands without a command.
    package static let versionOption = OptionDescription(name: "version", arity: .flag, help: "print the version")

    /// The command of exactly these words.
    package func command(_ path: [String]) -> CommandDescription? { commands.first { $0.path == path } }

    /// The group of exactly this word.
    package func group(_ path: [String]) -> Group? { path.count == 1 ? groups.first { $0.name == path[0] } : nil }

    /// The words that may follow `path`, in order.
    package func words(after path: [String]) -> [String] {
        var words: [String] = []
        for command in commands where command.path.count > path.count && command.path.starts(with: path) {
            let word = command.path[path.count]
            if !words.contains(word) { words.append(word) }
        }
        return words
    }

    /// The commands directly in a group, or at the top.
    package func commands(in path: [String]) -> [CommandDescription] {
        commands.filter { $0.path.count == path.count + 1 && $0.path.starts(with: path) }
    }
}
