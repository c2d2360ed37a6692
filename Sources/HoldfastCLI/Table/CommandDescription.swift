/// One command: everything that parsing, help, completions and the manual know about it.
package struct CommandDescription: Sendable {
    /// The words that select it: `["journal", "reserve"]`.
    var path: [String]
    /// What it does, in a few words without a full stop.
    var summary: String
    /// What else a person should know, in paragraphs.
    var discussion: [String] = []
    /// What stands without dashes, in order.
    var positionals: [PositionalDescription] = []
    /// Its own options; ``CommandTable/commonOptions`` are added to them.
    var options: [OptionDescription] = []
    /// Sets of options of which exactly one must be given, whole.
    var alternatives: [Alternatives] = []
    /// At least one command line that works.
    var examples: [Example]
    /// What its exit codes mean, where it can be said more precisely than in general.
    var exitNotes: [ExitNote] = []
    /// Whether it changes what is on disk: then a failure to print the result says that the change stands.
    var changesStore = false
    /// Does it.
    var run: @Sendable (CommandContext) throws(CommandFailure) -> ExitCode

    /// The words as typed: `holdfast journal reserve`.
    var name: String { (["holdfast"] + path).joined(separator: " ") }

    /// The option of that name, without dashes; its own or a common one.
    func option(_ name: String) -> OptionDescription? {
        (options + CommandTable.commonOptions).first { $0.name == name }
    }
}

/// One argument without dashes.
package struct PositionalDescription: Sendable {
    /// How it is written in a synopsis: `DIR`.
    var name: String
    /// What it may be.
    var kind: ValueKind
    /// What it is for, without a full stop.
    var help: String
    /// Whether it must be there.
    var isRequired = true
    /// Whether more than one may stand there; only the last can.
    var isRepeated = false
}

/// One option.
package struct OptionDescription: Sendable {
    /// How the option takes values.
    enum Arity: Sendable {
        /// It takes none.
        case flag
        /// It takes one and stands at most once.
        case value(ValueKind, name: String)
        /// It takes one each time it stands.
        case repeatable(ValueKind, name: String)
    }

    /// Its name without dashes.
    var name: String
    /// How it takes values.
    var arity: Arity
    /// What it is for, without a full stop.
    var help: String
    /// Whether it must be there. Options of ``CommandDescription/alternatives`` are not marked.
    var isRequired = false

    /// What its value may be, and how the value is written in a synopsis; nil for a flag.
    var value: (kind: ValueKind, name: String)? {
        switch arity {
        case .flag: nil
        case .value(let kind, let name), .repeatable(let kind, let name): (kind, name)
        }
    }

    /// `--grant G`, or `--json`.
    var usage: String {
        guard let value else { return "--\(name)" }
        return "--\(name) \(value.name)"
    }
}

/// Sets of options: exactly one set is given, and each option of it.
package struct Alternatives: Sendable {
    /// The sets, by option names.
    var sets: [[String]]
}

/// A command line that works.
package struct Example: Sendable {
    /// Its words after `holdfast`.
    var words: [String]
    /// What it shows, without a full stop.
    var note: String
}

/// What an exit code means for one command.
package struct ExitNote: Sendable {
    /// The code.
    var code: ExitCode
    /// What it means, without a full stop.
    var meaning: String
}
