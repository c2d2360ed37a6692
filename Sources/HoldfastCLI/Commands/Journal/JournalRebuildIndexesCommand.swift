internal import Canonical
internal import Journal

/// `holdfast journal rebuild-indexes`: the caches, from the records.
enum JournalRebuildIndexesCommand {
    static let description = CommandDescription(
        path: ["journal", "rebuild-indexes"],
        summary: "write the indexes anew from the records",
        discussion: [
            "Indexes are caches; an append mends what it uses. This mends all of them at once, after journal verify "
                + "warned of index_stale.",
            "An index that names a record which is not there may be all that is left of a use that was removed. Then "
                + "nothing is rebuilt; restore the journal from a copy.",
        ],
        positionals: [JournalArguments.directory],
        options: [
            OptionDescription(
                name: "discard-evidence",
                arity: .flag,
                help: "rebuild also when an index names a missing record; only for who knows that none was removed"
            ),
            JournalArguments.timeout,
        ],
        examples: [Example(words: ["journal", "rebuild-indexes", "approvals"], note: "mend the indexes")],
        exitNotes: [
            ExitNote(code: .refused, meaning: "the journal does not verify; nothing is rebuilt"),
            JournalArguments.missingNote,
        ] + JournalArguments.lockNotes,
        changesStore: true,
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let journal = try context.existingJournal()
        let bar = ProgressBar("reading", unit: "records", on: context.console, context.fileSystem)
        defer { bar.clear() }
        let discardsEvidence = context.arguments.has("discard-evidence")
        let count = try context.asking { () throws(JournalError) in
            try journal.rebuildIndexes(discardingEvidence: discardsEvidence, progress: bar.show)
        }
        bar.clear()
        if context.wantsJSON {
            context.console.write(json: ["records": .integer(count)])
        } else {
            let records = count == 1 ? "1 record" : "\(count) records"
            context.console.writeLine("\(context.console.outputStyle.good("rebuilt:")) the indexes of \(records)")
        }
        return .done
    }
}
