internal import Canonical
internal import KeyStore

/// `holdfast keys mint`: makes a scope's key.
enum KeysMintCommand {
    static let description = CommandDescription(
        path: ["keys", "mint"],
        summary: "make a scope's key, or accept the one it has",
        discussion: [
            "The key is on stable storage when the command ends. keys seal does this by itself. A scope whose key was "
                + "destroyed gets a new one, which does not open old boxes."
        ],
        positionals: [KeysArguments.directory],
        options: KeysArguments.scope + KeysArguments.root + [KeysArguments.timeout],
        alternatives: [KeysArguments.scopeAlternatives, KeysArguments.rootAlternatives],
        examples: [Example(words: ["keys", "mint", "keys", "--entity", "user-7"], note: "a key for user-7")],
        exitNotes: [
            ExitNote(code: .done, meaning: "the scope has a key, durably"),
            ExitNote(
                code: .refused,
                meaning: "the scope is not of the store's granularity, or its key is being destroyed"
            ),
        ] + KeysArguments.notes,
        changesStore: true,
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let scope = context.requiredSelector.scope
        let store = try context.keyStore(try KeysInput.root(context))
        defer { store.close() }
        let (isNew, record) = try context.asking { () throws(KeyStoreError) in try mint(scope, in: store) }
        if context.wantsJSON {
            var object = KeysReport.json(record)
            object["existing"] = .bool(!isNew)
            context.console.write(json: object)
        } else {
            let word = context.console.outputStyle.good(isNew ? "minted:" : "there already:")
            context.console.writeLine("\(word) key \(record.id), version \(record.version)")
        }
        return .done
    }

    /// A scope's key that boxes can be sealed with, durable, and whether it was made here.
    private static func mint(
        _ scope: KeyScope,
        in store: ScopedKeyStore
    ) throws(KeyStoreError) -> (isNew: Bool, record: KeyRecord) {
        while true {
            let (id, isNew) = try store.mintTelling(scope)
            do throws(KeyStoreError) {
                try store.flush()
            } catch {
                guard case .mintConflict = error else { throw error }
                // Another process made the scope's key first, and may have destroyed it since.
                continue
            }
            if let record = try store.keyRecords(of: scope).first, record.state == .current {
                return (isNew && record.id == id, record)
            }
        }
    }
}
