internal import Canonical
internal import KeyStore

/// `holdfast keys rotate`: a new key for a scope.
enum KeysRotateCommand {
    static let description = CommandDescription(
        path: ["keys", "rotate"],
        summary: "give a scope a new key; boxes under the old one still open",
        discussion: [
            "New boxes are sealed with the new key, which is on stable storage when the command ends. Destroying the scope "
                + "destroys all its keys."
        ],
        positionals: [KeysArguments.directory],
        options: KeysArguments.scope + KeysArguments.root + [KeysArguments.timeout],
        alternatives: [KeysArguments.scopeAlternatives, KeysArguments.rootAlternatives],
        examples: [Example(words: ["keys", "rotate", "keys", "--entity", "user-7"], note: "a new key for user-7")],
        exitNotes: [
            ExitNote(code: .done, meaning: "the scope has a new key, durably"),
            ExitNote(code: .refused, meaning: "the scope has no key, or is not of the store's granularity"),
        ] + KeysArguments.notes,
        changesStore: true,
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let scope = context.requiredSelector.scope
        let store = try context.keyStore(try KeysInput.root(context))
        defer { store.close() }
        let record = try context.asking { () throws(KeyStoreError) in
            try store.rotate(scope)
            return try store.keyRecords(of: scope).first
        }
        guard let record else { throw CommandFailure(.unknownScope, of: context) }
        if context.wantsJSON {
            context.console.write(json: KeysReport.json(record))
        } else {
            let word = context.console.outputStyle.good("rotated:")
            context.console.writeLine("\(word) key \(record.id), version \(record.version)")
        }
        return .done
    }
}
