internal import KeyStore

/// `holdfast keys shred`: destroys a scope's keys.
enum KeysShredCommand {
    static let description = CommandDescription(
        path: ["keys", "shred"],
        summary: "destroy a scope's keys; with --json print the receipt",
        discussion: [
            "When the command ends with 0, everything ever sealed for the scope is unreadable, as far as the receipt says. "
                + "It cannot be undone. What was begun and did not end is gone on with by the next command that opens the "
                + "store, whichever, as holdfast keys list; the keys are not used meanwhile. Destroying again prints the same "
                + "receipt, unless the scope has a new key by then: that one is destroyed, too.",
            "A receipt proves that the keys are gone from the live keyset. Copies of the directory together with the root "
                + "key, as in backups, are out of its reach: the receipt names what it cannot speak for.",
        ],
        positionals: [KeysArguments.directory],
        options: KeysArguments.scope + [
            OptionDescription(
                name: "reason",
                arity: .value(.text, name: "TEXT"),
                help: "why, for the receipt; at most 240 bytes"
            )
        ] + KeysArguments.root + [KeysArguments.timeout],
        alternatives: [KeysArguments.scopeAlternatives, KeysArguments.rootAlternatives],
        examples: [
            Example(
                words: ["keys", "shred", "keys", "--entity", "user-7", "--reason", "asked for on 3 March"],
                note: "everything of user-7"
            ),
            Example(
                words: ["keys", "shred", "keys", "--event", "00000000-0000-0000-0000-000000000007", "--json"],
                note: "one event, and the receipt to keep"
            ),
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "the keys are destroyed"),
            ExitNote(
                code: .refused,
                meaning: "the scope never had a key, or is not of the store's granularity; nothing was destroyed"
            ),
            ExitNote(
                code: .inputOutput,
                meaning:
                    "the destruction is decided and not finished, where the message says so (shred_pending); else nothing "
                    + "is destroyed"
            ),
        ] + KeysArguments.notes,
        changesStore: true,
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let store = try context.keyStore(try KeysInput.root(context))
        defer { store.close() }
        let receipt = try context.asking { () throws(KeyStoreError) in
            try store.shred(context.requiredSelector, reason: context.arguments.text("reason") ?? "")
        }
        if context.wantsJSON {
            // The receipt itself: RFC 8785, as it is signed and stored.
            context.console.write(receipt.bytes + [UInt8(ascii: "\n")])
        } else {
            for line in KeysReport.lines(receipt, context.console.outputStyle) { context.console.writeLine(line) }
        }
        return .done
    }
}
