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
            ExitNote(code: .malformedInput, meaning: "the box has a version that this program does not know"),
        ] + KeysArguments.notes,
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let input = try KeysInput.payload("the box", context)
        let store = input.store
        defer { store.close() }
        let (box, opened) = try context.asking { () throws(KeyStoreError) in
            let box = try SealedBox(parsing: input.bytes)
            if let scope = context.selector?.scope, try !store.keyIDs(of: scope).contains(box.keyID) {
                throw .unknownKey(box.keyID)
            }
            return (box, try store.open(box, associatedData: input.associatedData))
        }
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
}
