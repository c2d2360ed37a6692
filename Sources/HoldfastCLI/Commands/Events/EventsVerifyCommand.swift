internal import EventLog
internal import Signing

/// `holdfast events verify`: is the log whole?
enum EventsVerifyCommand {
    static let description = CommandDescription(
        path: ["events", "verify"],
        summary: "check every line, every number, the counter and the seal",
        discussion: [
            "Changes nothing and takes no lock. Failures are numbers that are missing or stand twice, lines that are no "
                + "events, and a seal that does not fit. Warnings mend themselves with the next append, or need only to "
                + "be known, such as events that came after the seal.",
            "That the end of a log was cut off shows only against a seal: make one with holdfast events seal when a "
                + "session is closed.",
        ],
        positionals: [EventsArguments.directory],
        options: [
            OptionDescription(
                name: "trusted-key",
                arity: .repeatable(.file, name: "FILE"),
                help: "a public key (PEM) whose seals are trusted; with any, a seal by one of them must be there"
            )
        ],
        examples: [
            Example(words: ["events", "verify", "sessions/ssn_1"], note: "every failure with its place, or ok"),
            Example(
                words: ["events", "verify", "sessions/ssn_1", "--trusted-key", "sealer.pem", "--json"],
                note: "whether the log is what was sealed, by whom it should be"
            ),
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "the log is whole"),
            ExitNote(code: .refused, meaning: "it is not"),
            ExitNote(code: .malformedInput, meaning: "DIR is no session log, or a key is none"),
            EventsArguments.missingNote,
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let log = try context.existingSessionLog()
        var keys: [VerifyingKey] = []
        for path in context.arguments.texts("trusted-key") { keys.append(try KeyInput.publicKey(path, context)) }
        let bar = ProgressBar("verifying", unit: "bytes", on: context.console, context.fileSystem)
        defer { bar.clear() }
        let report = try context.asking { () throws(EventLogError) in
            try log.verify(trusting: keys, progress: bar.show)
        }
        bar.clear()
        if context.wantsJSON {
            context.console.write(json: EventsReport.json(report))
        } else {
            for line in EventsReport.lines(report, context.console.outputStyle) { context.console.writeLine(line) }
        }
        return report.isIntact ? .done : .refused
    }
}
