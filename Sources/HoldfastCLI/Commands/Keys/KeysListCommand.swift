internal import KeyStore

/// `holdfast keys list`: which keys there are, and were.
enum KeysListCommand {
    static let description = CommandDescription(
        path: ["keys", "list"],
        summary: "list the keys of a store or of a scope, those that were destroyed too",
        discussion: [
            "Shows no key, and no scope's name: a keyset does not tell which scopes are in it. With a scope, its keys only. "
                + "With --json one key a line. Nothing is printed when there are none.",
            "Like every command that opens the store, it goes on with a destruction that was begun.",
        ],
        positionals: [KeysArguments.directory],
        options: KeysArguments.scope + KeysArguments.root + [KeysArguments.timeout],
        alternatives: [KeysArguments.optionalScopeAlternatives, KeysArguments.rootAlternatives],
        examples: [
            Example(words: ["keys", "list", "keys"], note: "all keys, in the order in which they were made"),
            Example(words: ["keys", "list", "keys", "--entity", "user-7", "--json"], note: "those of user-7"),
        ],
        exitNotes: [ExitNote(code: .refused, meaning: "the scope is not of the store's granularity")]
            + KeysArguments.notes,
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let store = try context.keyStore(try KeysInput.root(context))
        defer { store.close() }
        let records = try context.asking { () throws(KeyStoreError) in
            if let scope = context.selector?.scope { return try store.keyRecords(of: scope) }
            return try store.keyRecords()
        }
        let console = context.console
        if context.wantsJSON {
            for record in records {
                console.write(json: KeysReport.json(record))
                if console.outputFailure != nil { break }
            }
        } else if !records.isEmpty {
            console.write(KeysReport.table(records))
        }
        return .done
    }
}
