internal import EventLog

/// `holdfast events follow`: events as they are appended.
enum EventsFollowCommand {
    static let description = CommandDescription(
        path: ["events", "follow"],
        summary: "print events as they are appended, until interrupted",
        discussion: [
            "Begins with what is appended from now on, or with --from at a sequence number. The log need not be there "
                + "yet. With --json one stored line a line, byte for byte. Takes no lock and keeps no writer waiting."
        ],
        positionals: [EventsArguments.directory],
        options: [
            OptionDescription(
                name: "from",
                arity: .value(.integer(0...UInt64.max), name: "N"),
                help: "the lowest sequence number; what comes from now on when left out"
            ),
            EventsArguments.limit,
            EventsArguments.type,
            OptionDescription(
                name: "idle",
                arity: .value(.seconds(maximum: 86_400), name: "S"),
                help: "end when nothing was appended for so many seconds, be it printed or not; never when left out"
            ),
        ],
        examples: [
            Example(words: ["events", "follow", "sessions/ssn_1"], note: "watch a session"),
            Example(
                words: ["events", "follow", "sessions/ssn_1", "--from", "0", "--idle", "2", "--json"],
                note: "everything so far, and what comes until there is quiet for two seconds"
            ),
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "--limit or --idle was reached, or nobody reads the output any more"),
            ExitNote(code: .malformedInput, meaning: "another kind of store stands at DIR"),
            ExitNote(code: .inputOutput, meaning: "the events were cut or replaced"),
        ],
        run: run
    )

    /// How long to wait before looking whether anybody still reads the output.
    private static let sliceMilliseconds: UInt64 = 1000

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let arguments = context.arguments
        let console = context.console
        var rest = arguments.integer("limit") ?? .max
        let idle = arguments.milliseconds("idle")
        // A log that is not there yet may come; in the directory of another kind of store none ever will.
        try EventsExaminer.examiner.requireNoOther(context)
        let first = arguments.integer("from")
        // What is below it is followed, too: as long as that is appended there is no quiet.
        let follower = try context.asking { () throws(EventLogError) in
            try context.sessionLog().follow(from: first == nil ? nil : 0)
        }
        var quiet: UInt64 = 0
        while rest > 0 {
            // A session may be quiet for hours: who has gone is not noticed by writing.
            console.checkReader()
            if console.outputFailure != nil { break }
            let wait = min(Self.sliceMilliseconds, idle.map { $0 - quiet } ?? .max)
            let entry = try context.asking { () throws(EventLogError) in
                try follower.next(timeoutMilliseconds: wait)
            }
            switch entry {
            case .event(let event):
                quiet = 0
                guard event.sequenceNumber >= first ?? 0, context.wants(event) else { continue }
                EventsPrinting.show(event, context)
                rest -= 1
                console.flush()
            case .skipped(let line):
                quiet = 0
                console.writeDiagnostic(EventText.line(line, console.errorStyle))
            case nil:
                quiet += wait
                if let idle, quiet >= idle { return .done }
            }
        }
        return .done
    }
}
