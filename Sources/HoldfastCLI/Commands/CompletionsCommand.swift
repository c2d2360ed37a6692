internal import Canonical

/// `holdfast completions`: scripts that make a shell complete this program's command lines.
enum CompletionsCommand {
    static let description = CommandDescription(
        path: ["completions"],
        summary: "print a completion script for a shell",
        discussion: [
            "bash: put \"source <(holdfast completions bash)\" into ~/.bashrc. zsh: write the script to a file "
                + "_holdfast in a directory of fpath. fish: write it to ~/.config/fish/completions/holdfast.fish."
        ],
        positionals: [
            PositionalDescription(
                name: "SHELL",
                kind: .choice(Completions.Shell.allCases.map(\.rawValue)),
                help: "bash, zsh or fish"
            )
        ],
        examples: [Example(words: ["completions", "bash"], note: "the script for bash")],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        guard let shell = Completions.Shell(rawValue: context.arguments.positional("SHELL") ?? "") else {
            preconditionFailure("SHELL was not checked")
        }
        let script = Completions(table: context.table).script(shell)
        if context.wantsJSON {
            context.console.write(json: ["shell": .string(shell.rawValue), "text": .string(script)])
        } else {
            context.console.write(script)
        }
        return .done
    }
}
