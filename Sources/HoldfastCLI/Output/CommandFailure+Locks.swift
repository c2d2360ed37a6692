internal import Canonical
internal import FileSystemSeam
internal import LockKit

extension CommandFailure {
    /// What a lock refused or could not do, for the command in `context`.
    init(_ error: LockError, of context: CommandContext) {
        self.init(
            exitCode: Self.exitCode(error, context),
            code: error.code,
            message: Printable.escaped(Self.message(error, context)),
            fields: Self.fields(error)
        )
    }

    /// The lock's own words, with its path where they lack it.
    private static func message(_ error: LockError, _ context: CommandContext) -> String {
        guard case .takeoverRefused = error else { return error.description }
        return CommandContext.placed(error.description, context.arguments.positionalIfAny("PATH"))
    }

    private static func exitCode(_ error: LockError, _ context: CommandContext) -> ExitCode {
        let triesOnce = context.arguments.describes("timeout") && context.arguments.milliseconds("timeout") == 0
        return switch error {
        case .timedOut: triesOnce ? .refused : .lockTimeout
        case .held, .wouldBlock, .staleMarker, .markerChanged, .markerReplaced, .takeoverRefused, .epochUnreadable,
            .epochsExhausted, .minimumEpochUnknown, .fenced, .unsupportedFilesystem, .lockFileReplaced:
            .refused
        case .directoryMissing: .missingInput
        case .notALockFile, .malformedTakeover: .malformedInput
        case .invalidValue: .usage
        case .cancelled, .reentrant, .upgradeRefused, .forked, .unusableGate: .internalError
        case .io: .inputOutput
        }
    }

    private static func fields(_ error: LockError) -> JSONObject {
        switch error {
        case .io(let cause, let file):
            [
                "file": .string(file), "operation": .string(cause.operation.rawValue),
                "errno": .integer(Int(cause.code.rawValue)),
            ]
        case .timedOut(let path, let waited):
            ["path": .string(path), "waited_milliseconds": .integer(waited)]
        case .notALockFile(let path, let reason), .unusableGate(let path, let reason):
            ["path": .string(path), "reason": .string(reason)]
        case .unsupportedFilesystem(let path, let type): ["path": .string(path), "type": .string(type)]
        case .takeoverRefused(let refusal): ["refusal": .string(refusal.rawValue)]
        case .malformedTakeover(let reason): ["reason": .string(reason)]
        case .minimumEpochUnknown(let path, let reason): ["path": .string(path), "reason": .string(reason)]
        case .invalidValue(let member, let reason): ["member": .string(member), "reason": .string(reason)]
        case .held(let path, let evidence): owned(path, evidence?.marker)
        case .staleMarker(let path, let evidence): owned(path, evidence.marker)
        case .directoryMissing(let path), .cancelled(let path), .reentrant(let path), .upgradeRefused(let path),
            .lockFileReplaced(let path), .wouldBlock(let path), .markerChanged(let path), .markerReplaced(let path),
            .epochUnreadable(let path), .epochsExhausted(let path), .forked(let path, _):
            ["path": .string(path)]
        case .fenced(let epoch, let highestSeen):
            ["epoch": .integer(epoch), "highest_seen": .integer(highestSeen)]
        }
    }

    private static func owned(_ path: String, _ owner: LockMarker?) -> JSONObject {
        var fields: JSONObject = ["path": .string(path)]
        if let owner { fields["owner"] = .object(owner.json) }
        return fields
    }
}

extension LockMarker {
    /// The marker's lines as members.
    var json: JSONObject {
        var object: JSONObject = [
            "pid": .integer(processID), "host": .string(host), "deployment_id": .string(deploymentID),
            "operator_principal_id": .string(operatorPrincipalID), "acquired_at": .string(acquiredAt.description),
            "scope": .string(scope), "restore_intent_blake3": .string(restoreIntent.description),
        ]
        if let bootID { object["boot_id"] = .string(bootID) }
        if let processNamespace { object["pid_namespace"] = .integer(processNamespace) }
        if let startTicks { object["start_ticks"] = .integer(startTicks) }
        if let machineID { object["machine_id"] = .string(machineID) }
        if let executable { object["executable"] = .string(executable) }
        if let epoch { object["epoch"] = .integer(epoch) }
        if let token { object["token"] = .string(token) }
        if let preservedReason { object["preserved_reason"] = .string(preservedReason) }
        return object
    }
}
