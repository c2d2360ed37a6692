internal import Canonical
internal import Journal

/// `holdfast journal find`: one recorded use.
enum JournalFindCommand {
    static let description = CommandDescription(
        path: ["journal", "find"],
        summary: "show one recorded use and whether it is within its limit",
        discussion: ["By nonce the latest use is shown."],
        positionals: [JournalArguments.directory],
        options: [
            OptionDescription(name: "use-id", arity: .value(.text, name: "ID"), help: "the identifier of the use"),
            OptionDescription(
                name: "grant",
                arity: .value(.text, name: "G"),
                help: "the grant's identifier, together with the nonce"
            ),
        ] + JournalArguments.nonce + [JournalArguments.maximumUsesHint],
        alternatives: [
            Alternatives(sets: [["use-id"]] + JournalArguments.nonceAlternatives.sets.map { ["grant"] + $0 })
        ],
        examples: [
            Example(
                words: ["journal", "find", "approvals", "--use-id", "use_0123456789abcdef0123456789abcdef"],
                note: "the use of this identifier"
            ),
            Example(
                words: ["journal", "find", "approvals", "--grant", "grant-7", "--nonce-file", "nonce.txt"],
                note: "the latest use of the nonce in this file"
            ),
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "there is such a use; the answer says whether it passed"),
            ExitNote(code: .refused, meaning: "there is none, or the journal does not verify"),
            JournalArguments.missingNote,
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let nonceDigest = context.arguments.has("use-id") ? nil : try NonceInput.digest(context)
        let journal = try context.existingJournal()
        let found = try context.asking { () throws(JournalError) in
            try find(in: journal, nonceDigest: nonceDigest, context.arguments)
        }
        guard let found else {
            throw CommandFailure(
                exitCode: .refused,
                code: "not_found",
                message: CommandContext.placed("no such use is recorded; check the identifiers", context.directory)
            )
        }
        if context.wantsJSON {
            context.console.write(json: [
                "use": try JournalText.json(found.record),
                "nonce_use_number": .integer(found.nonceUseNumber),
                "replay": JournalText.json(found.replay),
            ])
        } else {
            for line in JournalText.lines(found, context.console.outputStyle) { context.console.writeLine(line) }
        }
        return .done
    }

    private static func find(
        in journal: ApprovalJournal,
        nonceDigest: String?,
        _ arguments: ParsedArguments
    ) throws(JournalError) -> FoundUse? {
        let hint = arguments.integer32("max-uses")
        guard let nonceDigest else {
            return try journal.findUse(id: arguments.required("use-id"), maximumUsesHint: hint)
        }
        return try journal.findUse(
            grant: arguments.required("grant"),
            nonceDigest: nonceDigest,
            maximumUsesHint: hint
        )
    }
}
