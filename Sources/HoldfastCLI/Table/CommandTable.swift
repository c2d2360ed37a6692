/// All commands: the one source that parsing, help, completions and the manual are made from.
package struct CommandTable: Sendable {
    /// A word that only leads to further words.
    package struct Group: Sendable {
        /// The word.
        var name: String
        /// What its commands are about, without a full stop.
        var summary: String
        /// What else a person should know, in paragraphs.
        var discussion: [String] = []
    }

    /// The groups, in the order help shows them.
    var groups: [Group]
    /// The commands, in the order help shows them.
    var commands: [CommandDescription]

    /// Options that every command takes.
    static let commonOptions = [
        OptionDescription(
            name: "json",
            arity: .flag,
            help: "print one JSON object (RFC 8785); errors too, on standard output"
        ),
        OptionDescription(name: "help", arity: .flag, help: "print this help (also -h)"),
    ]

    /// The option that stands without a command.
    static let versionOption = OptionDescription(name: "version", arity: .flag, help: "print the version")

    /// The command of exactly these words.
    func command(_ path: [String]) -> CommandDescription? { commands.first { $0.path == path } }

    /// The group of exactly this word.
    func group(_ path: [String]) -> Group? { path.count == 1 ? groups.first { $0.name == path[0] } : nil }

    /// The words that may follow `path`, in order.
    func words(after path: [String]) -> [String] {
        var words: [String] = []
        for command in commands where command.path.count > path.count && command.path.starts(with: path) {
            let word = command.path[path.count]
            if !words.contains(word) { words.append(word) }
        }
        return words
    }

    /// The commands directly in a group, or at the top.
    func commands(in path: [String]) -> [CommandDescription] {
        commands.filter { $0.path.count == path.count + 1 && $0.path.starts(with: path) }
    }
}
