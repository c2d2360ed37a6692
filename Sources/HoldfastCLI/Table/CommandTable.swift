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

    /// A command's words, and its description for whoever asks for it: describing all commands takes longer than what
    /// most of them do.
    package struct Entry: Sendable {
        /// The word of its group; empty for none.
        let group: String
        /// Its own word.
        let word: String
        /// Describes it.
        package let describe: @Sendable () -> CommandDescription

        /// Notes a command of a group.
        package init(_ group: String, _ word: String, _ describe: @escaping @Sendable () -> CommandDescription) {
            self.group = group
            self.word = word
            self.describe = describe
        }

        /// Notes a command at the top.
        package init(_ word: String, _ describe: @escaping @Sendable () -> CommandDescription) {
            self.init("", word, describe)
        }

        /// The words that select it.
        package var path: [String] { group.isEmpty ? [word] : [group, word] }

        func isAt(_ path: [String]) -> Bool {
            switch path.count {
            case 1: group.isEmpty && word == path[0]
            case 2: group == path[0] && word == path[1]
            default: false
            }
        }
    }

    /// The groups, in the order help shows them.
    package let groups: [Group]
    /// The commands, in the order help shows them.
    package let entries: [Entry]

    /// Makes a table.
    package init(groups: [Group], entries: [Entry]) {
        self.groups = groups
        self.entries = entries
    }

    /// Every command's description, in the order help shows them.
    package var commands: [CommandDescription] { entries.map { $0.describe() } }

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
    package func command(_ path: [String]) -> CommandDescription? { entries.first { $0.isAt(path) }?.describe() }

    /// The group of exactly this word.
    package func group(_ path: [String]) -> Group? { path.count == 1 ? groups.first { $0.name == path[0] } : nil }

    /// The words that may follow `path`, in order.
    package func words(after path: [String]) -> [String] {
        var words: [String] = []
        for found in entries.map(\.path) where found.count > path.count && found.starts(with: path) {
            if !words.contains(found[path.count]) { words.append(found[path.count]) }
        }
        return words
    }

    /// The commands directly in a group, or at the top.
    package func commands(in path: [String]) -> [CommandDescription] {
        entries.filter { $0.path.count == path.count + 1 && $0.path.starts(with: path) }.map { $0.describe() }
    }
}
