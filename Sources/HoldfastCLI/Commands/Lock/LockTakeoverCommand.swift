internal import Canonical
internal import LockKit
internal import Signing

/// `holdfast lock takeover`: moves a stale marker away because an operator decided so.
enum LockTakeoverCommand {
    static let description = CommandDescription(
        path: ["lock", "takeover"],
        summary: "move a stale marker to quarantine, as a signed attestation says",
        discussion: [
            "The attestation is verified while the lock is held, so that a lock that somebody holds is never taken: it "
                + "must name exactly this marker, this host or none, and the deployment and operator given here, be in its "
                + "time, and be signed by one of the trusted keys. The marker keeps its contents under a new name, beside the "
                + "attestation; then the lock can be acquired."
        ],
        positionals: [LockArguments.marker],
        options: [
            OptionDescription(
                name: "attestation",
                arity: .value(.file, name: "FILE"),
                help: "what lock attest printed",
                isRequired: true
            ),
            OptionDescription(
                name: "trusted-key",
                arity: .repeatable(.file, name: "FILE"),
                help: "the public key of an operator who may decide, in PEM form",
                isRequired: true
            ),
            OptionDescription(
                name: "deployment",
                arity: .value(.text, name: "D"),
                help: "the deployment on whose behalf; that of the stale owner when left out"
            ),
            OptionDescription(
                name: "operator",
                arity: .value(.text, name: "O"),
                help: "the operator on whose behalf; that of the stale owner when left out"
            ),
        ],
        examples: [
            Example(
                words: [
                    "lock", "takeover", "/srv/store", "--attestation", "takeover.json", "--trusted-key", "ada.pem",
                ],
                note: "clear away what a dead restore left"
            )
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "the marker is in quarantine, durably"),
            ExitNote(
                code: .refused,
                meaning:
                    "the lock is held, the attestation is not right, or the marker has an epoch and the epoch file "
                    + "cannot be read"
            ),
            LockArguments.missingNote,
        ],
        changesStore: true,
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        var keys: [VerifyingKey] = []
        for path in context.arguments.texts("trusted-key") { keys.append(try KeyInput.publicKey(path, context)) }
        let signed = try attestation(context)
        let lock = context.markerLock()
        let name = try context.locking { () throws(LockError) in
            // The marker is looked at again under the lock, against the attestation, which names all of it.
            let staleOwner = try lock.readMarker()?.marker
            return try lock.takeOver(
                signed,
                deploymentID: context.arguments.text("deployment") ?? staleOwner?.deploymentID ?? "",
                operatorPrincipalID: context.arguments.text("operator") ?? staleOwner?.operatorPrincipalID ?? "",
                trustedKeys: keys
            )
        }
        if context.wantsJSON {
            context.console.write(json: ["path": .string(lock.path), "quarantined_as": .string(name)])
        } else {
            context.console.writeLine("\(context.console.outputStyle.good("moved to")) \(Printable.escaped(name))")
        }
        return .done
    }

    private static func attestation(_ context: CommandContext) throws(CommandFailure) -> SignedTakeover {
        let path = context.arguments.required("attestation")
        let bytes = try LockArguments.text(of: path, expected: "an attestation", context)
        do throws(LockError) {
            return try SignedTakeover(parsing: bytes)
        } catch {
            var failure = CommandFailure(error, of: context)
            failure.message = CommandContext.placed(failure.message, path)
            throw failure
        }
    }
}
