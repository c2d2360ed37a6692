internal import Canonical
internal import Journal

/// `holdfast journal head`: the last record.
enum JournalHeadCommand {
    static let description = CommandDescription(
        path: ["journal", "head"],
        summary: "print the index and digest of the last record",
        discussion: [
            "With --json the output is an anchor: kept elsewhere and passed to journal verify --anchor, it shows "
                + "whether an older state was put in the place of the journal. An empty journal has the index 0."
        ],
        positionals: [JournalArguments.directory],
        examples: [
            Example(words: ["journal", "head", "approvals", "--json"], note: "an anchor, to be kept elsewhere")
        ],
        exitNotes: [
            ExitNote(code: .refused, meaning: "the journal does not verify"), JournalArguments.missingNote,
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let journal = try context.existingJournal()
        let head = try context.asking { () throws(JournalError) in try journal.head() }
        if context.wantsJSON {
            context.console.write(json: json(head))
        } else if let head {
            context.console.writeLine("\(head.index) \(head.digest) \(Printable.escaped(head.updatedAt))")
        } else {
            context.console.writeLine("empty: the journal has no records")
        }
        return .done
    }

    private static func json(_ head: JournalHead?) -> JSONObject {
        guard let head else { return ["index": .integer(0), "digest": .string("")] }
        return [
            "index": .integer(head.index), "digest": .string(head.digest), "updated_at": .string(head.updatedAt),
        ]
    }
}
