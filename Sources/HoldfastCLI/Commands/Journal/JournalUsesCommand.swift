internal import Journal

/// `holdfast journal uses`: the uses of one grant.
enum JournalUsesCommand {
    static let description = CommandDescription(
        path: ["journal", "uses"],
        summary: "list the recorded uses of a grant",
        discussion: ["With --json one stored record a line. Nothing is printed when there are none."],
        positionals: [JournalArguments.directory],
        options: [JournalArguments.grant],
        examples: [
            Example(words: ["journal", "uses", "approvals", "--grant", "grant-7"], note: "all uses of grant-7")
        ],
        exitNotes: [
            ExitNote(code: .refused, meaning: "the journal does not verify"), JournalArguments.missingNote,
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let journal = try context.existingJournal()
        let grant = context.arguments.required("grant")
        if context.wantsJSON {
            try context.asking { () throws(JournalError) in
                try journal.forEachUse(ofGrant: grant) { JournalListing.showAsJSON($0, context) }
            }
        } else {
            let uses = try context.asking { () throws(JournalError) in try journal.uses(forGrant: grant) }
            JournalListing.showTable(uses, context)
        }
        return .done
    }
}
