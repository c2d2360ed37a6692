extension CommandTable {
    /// The commands of this program.
    package static let holdfast = CommandTable(
        groups: [],
        commands: [
            CanonCommand.description,
            DigestCommand.description,
            HelpCommand.description,
            CompletionsCommand.description,
            ManCommand.description,
        ]
    )
}
