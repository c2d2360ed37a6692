internal import Canonical
internal import FileSystemSeam

/// `holdfast report`: a store on one page.
enum ReportCommand {
    static let description = CommandDescription(
        path: ["report"],
        summary: "write what doctor finds, and what a store holds, as one page for a browser",
        discussion: [
            "The page is one file that needs no network and can be read on a phone. It shows what is wrong with its "
                + "place and remedy, what the store holds, and when things happened. The store is not changed."
        ],
        positionals: [StoreExaminer.directory],
        options: [
            OptionDescription(
                name: "out",
                arity: .value(.file, name: "FILE.html"),
                help: "where the page is written, - for standard output; an earlier page is replaced",
                isRequired: true
            )
        ],
        examples: [
            Example(words: ["report", "sessions/ssn_1", "--out", "ssn_1.html"], note: "a page about a session")
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "the page is written, whatever it says"),
            ExitNote(code: .malformedInput, meaning: "DIR is no store"),
            OutputFile.notDurableNote("FILE.html"),
            ExitNote(code: .missingInput, meaning: "there is no directory DIR, or none for the page"),
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let path = context.arguments.required("out")
        let file = path == "-" ? nil : try OutputFile(path, replacing: [ReportPage.beginning], in: context.fileSystem)
        let examination = try StoreExaminer.examination(context)
        let now = Timestamp(secondsSinceEpoch: context.fileSystem.wallClock().secondsSinceEpoch)
        let page = Array(ReportPage(examination, writtenAt: now.description).html.utf8)
        guard let file else {
            context.console.write(page)
            return .done
        }
        try file.write(page)
        if context.wantsJSON {
            context.console.write(json: [
                "ok": .bool(examination.isSound), "damage_count": .integer(examination.damageCount),
                "out": .string(path), "size": .integer(page.count),
            ])
        } else {
            context.console.writeLine(
                "\(context.console.outputStyle.good("written:")) \(Printable.escaped(path)), \(page.count) bytes; the store "
                    + "is \(examination.verdict)"
            )
        }
        return .done
    }
}
