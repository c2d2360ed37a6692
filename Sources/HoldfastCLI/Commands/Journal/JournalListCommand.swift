internal import Journal

/// `holdfast journal list`: records in order.
enum JournalListCommand {
    static let description = CommandDescription(
        path: ["journal", "list"],
        summary: "list records of all kinds, in order",
        discussion: ["With --json one stored record a line. Nothing is printed when there are none."],
        positionals: [JournalArguments.directory],
        options: [
            OptionDescription(
                name: "from",
                arity: .value(.integer(1...UInt64(Int64.max)), name: "I"),
                help: "the index of the first record; 1 when left out"
            ),
            OptionDescription(
                name: "limit",
                arity: .value(.integer(0...UInt64(Int64.max)), name: "N"),
                help: "how many records at most; all when left out"
            ),
        ],
        examples: [
            Example(
                words: ["journal", "list", "approvals", "--from", "101", "--limit", "20"],
                note: "records 101 to 120"
            )
        ],
        exitNotes: [
            ExitNote(code: .refused, meaning: "the journal does not verify"), JournalArguments.missingNote,
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let journal = try context.existingJournal()
        let from = context.arguments.integer("from") ?? 1
        let limit = context.arguments.integer("limit").map { Int($0) }
        if context.wantsJSON {
            var rest = limit ?? .max
            if rest == 0 { return .done }
            try context.asking { () throws(JournalError) in
                try journal.forEachRecord(from: from) { record in
                    rest -= 1
                    return JournalListing.showAsJSON(record, context) && rest > 0
                }
            }
        } else {
            let records = try context.asking { () throws(JournalError) in
                try journal.records(from: from, limit: limit)
            }
            JournalListing.showTable(records, context)
        }
        return .done
    }
}
