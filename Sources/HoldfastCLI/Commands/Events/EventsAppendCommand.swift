internal import Canonical
internal import EventLog
internal import PlatformProfile

/// `holdfast events append`: what a hook calls.
enum EventsAppendCommand {
    static let description = CommandDescription(
        path: ["events", "append"],
        summary: "append an event to a session's log, or several",
        discussion: [
            "Prints the sequence number. The session's directory and its log are made when they are not there. What is "
                + "missing of sequence_no, event_id, timestamp, trace_id and span_id is made up; a sequence_no that is "
                + "given is overwritten. Types and members that this version does not know are kept as they are.",
            "With --durability none, which is the default, the event survives the death of every process when the "
                + "command ends, but perhaps not a loss of power within the next half minute; with every it survives "
                + "both.",
            "With --batch the input is read and checked as a whole before anything is appended. A large one is appended "
                + "in parts, so that nobody waits long for the lock: other events may get numbers in between.",
        ],
        positionals: [
            EventsArguments.directory,
            PositionalDescription(
                name: "FILE",
                kind: .file,
                help: "the event as JSON; standard input when it is - or left out",
                isRequired: false
            ),
        ],
        options: [
            OptionDescription(
                name: "any-platform",
                arity: .flag,
                help: "append also on a network file system, where not all tools see each other's locks"
            ),
            OptionDescription(name: "batch", arity: .flag, help: "the input holds one event a line (JSONL)"),
            OptionDescription(
                name: "durability",
                arity: .value(.choice(["none", "every"]), name: "none|every"),
                help: "what is safe when the command ends; none when left out"
            ),
            EventsArguments.timeout,
        ],
        examples: [
            Example(words: ["events", "append", "sessions/ssn_1", "event.json"], note: "one event from a file"),
            Example(
                words: ["events", "append", "sessions/ssn_1", "--batch", "--durability", "every", "events.jsonl"],
                note: "many events, safe from a loss of power"
            ),
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "the events are in the log"),
            ExitNote(code: .refused, meaning: "DIR is on a network file system or a read-only mount"),
            ExitNote(
                code: .malformedInput,
                meaning: "the input is no event, or DIR holds a store of another kind; nothing was appended"
            ),
            ExitNote(
                code: .inputOutput,
                meaning:
                    "also when a batch stopped after a part, whatever stopped it: the error says how many events "
                    + "of the input are appended"
            ),
        ] + EventsArguments.lockNotes,
        changesStore: true,
        run: run
    )

    /// How much is appended at once. Small enough that it is written within milliseconds.
    private static let partByteCount = 4 << 20

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let events = try readEvents(context)
        try StoreExaminer.requireOutsideStores(context.directory, context.fileSystem)
        try EventsExaminer.examiner.requireNoOther(context)
        let log = context.sessionLog(
            context.arguments.text("durability") == "every" ? .every : .none,
            admission: context.arguments.has("any-platform") ? .warn : .standard
        )
        for event in events { try check(event, log, context) }
        var appended: [Range<UInt64>] = []
        var part: [SessionEvent] = []
        var byteCount = 0
        for (place, event) in events.enumerated() {
            part.append(event.event)
            byteCount += event.byteCount
            guard byteCount >= partByteCount || place == events.count - 1 else { continue }
            let receipt = try append(part, to: log, after: appended, context)
            appended.append(receipt.sequenceNumbers)
            warn(receipt, context)
            part = []
            byteCount = 0
        }
        show(appended, context)
        return .done
    }

    /// Refuses what an append would refuse later, when a part of the input were appended already.
    private static func check(_ event: InputEvent, _ log: SessionLog, _ context: CommandContext) throws(CommandFailure)
    {
        do throws(CommandFailure) {
            try context.asking { () throws(EventLogError) in try log.validate([event.event]) }
        } catch {
            var failure = error
            failure.message = "\(event.place): \(failure.message)"
            throw failure
        }
    }

    private static func append(
        _ part: [SessionEvent],
        to log: SessionLog,
        after appended: [Range<UInt64>],
        _ context: CommandContext
    ) throws(CommandFailure) -> AppendReceipt {
        do throws(EventLogError) {
            return try log.append(part)
        } catch {
            var failure = CommandFailure(error, of: context)
            var count = appended.reduce(0) { $0 + $1.count }
            var isPart = !appended.isEmpty
            switch error {
            // These stand in the log, too.
            case .notDurable(_, let numbers, _): count += numbers.count
            case .partlyAppended(_, let numbers, _):
                count += numbers.count
                isPart = true
            default: break
            }
            guard isPart else { throw failure }
            let advice =
                if case .io = error { "look at the log for what came after them" } else { "go on behind them" }
            let those = count == 1 ? "The first event of the input is" : "The first \(count) events of the input are"
            failure.message += ". \(those) appended already: \(advice)"
            failure.fields["appended"] = .integer(count)
            // Whatever stopped this part: a code that says that nothing was done, or that invites to repeat all of it,
            // would not be true of the whole.
            failure.exitCode = .inputOutput
            throw failure
        }
    }

    private static func warn(_ receipt: AppendReceipt, _ context: CommandContext) {
        let word = context.console.errorStyle.notable("note:")
        if !receipt.isCounterWritten {
            context.console.writeDiagnostic(
                "\(word) events.jsonl.count could not be written; until it can, each append counts all lines. "
                    + "See holdfast doctor"
            )
        }
        guard let tail = receipt.quarantined else { return }
        context.console.writeDiagnostic(
            "\(word) a crash had left \(tail.byteCount) bytes behind the last whole line; they were moved to \(tail.file)"
        )
    }

    private static func show(_ appended: [Range<UInt64>], _ context: CommandContext) {
        let numbers = appended.flatMap { Array($0) }
        if !context.wantsJSON {
            for number in numbers { context.console.writeLine(String(number)) }
        } else if context.arguments.has("batch") {
            context.console.write(json: ["sequence_numbers": .array(numbers.map { .integer($0) })])
        } else if let number = numbers.first {
            context.console.write(json: ["sequence_no": .integer(number)])
        }
    }
}

// MARK: - Input

extension EventsAppendCommand {
    /// An event of the input, and where it stands there.
    private struct InputEvent {
        let event: SessionEvent
        let byteCount: Int
        let place: String
    }

    private static func readEvents(
        _ context: CommandContext
    ) throws(CommandFailure) -> [InputEvent] {
        let isBatch = context.arguments.has("batch")
        let expected = isBatch ? "events, one a line" : "the event as one JSON object"
        var source = try InputSource(context.arguments.positional("FILE"), expected: expected, in: context)
        let bytes = try source.readAll(maximum: InputLimits.jsonByteCount)
        guard isBatch else {
            return [InputEvent(event: try onlyEvent(bytes, source.name), byteCount: bytes.count, place: source.name)]
        }
        var events: [InputEvent] = []
        var start = 0
        var line = 1
        while start < bytes.count {
            let end = bytes.span.firstIndex(of: UInt8(ascii: "\n"), from: start) ?? bytes.count
            let text = Array(bytes[start..<end])
            if !text.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
                let place = "\(source.name), line \(line)"
                events.append(InputEvent(event: try event(text, place), byteCount: text.count, place: place))
            }
            start = end + 1
            line += 1
        }
        return events
    }

    /// The event that is all of the input. Lines of which each is an event are an option that was forgotten.
    private static func onlyEvent(_ bytes: [UInt8], _ name: String) throws(CommandFailure) -> SessionEvent {
        do throws(CommandFailure) {
            return try event(bytes, name)
        } catch {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")), (try? event(Array(bytes[..<end]), name)) != nil
            else {
                throw error
            }
            var failure = error
            failure.message += ". Events that stand one a line are appended with --batch"
            throw failure
        }
    }

    private static func event(_ bytes: [UInt8], _ name: String) throws(CommandFailure) -> SessionEvent {
        do throws(EventError) {
            return try SessionEvent(parsingDraft: bytes)
        } catch {
            throw .malformed(error, in: name)
        }
    }
}
