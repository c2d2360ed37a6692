internal import Canonical
internal import FileSystemSeam
internal import LockKit
internal import Signing

/// `holdfast lock attest`: an operator's decision that a stale marker may be moved away.
enum LockAttestCommand {
    private static let defaultValiditySeconds: UInt64 = 900

    static let description = CommandDescription(
        path: ["lock", "attest"],
        summary: "sign the decision that a stale marker may be moved away",
        discussion: [
            "Look at the lock and at the state that its owner left first. The attestation is printed on standard output: one "
                + "line that names the marker as it stands, its owner in full, the last epoch, the new owner and the reason. "
                + "It is good for this marker only, and for a short time."
        ],
        positionals: [LockArguments.marker],
        options: [
            OptionDescription(
                name: "key",
                arity: .value(.file, name: "FILE"),
                help: "the operator's private key, in PEM form",
                isRequired: true
            ),
            OptionDescription(name: "reason", arity: .value(.text, name: "TEXT"), help: "why", isRequired: true),
            OptionDescription(
                name: "deployment",
                arity: .value(.text, name: "D"),
                help: "the deployment that may acquire the lock; that of the stale owner when left out"
            ),
            OptionDescription(
                name: "operator",
                arity: .value(.text, name: "O"),
                help: "the operator on whose behalf; that of the stale owner when left out"
            ),
            OptionDescription(
                name: "host",
                arity: .value(.text, name: "H"),
                help: "the host that may acquire the lock; any when left out"
            ),
            OptionDescription(
                name: "valid",
                arity: .value(.seconds(maximum: 31_536_000), name: "S"),
                help: "for how many seconds; \(defaultValiditySeconds) when left out"
            ),
        ],
        examples: [
            Example(
                words: ["lock", "attest", "/srv/store", "--key", "ada.key", "--reason", "the restore died"],
                note: "decide about the marker in /srv/store"
            )
        ],
        exitNotes: [
            ExitNote(code: .refused, meaning: "the lock is held, or there is no marker to decide about"),
            LockArguments.missingNote,
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let arguments = context.arguments
        let key = try KeyInput.signingKey(arguments.required("key"), context)
        let lock = context.markerLock()
        let inspection = try context.locking { () throws(LockError) in try lock.inspect() }
        if inspection.isHeld {
            throw CommandFailure(.held(path: lock.path, marker: inspection.marker), of: context)
        }
        guard let evidence = inspection.marker else {
            throw CommandFailure(.takeoverRefused(.noMarker), of: context)
        }
        let now = context.fileSystem.wallClock().secondsSinceEpoch
        let validity = (arguments.milliseconds("valid") ?? defaultValiditySeconds * 1000) / 1000
        let owner = TakeoverOwner(
            deploymentID: arguments.text("deployment") ?? evidence.marker?.deploymentID ?? "",
            operatorPrincipalID: arguments.text("operator") ?? evidence.marker?.operatorPrincipalID ?? "",
            host: arguments.text("host") ?? ""
        )
        let bytes = try context.locking { () throws(LockError) in
            let takeover = try Takeover(
                of: evidence,
                lock: lock,
                observedEpoch: inspection.epoch ?? 0,
                newOwner: owner,
                operatorKey: key.publicKey,
                reason: arguments.required("reason"),
                issuedAt: Timestamp(secondsSinceEpoch: now),
                notAfter: Timestamp(secondsSinceEpoch: now + Int64(validity))
            )
            return try SignedTakeover(takeover, signedBy: key).encoded()
        }
        context.console.write(bytes)
        return .done
    }
}
