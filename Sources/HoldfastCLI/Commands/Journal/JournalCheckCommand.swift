internal import Journal

/// `holdfast journal check`: would the next use be allowed?
enum JournalCheckCommand {
    static let description = CommandDescription(
        path: ["journal", "check"],
        summary: "say whether the next use of a nonce would be allowed",
        discussion: [
            "Records nothing: between the answer and a reservation another process may consume the use, so that only "
                + "journal reserve decides. Where there is no directory DIR nothing is known, and the answer is no. An empty "
                + "one is a journal in which nothing was used: give --existing where a journal must be there."
        ],
        positionals: [JournalArguments.directory],
        options: [JournalArguments.grant] + JournalArguments.nonce + [
            JournalArguments.maximumUsesHint, JournalArguments.existing,
        ],
        alternatives: [JournalArguments.nonceAlternatives],
        examples: [
            Example(
                words: [
                    "journal", "check", "approvals", "--grant", "grant-7", "--nonce-digest",
                    "sha256:665077f5ca5d20c727acdc837412a42d19fe9ec8004165726592a54ba56e628b", "--max-uses", "1",
                ],
                note: "may this nonce be used?"
            ),
            Example(
                words: ["journal", "check", "approvals", "--grant", "grant-7", "--nonce-file", "nonce.txt"],
                note: "may the nonce in this file be used?"
            ),
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "the next use would be allowed"),
            ExitNote(
                code: .refused,
                meaning: "it would be refused, or there is no directory DIR, or the journal does not verify"
            ),
            JournalArguments.existingNote,
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let arguments = context.arguments
        let nonceDigest = try NonceInput.digest(context)
        let journal = context.journal()
        if !context.arguments.has("existing") { context.noteMissingJournal() }
        let check = try context.asking { () throws(JournalError) in
            try journal.checkReplay(
                grant: arguments.required("grant"),
                nonceDigest: nonceDigest,
                maximumUsesHint: arguments.integer32("max-uses")
            )
        }
        if context.wantsJSON {
            context.console.write(json: check)
        } else {
            context.console.writeLine(JournalText.verdict(check, context.console.outputStyle))
        }
        return check.passed ? .done : .refused
    }
}
