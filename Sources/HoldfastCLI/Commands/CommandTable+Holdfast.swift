extension CommandTable {
    /// The commands of this program.
    package static let holdfast = CommandTable(
        groups: [journalGroup],
        commands: [CanonCommand.description, DigestCommand.description] + journalCommands + [
            HelpCommand.description, CompletionsCommand.description, ManCommand.description,
        ]
    )

    private static let journalGroup = Group(
        name: "journal",
        summary: "the approval-use journal",
        discussion: [
            "A journal answers one question and acts on it at once: has this nonce of this grant been consumed, how "
                + "often, and may it be consumed once more now? It keeps digests and identifiers, never the nonce "
                + "itself, in a chain that shows every alteration."
        ]
    )

    private static let journalCommands = [
        JournalInitCommand.description,
        JournalReserveCommand.description,
        JournalRevokeCommand.description,
        JournalCheckCommand.description,
        JournalFindCommand.description,
        JournalUsesCommand.description,
        JournalListCommand.description,
        JournalHeadCommand.description,
        JournalVerifyCommand.description,
        JournalRebuildIndexesCommand.description,
    ]
}
