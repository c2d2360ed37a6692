internal import Canonical
internal import EventLog

/// `holdfast events count`: how much is in a log.
enum EventsCountCommand {
    static let description = CommandDescription(
        path: ["events", "count"],
        summary: "print the number of events, and the number that the next one gets",
        discussion: [
            "These differ when lines are no events: they count for the numbers, so that none is given twice. The lines "
                + "are counted; the counter is not believed."
        ],
        positionals: [EventsArguments.directory],
        examples: [
            Example(words: ["events", "count", "sessions/ssn_1", "--json"], note: "both numbers, for a script")
        ],
        exitNotes: [
            ExitNote(code: .malformedInput, meaning: "DIR is no session log"), EventsArguments.missingNote,
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let log = try context.existingSessionLog()
        let size = try context.asking { () throws(EventLogError) in try log.size() }
        if context.wantsJSON {
            context.console.write(json: EventsReport.json(size))
        } else {
            context.console.writeLine(EventsReport.line(size))
        }
        return .done
    }
}
