internal import EventLog
internal import Signing

/// `holdfast events seal`: when a session is closed.
enum EventsSealCommand {
    static let description = CommandDescription(
        path: ["events", "seal"],
        summary: "write down what the log is, so that later truncation shows",
        discussion: [
            "Writes events.seal.json: the number of events, the size and digest of the file and the root of a Merkle "
                + "tree over its lines, signed when a key is given. When the command ends, the events and the seal are "
                + "on stable storage.",
            "Events may still be appended; sealing again covers them. A seal that the events no longer fit is evidence "
                + "and is never replaced.",
        ],
        positionals: [EventsArguments.directory],
        options: [
            OptionDescription(
                name: "sign-key",
                arity: .value(.file, name: "FILE"),
                help: "the Ed25519 private key (PEM) that signs the seal; unsigned when left out"
            ),
            EventsArguments.timeout,
        ],
        examples: [
            Example(words: ["events", "seal", "sessions/ssn_1"], note: "close a session"),
            Example(
                words: ["events", "seal", "sessions/ssn_1", "--sign-key", "sealer.key.pem", "--json"],
                note: "with a signature, and the seal on standard output"
            ),
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "the log is sealed, durably"),
            ExitNote(code: .refused, meaning: "the events are not what an earlier seal says; nothing was written"),
            ExitNote(code: .malformedInput, meaning: "there are no events, or the key or the earlier seal is none"),
            EventsArguments.missingNote,
        ] + EventsArguments.lockNotes,
        changesStore: true,
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let log = try context.existingSessionLog()
        var key: SigningKey?
        if let path = context.arguments.text("sign-key") { key = try KeyInput.signingKey(path, context) }
        let seal = try context.asking { () throws(EventLogError) in try log.seal(signingWith: key) }
        if context.wantsJSON {
            context.console.write(json: EventsReport.json(seal))
        } else {
            let word = context.console.outputStyle.good("sealed:")
            let count = seal.eventCount == 1 ? "1 event" : "\(seal.eventCount) events"
            let signer = seal.publicKey.map { ", signed by \($0)" } ?? ""
            context.console.writeLine("\(word) \(count), \(seal.byteCount) bytes, \(seal.fileDigest)\(signer)")
        }
        return .done
    }
}
