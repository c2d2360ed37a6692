internal import Canonical
internal import KeyStore

/// `holdfast keys open`: a box in, the payload out, or that its key was destroyed.
enum KeysOpenCommand {
    static let description = CommandDescription(
        path: ["keys", "open"],
        summary: "open a box",
        discussion: [
            "Prints the payload. A box whose key was destroyed is told from one that was altered, and from one whose key is "
                + "not known: only a destruction that the store remembers is called one."
        ],
        positionals: [
            KeysArguments.directory,
            PositionalDescription(
                name: "FILE",
                kind: .file,
                help: "the box as keys seal prints it; standard input when it is - or left out",
                isRequired: false
            ),
        ],
        options: KeysArguments.scope + [KeysArguments.associatedData] + KeysArguments.root + [KeysArguments.timeout],
        alternatives: [KeysArguments.optionalScopeAlternatives, KeysArguments.rootAlternatives],
        examples: [
            Example(words: ["keys", "open", "keys", "letter.box"], note: "the letter"),
            Example(
                words: ["keys", "open", "keys", "--entity", "user-7", "letter.box"],
                note: "only if it was sealed for user-7"
            ),
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "the payload is printed"),
            ExitNote(
                code: .refused,
                meaning:
                    "the key was destroyed, the store does not know it, the box or what it belongs to is not what was "
                    + "sealed, or it is of another scope"
            ),
            ExitNote(
                code: .malformedInput,
                meaning:
                    "FILE is no box, or one of a version that this program does not know; or its key was destroyed and the "
                    + "receipt cannot be read"
            ),
        ] + KeysArguments.notes,
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let input = try KeysInput.payload("the box", context)
        let store = input.store
        defer { store.close() }
        let box = try box(input, context)
        try requireScope(of: box, store, context)
        let opened = try opened(box, input, context)
        switch opened {
        case .plaintext(let payload):
            if context.wantsJSON {
                context.console.write(json: [
                    "key_id": .string(box.keyID.description),
                    "plaintext": .string(Base64.encode(payload, .urlUnpadded)),
                ])
            } else {
                context.console.write(payload)
            }
            return .done
        case .shredded(let receipt):
            throw CommandFailure(
                exitCode: .refused,
                code: "shredded",
                message:
                    "the key of this box was destroyed at \(receipt.time), as receipt \(receipt.number) says. What the "
                    + "box held cannot be read any more",
                fields: [
                    "key_id": .string(box.keyID.description), "receipt": .integer(receipt.number),
                    "time": .string(receipt.time), "reason": .string(receipt.reason),
                ]
            )
        }
    }

    /// What is too short, or begins as no box does, is no box; nothing was refused then.
    private static func box(_ input: KeysInput.Payload, _ context: CommandContext) throws(CommandFailure) -> SealedBox {
        do throws(KeyStoreError) {
            return try SealedBox(parsing: input.bytes)
        } catch {
            switch error {
            case .unsupportedBox(let version):
                var failure = CommandFailure(error, of: context)
                failure.message =
                    "\(input.name) is no box that this program knows: it begins with the byte \(version), where a box has its "
                    + "version. Decode what keys seal --json printed, which is base64url; or use a newer program"
                throw failure
            case .authenticationFailed:
                throw .malformed(
                    "\(input.name) is no box: it is cut off after \(input.bytes.count) bytes. Give what keys seal printed",
                    code: "malformed_box"
                )
            default: throw CommandFailure(error, of: context)
            }
        }
    }

    private static func requireScope(
        of box: SealedBox,
        _ store: ScopedKeyStore,
        _ context: CommandContext
    ) throws(CommandFailure) {
        guard let scope = context.selector?.scope else { return }
        let own = try context.asking { () throws(KeyStoreError) in try store.keyIDs(of: scope) }
        if own.contains(box.keyID) { return }
        throw CommandFailure(
            exitCode: .refused,
            code: "box_of_other_scope",
            message:
                "the box was not sealed with a key of this scope, whatever became of its own; give the scope that it was sealed "
                + "for, or none",
            fields: ["key_id": .string(box.keyID.description)]
        )
    }

    private static func opened(
        _ box: SealedBox,
        _ input: KeysInput.Payload,
        _ context: CommandContext
    ) throws(CommandFailure) -> ScopedKeyStore.Opened {
        do throws(KeyStoreError) {
            return try input.store.open(box, associatedData: input.associatedData)
        } catch {
            var failure = CommandFailure(error, of: context)
            if case .authenticationFailed = error {
                failure.message =
                    "\(input.name): the box does not open: it was altered, or what it belongs to is not what --aad-file gives"
            }
            throw failure
        }
    }
}
