internal import Canonical
internal import Journal

/// `holdfast journal rebuild-indexes`: the caches, from the records.
enum JournalRebuildIndexesCommand {
    static let description = CommandDescription(
        path: ["journal", "rebuild-indexes"],
        summary: "write the indexes anew from the records",
        discussion: [
            "Indexes are caches; an append mends what it uses. This mends all of them at once, after journal verify "
                + "warned of index_stale."
        ],
        positionals: [JournalArguments.directory],
        options: [JournalArguments.timeout],
        examples: [Example(words: ["journal", "rebuild-indexes", "approvals"], note: "mend the indexes")],
        exitNotes: [
            ExitNote(code: .refused, meaning: "the journal does not verify"), JournalArguments.missingNote,
        ] + JournalArguments.lockNotes,
        changesStore: true,
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let journal = try context.existingJournal()
        let bar = ProgressBar("reading", unit: "records", on: context.console, context.fileSystem)
        defer { bar.clear() }
        let count = try context.asking { () throws(JournalError) in try journal.rebuildIndexes(progress: bar.show) }
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
