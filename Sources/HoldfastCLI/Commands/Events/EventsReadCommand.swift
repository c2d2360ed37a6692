internal import EventLog

/// `holdfast events read`: events in order.
enum EventsReadCommand {
    static let description = CommandDescription(
        path: ["events", "read"],
        summary: "print events in order",
        discussion: [
            "With --json one stored line a line, byte for byte. Lines that are no events are passed over and named on "
                + "standard error, with their place. Takes no lock and keeps no writer waiting."
        ],
        positionals: [EventsArguments.directory],
        options: [EventsArguments.from, EventsArguments.limit, EventsArguments.type],
        examples: [
            Example(
                words: ["events", "read", "sessions/ssn_1", "--from", "100", "--limit", "20"],
                note: "events 100 to 119"
            ),
            Example(
                words: ["events", "read", "sessions/ssn_1", "--type", "agent.wrote_file", "--json"],
                note: "every file that was written, for a script"
            ),
        ],
        exitNotes: [
            ExitNote(code: .malformedInput, meaning: "DIR is no session log"), EventsArguments.missingNote,
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let log = try context.existingSessionLog()
        let console = context.console
        var rest = context.arguments.integer("limit") ?? .max
        let stream = try context.asking { () throws(EventLogError) in
            try log.events(from: context.arguments.integer("from") ?? 0)
        }
        while rest > 0, console.outputFailure == nil,
            let entry = try context.asking({ () throws(EventLogError) in try stream.next() })
        {
            switch entry {
            case .event(let event):
                guard context.wants(event) else { continue }
                EventsPrinting.show(event, context)
                rest -= 1
            case .skipped(let line): console.writeDiagnostic(EventText.line(line, console.errorStyle))
            }
        }
        return .done
    }
}

/// Prints one event: a line for people, the stored line for scripts.
enum EventsPrinting {
    static func show(_ event: StoredEvent, _ context: CommandContext) {
        if context.wantsJSON {
            context.console.write(event.bytes + [UInt8(ascii: "\n")])
        } else {
            context.console.writeLine(EventText.line(event, context.console.outputStyle))
        }
    }
}
