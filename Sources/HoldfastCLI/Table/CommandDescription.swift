/// One command: everything that parsing, help, completions and the manual know about it.
package struct CommandDescription: Sendable {
    /// The words that select it: `["journal", "reserve"]`.
    package let path: [String]
    /// What it does, in a few words without a full stop.
    package let summary: String
    /// What else a person should know, in paragraphs.
    package let discussion: [String]
    /// What stands without dashes, in order.
    package let positionals: [PositionalDescription]
    /// Its own options; ``CommandTable/commonOptions`` are added to them.
    package let options: [OptionDescription]
    /// Sets of options of which one must be given, whole; or at most one, where it may be left out.
    package let alternatives: [Alternatives]
    /// At least one command line that works.
    package let examples: [Example]
    /// What its exit codes mean, where it can be said more precisely than in general.
    package let exitNotes: [ExitNote]
    /// Whether it changes what is on disk: then a failure to print the result says that the change stands.
    package let changesStore: Bool
    /// Does it.
    let run: @Sendable (CommandContext) throws(CommandFailure) -> ExitCode

    /// Makes a description.
    package init(
        path: [String],
        summary: String,
        discussion: [String] = [],
        positionals: [PositionalDescription] = [],
        options: [OptionDescription] = [],
        alternatives: [Alternatives] = [],
        examples: [Example],
        exitNotes: [ExitNote] = [],
        changesStore: Bool = false,
        run: @escaping @Sendable (CommandContext) throws(CommandFailure) -> ExitCode
    ) {
        self.path = path
        self.summary = summary
        self.discussion = discussion
        self.positionals = positionals
        self.options = options
        self.alternatives = alternatives
        self.examples = examples
        self.exitNotes = exitNotes
        self.changesStore = changesStore
        self.run = run
    }

    /// The words as typed: `holdfast journal reserve`.
    package var name: String { (["holdfast"] + path).joined(separator: " ") }

    /// The option of that name, without dashes; its own or a common one.
    package func option(_ name: String) -> OptionDescription? {
        (options + CommandTable.commonOptions).first { $0.name == name }
    }
}

/// Sets of options: one set is given, and each option of it.
package struct Alternatives: Sendable {
    /// The sets, by option names.
    package let sets: [[String]]
    /// Whether one of them must be given.
    package let isRequired: Bool

    /// Makes alternatives.
    package init(sets: [[String]], isRequired: Bool = true) {
        self.sets = sets
        self.isRequired = isRequired
    }
}

/// A command line that works.
package struct Example: Sendable {
    /// Its words after `holdfast`.
    package let words: [String]
    /// What it shows, without a full stop.
    package let note: String

    /// Makes an example.
    package init(words: [String], note: String) {
        self.words = words
        self.note = note
    }
}

/// What an exit code means for one command.
package struct ExitNote: Sendable {
    /// The code.
    package let code: ExitCode
    /// What it means, without a full stop.
    package let meaning: String

    /// Makes a note.
    package init(code: ExitCode, meaning: String) {
        self.code = code
        self.meaning = meaning
    }
}
