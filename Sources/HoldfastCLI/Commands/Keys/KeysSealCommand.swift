internal import Canonical
internal import KeyStore

/// `holdfast keys seal`: a payload in, a box out.
enum KeysSealCommand {
    static let description = CommandDescription(
        path: ["keys", "seal"],
        summary: "seal a payload for a scope",
        discussion: [
            "Prints the box: 57 bytes more than the payload. A scope without a key gets one, and that is on stable storage "
                + "before the box is printed. Destroying the scope's key makes the box unreadable for ever.",
            "A box is binary, and is not printed on a terminal: redirect it, or take it in base64url with --json.",
        ],
        positionals: [
            KeysArguments.directory,
            PositionalDescription(
                name: "FILE",
                kind: .file,
                help: "the payload, up to 256 MiB; standard input when it is - or left out",
                isRequired: false
            ),
        ],
        options: KeysArguments.scope + [KeysArguments.associatedData] + KeysArguments.root + [KeysArguments.timeout],
        alternatives: [KeysArguments.scopeAlternatives, KeysArguments.rootAlternatives],
        examples: [
            Example(
                words: ["keys", "seal", "keys", "--entity", "user-7", "letter.txt"],
                note: "a letter of user-7; redirect it with > letter.box"
            ),
            Example(
                words: ["keys", "seal", "keys", "--kind", "0x3001", "--aad-file", "event.id", "--json", "payload"],
                note: "bound to an event, the box in base64url",
            ),
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "the box is printed, and its key is durable"),
            ExitNote(code: .usage, meaning: "the command line is wrong, or standard output is a terminal"),
            ExitNote(
                code: .refused,
                meaning: "the scope is not of the store's granularity, or its key is being destroyed"
            ),
        ] + KeysArguments.notes,
        changesStore: true,
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        if context.console.terminal.isOutput, !context.wantsJSON {
            throw .usage(
                "a box is binary, and on a terminal it would be lost: redirect it with >, or give --json. Nothing was done"
            )
        }
        let input = try KeysInput.payload("the payload", context)
        defer { input.store.close() }
        let box = try context.asking { () throws(KeyStoreError) in
            try input.store.seal(
                input.bytes,
                scope: context.requiredSelector.scope,
                associatedData: input.associatedData
            )
        }
        if context.wantsJSON {
            context.console.write(json: [
                "box": .string(Base64.encode(box.bytes, .urlUnpadded)), "key_id": .string(box.keyID.description),
            ])
        } else {
            context.console.write(box.bytes)
        }
        return .done
    }
}
