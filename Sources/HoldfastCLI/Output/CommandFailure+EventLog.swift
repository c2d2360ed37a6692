internal import Canonical
internal import EventLog
internal import FileSystemSeam
internal import PlatformProfile

extension CommandFailure {
    /// What an event log refused or could not do, for the command in `context`.
    init(_ error: EventLogError, of context: CommandContext) {
        self.init(
            exitCode: Self.exitCode(error, context),
            code: error.code,
            message: Printable.escaped(Self.message(error, context)),
            fields: Self.fields(error)
        )
    }

    /// The log's own words, with the session before the name of a file in it.
    private static func message(_ error: EventLogError, _ context: CommandContext) -> String {
        guard case .io(_, let file) = error, file != context.directory else { return error.description }
        return CommandContext.placed(error.description, context.directory)
    }

    private static func exitCode(_ error: EventLogError, _ context: CommandContext) -> ExitCode {
        switch error {
        case .numbersExhausted, .sealBroken, .sealUnsigned: .refused
        case .platform(let error): CommandFailure(error).exitCode
        case .invalidEvent, .lineTooLong, .batchTooLong, .notALog, .malformedSeal: .malformedInput
        case .lockBusy: context.triesLockOnce ? .refused : .lockTimeout
        case .poisoned: .internalError
        case .io(let cause, let file): context.isMissing(cause, at: file) ? .missingInput : .inputOutput
        case .lockUnusable, .eventsReplaced, .notDurable, .partlyAppended: .inputOutput
        }
    }

    private static func fields(_ error: EventLogError) -> JSONObject {
        switch error {
        case .io(let cause, let file):
            ["file": .string(file), "operation": .string(cause.operation.rawValue), "errno": .errno(cause.code)]
        case .lockBusy(let path, let waited): ["path": .string(path), "waited_milliseconds": .integer(waited)]
        case .invalidEvent(let position, let error):
            ["position": .integer(position), "member": .string(error.member), "reason": .string(error.reason)]
        case .lineTooLong(let position, let byteCount, let maximum):
            ["position": .integer(position), "byte_count": .integer(byteCount), "maximum": .integer(maximum)]
        case .batchTooLong(let byteCount, let maximum):
            ["byte_count": .integer(byteCount), "maximum": .integer(maximum)]
        case .numbersExhausted(let path), .poisoned(let path): ["path": .string(path)]
        case .platform(let error): CommandFailure(error).fields
        case .partlyAppended(let path, let numbers, let cause):
            [
                "path": .string(path), "operation": .string(cause.operation.rawValue), "errno": .errno(cause.code),
                "sequence_numbers": .array(numbers.map { .integer($0) }),
            ]
        case .notDurable(let path, let numbers, let reason):
            [
                "path": .string(path), "reason": .string(reason),
                "sequence_numbers": .array(numbers.map { .integer($0) }),
            ]
        case .lockUnusable(let path, let reason), .notALog(let path, let reason), .sealBroken(let path, let reason),
            .sealUnsigned(let path, let reason), .malformedSeal(let path, let reason):
            ["path": .string(path), "reason": .string(reason)]
        case .eventsReplaced(let path, let readBytes, let size):
            ["path": .string(path), "read_bytes": .integer(Int(readBytes)), "size": .integer(Int(size))]
        }
    }

    /// Input that is no event.
    static func malformed(_ error: EventError, in name: String) -> CommandFailure {
        var failure = CommandFailure.malformed(
            "\(name): \(Printable.escaped(error.description))",
            code: "malformed_event"
        )
        failure.fields["member"] = .string(error.member)
        if let offset = error.byteOffset { failure.fields["byte_offset"] = .integer(offset) }
        return failure
    }
}
