internal import Canonical
internal import Journal

/// `holdfast journal init`: makes a journal.
enum JournalInitCommand {
    static let description = CommandDescription(
        path: ["journal", "init"],
        summary: "make a journal, or accept the one that is there",
        discussion: [
            "Makes the directory, with the directories above it, and says in it what it is, durably. A journal that "
                + "is there already is left as it is, also in another layout: the output says which it has."
        ],
        positionals: [JournalArguments.directory],
        options: [
            OptionDescription(
                name: "format",
                arity: .value(.choice(JournalFormat.allCases.map(\.rawValue)), name: "FORMAT"),
                help: "how records are stored: segments, or json-records as other tools read it; segments when left out"
            ),
            JournalArguments.timeout,
        ],
        examples: [Example(words: ["journal", "init", "approvals"], note: "a journal in ./approvals")],
        exitNotes: [
            ExitNote(code: .usage, meaning: "DIR would lie among the files of a store"),
            ExitNote(code: .malformedInput, meaning: "something that is no journal stands at DIR"),
            ExitNote(code: .missingInput, meaning: "DIR cannot be reached"),
        ] + JournalArguments.lockNotes,
        changesStore: true,
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        try StoreExaminer.requireOutsideStores(context.directory, context.fileSystem)
        let journal = context.journal()
        try context.asking { () throws(JournalError) in try journal.create() }
        // That of a journal which was there already may be another than the one asked for.
        let standing = try context.asking { () throws(JournalError) in try journal.format() }
        let format = (standing ?? journal.options.format).rawValue
        if context.wantsJSON {
            context.console.write(json: ["directory": .string(context.directory), "format": .string(format)])
        } else {
            let place = Printable.escaped(context.directory)
            context.console.writeLine("\(context.console.outputStyle.good("ready:")) \(place) is a journal (\(format))")
        }
        return .done
    }
}
