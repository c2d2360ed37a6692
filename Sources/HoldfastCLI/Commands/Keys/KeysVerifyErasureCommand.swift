internal import Canonical
internal import KeyStore

/// `holdfast keys verify-erasure`: does a receipt hold?
enum KeysVerifyErasureCommand {
    static let description = CommandDescription(
        path: ["keys", "verify-erasure"],
        summary: "compare the receipt of a destruction with the store as it is",
        discussion: [
            "Without FILE and with a scope, the receipt of the scope's last destruction that the store keeps is taken, and "
                + "the scope must have no key since. With both, the receipt must be that of the scope. That no copy was "
                + "ever made nothing can prove."
        ],
        positionals: [
            KeysArguments.directory,
            PositionalDescription(
                name: "FILE",
                kind: .file,
                help:
                    "the receipt as keys shred --json prints it; standard input when it is -, or left out without a scope",
                isRequired: false
            ),
        ],
        options: KeysArguments.scope + KeysArguments.root + [KeysArguments.timeout],
        alternatives: [KeysArguments.optionalScopeAlternatives, KeysArguments.rootAlternatives],
        examples: [
            Example(words: ["keys", "verify-erasure", "keys", "receipt.json"], note: "does this receipt hold?"),
            Example(
                words: ["keys", "verify-erasure", "keys", "--entity", "user-7", "--json"],
                note: "is user-7 erased?"
            ),
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "the keys are gone from the live keyset"),
            ExitNote(
                code: .refused,
                meaning: "something speaks against it, or the scope was never destroyed, or has a key again"
            ),
            ExitNote(code: .malformedInput, meaning: "the receipt is none, or its signature is not valid"),
        ] + KeysArguments.notes,
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let path = context.arguments.positional("FILE")
        let takesFile = path != nil || context.selector == nil
        try context.requireOneStandardInput(KeysInput.options, takesFile: takesFile)
        try context.requireDirectory("make a key store with holdfast keys init")
        let root = try KeysInput.root(context)
        let store = try context.keyStore(root)
        defer { store.close() }
        let receipt: ShredReceipt
        if takesFile {
            receipt = try self.receipt(path, store, context)
            try requireScope(of: receipt, store, context)
        } else {
            receipt = try lastReceipt(store, context)
        }
        let verification = try context.asking { () throws(KeyStoreError) in try store.verifyErasure(receipt) }
        if context.wantsJSON {
            context.console.write(json: KeysReport.json(verification, of: receipt))
        } else {
            for line in KeysReport.lines(verification, of: receipt, context.console.outputStyle) {
                context.console.writeLine(line)
            }
        }
        return verification.isErased ? .done : .refused
    }

    /// Reads no more than a receipt of the store may have, or one of another store that is told apart from it.
    private static func receipt(
        _ path: String?,
        _ store: ScopedKeyStore,
        _ context: CommandContext
    ) throws(CommandFailure) -> ShredReceipt {
        var source = try InputSource(path, expected: "the receipt", in: context)
        let own = try context.asking { () throws(KeyStoreError) in try store.receiptMaximumBytes() }
        let bytes = try source.readAll(maximum: max(own, InputLimits.receiptByteCount))
        do throws(KeyStoreError) {
            return try ShredReceipt(parsing: NonceInput.withoutFinalNewline(bytes))
        } catch {
            var failure = CommandFailure(error, of: context)
            failure.message = CommandContext.placed(failure.message, source.name)
            throw failure
        }
    }

    private static func requireScope(
        of receipt: ShredReceipt,
        _ store: ScopedKeyStore,
        _ context: CommandContext
    ) throws(CommandFailure) {
        guard let scope = context.selector?.scope else { return }
        let records = try context.asking { () throws(KeyStoreError) in try store.keyRecords(of: scope) }
        if records.first?.scopeTag == receipt.scopeTag { return }
        throw CommandFailure(
            exitCode: .refused,
            code: "receipt_of_other_scope",
            message:
                "the receipt is not one of this scope; give the scope's, or leave FILE out to take the store's own",
            fields: ["receipt": .integer(receipt.number)]
        )
    }

    private static func lastReceipt(
        _ store: ScopedKeyStore,
        _ context: CommandContext
    ) throws(CommandFailure) -> ShredReceipt {
        let scope = context.requiredSelector.scope
        let records = try context.asking { () throws(KeyStoreError) in try store.keyRecords(of: scope) }
        if records.isEmpty { throw CommandFailure(.unknownScope, of: context) }
        if let record = records.first(where: { $0.state == .destroying }) {
            throw CommandFailure(.destroying(record.id), of: context)
        }
        let number = records.compactMap(\.receipt).max()
        if let number, let record = records.first(where: { $0.state != .destroyed }) {
            throw CommandFailure(
                exitCode: .refused,
                code: "key_alive",
                message:
                    "the scope has a key again since receipt \(number): \(record.id). holdfast keys shred destroys it, too; the "
                    + "receipt by itself is compared when it is given as FILE",
                fields: ["key_id": .string(record.id.description), "receipt": .integer(number)]
            )
        }
        guard let number else {
            throw CommandFailure(
                exitCode: .refused,
                code: "not_destroyed",
                message: "the scope's keys were never destroyed; holdfast keys shred does that"
            )
        }
        return try context.asking { () throws(KeyStoreError) in try store.receipt(number) }
    }
}
