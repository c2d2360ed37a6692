internal import Canonical

/// `holdfast man`: the manual page.
enum ManCommand {
    static let description = CommandDescription(
        path: ["man"],
        summary: "print the manual page in roff",
        discussion: ["Read it with: holdfast man | man -l -"],
        examples: [Example(words: ["man"], note: "the manual page, ready for man1/holdfast.1")],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let page = ManualPage(table: context.table).text
        if context.wantsJSON {
            context.console.write(json: ["text": .string(page)])
        } else {
            context.console.write(page)
        }
        return .done
    }
}
