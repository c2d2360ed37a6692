import HoldfastCLI

extension CommandTable {
    /// A table of commands that are described already.
    init(groups: [Group], commands: [CommandDescription]) {
        self.init(
            groups: groups,
            entries: commands.map { command in
                Entry(command.path.count == 2 ? command.path[0] : "", command.path[command.path.count - 1]) { command }
            }
        )
    }
}
