internal import Canonical
internal import FileSystemSeam
internal import Journal
internal import PlatformProfile

extension CommandFailure {
    /// What a journal refused or could not do, for the command in `context`.
    ///
    /// - Parameter records: the bundle that the records come from which the error may be about; DIR when left out.
    init(_ error: JournalError, of context: CommandContext, records: String? = nil) {
        self.init(
            exitCode: Self.exitCode(error, context),
            code: error.code,
            message: Printable.escaped(Self.message(error, context, records)),
            fields: Self.fields(error)
        )
    }

    private static func exitCode(_ error: JournalError, _ context: CommandContext) -> ExitCode {
        switch error {
        case .usesExhausted, .grantRevoked, .expired, .idempotencyConflict, .clockRegression: .refused
        case .malformedRecord, .brokenChain, .recordTampered, .missingRecord, .duplicateIndex, .unknownKind,
            .nameMismatch, .rolledBack:
            .refused
        case .notAJournal, .unsupportedFormat: .malformedInput
        case .journalMissing: .missingInput
        case .platform(let error): CommandFailure(error).exitCode
        case .invalidArgument: .usage
        case .lockBusy: context.triesLockOnce ? .refused : .lockTimeout
        case .poisoned: .internalError
        case .outcomeUnknown, .copyNotDurable: .inputOutput
        case .io(let cause, let file): context.isMissing(cause, at: file) ? .missingInput : .inputOutput
        }
    }

    /// The journal's own words, with the place where they name a record or a file within it only.
    private static func message(_ error: JournalError, _ context: CommandContext, _ records: String?) -> String {
        let directory = context.arguments.positionalIfAny("DIR")
        switch error {
        case .invalidArgument(let member, let reason): return message(member, reason, context) ?? error.description
        case .journalMissing(let path, let reason):
            return
                "no journal stands at \(path): \(reason). Check the path, and whether its file system is mounted; a new journal "
                + "is made with holdfast journal init"
        case .io(_, let file):
            return CommandContext.placed(error.description, context.namesStore(file) ? nil : directory)
        case .outcomeUnknown: return CommandContext.placed(error.description, directory)
        case .malformedRecord, .brokenChain, .recordTampered, .missingRecord, .duplicateIndex, .unknownKind,
            .nameMismatch, .rolledBack, .clockRegression:
            // What does not come from DIR comes from a bundle.
            if let records { return CommandContext.placed(error.descriptionOfBundle, records) }
            return CommandContext.placed(error.description, directory)
        default: return error.description
        }
    }

    /// The journal speaks of members of a record, and of the path of a copy; here they are options and arguments.
    private static func message(_ member: String, _ reason: String, _ context: CommandContext) -> String? {
        let arguments = context.arguments
        if member == "path" {
            let place = arguments.describes("out") ? arguments.text("out") : arguments.positionalIfAny("DIR")
            return place.map { "\(Printable.quoted($0, maximum: 200)): \(reason). Nothing was written" }
        }
        if member == "to_record_index", arguments.describes("to"), !arguments.has("to") {
            let text = "there is nothing to sum up: the journal is empty. Nothing was written"
            return CommandContext.placed(text, arguments.positionalIfAny("DIR"))
        }
        if member.hasSuffix("_record_index") {
            let text = "\(member) \(reason)".replacing("from_record_index", with: "--from").replacing(
                "to_record_index",
                with: "--to"
            )
            return CommandContext.placed("\(text). Nothing was written", arguments.positionalIfAny("DIR"))
        }
        let words = member.split(separator: "_").joined(separator: "-")
        let candidates = [words, words.hasSuffix("-id") ? String(words.dropLast(3)) : words]
        guard let option = candidates.first(where: arguments.describes) else { return nil }
        return "the value of --\(option) \(reason). Nothing was written"
    }

    private static func fields(_ error: JournalError) -> JSONObject {
        switch error {
        case .io(let cause, let file):
            ["file": .string(file), "operation": .string(cause.operation.rawValue), "errno": .errno(cause.code)]
        case .outcomeUnknown(let cause, let file):
            [
                "file": .string(file), "operation": .string(cause.operation.rawValue), "errno": .errno(cause.code),
                "recorded": .string("unknown"),
            ]
        case .copyNotDurable(let cause, let path):
            ["path": .string(path), "operation": .string(cause.operation.rawValue), "errno": .errno(cause.code)]
        case .malformedRecord(let index, let file, let reason):
            ["index": .integer(index), "file": .string(file), "reason": .string(reason)]
        case .brokenChain(let index, let expected, let actual), .nameMismatch(let index, let expected, let actual):
            ["index": .integer(index), "expected": .string(expected), "actual": .string(actual)]
        case .recordTampered(let index, let stored, let recomputed):
            ["index": .integer(index), "expected": .string(stored), "actual": .string(recomputed)]
        case .missingRecord(let index, let evidence):
            ["index": .integer(index), "evidence": .string(evidence)]
        case .duplicateIndex(let index, let files):
            ["index": .integer(index), "files": .array(files.map { .string($0) })]
        case .unknownKind(let index, let kind): ["index": .integer(index), "kind": .string(kind)]
        case .lockBusy(let path, let waited):
            ["path": .string(path), "waited_milliseconds": .integer(waited)]
        case .usesExhausted(let grant, let maximum, let current):
            ["grant": .string(grant), "maximum": .integer(maximum), "current": .integer(current)]
        case .grantRevoked(let grant, let index):
            ["grant": .string(grant), "revocation_index": .integer(index)]
        case .expired(let expiresAt, let now): ["expires_at": .string(expiresAt), "now": .string(now)]
        case .idempotencyConflict(let grant, let key, let existing):
            ["grant": .string(grant), "key": .string(key), "existing_use_id": .string(existing)]
        case .clockRegression(let now, let last): ["now": .string(now), "last_record": .string(last)]
        case .poisoned(let path): ["path": .string(path)]
        case .notAJournal(let path, let reason), .journalMissing(let path, let reason):
            ["path": .string(path), "reason": .string(reason)]
        case .unsupportedFormat(let path, let found): ["path": .string(path), "found": .string(found)]
        case .invalidArgument(let member, let reason): ["member": .string(member), "reason": .string(reason)]
        case .platform(let error): CommandFailure(error).fields
        case .rolledBack(let expected, let found): rolledBack(expected, found)
        }
    }

    private static func rolledBack(_ expected: JournalHead, _ found: JournalHead?) -> JSONObject {
        var fields: JSONObject = ["index": .integer(expected.index), "expected": .string(expected.digest)]
        if let found { fields["actual"] = .string(found.digest) }
        return fields
    }
}

extension JSONValue {
    /// An error number, as errors carry it.
    static func errno(_ code: ErrorNumber) -> JSONValue { .integer(Int(code.rawValue)) }
}
