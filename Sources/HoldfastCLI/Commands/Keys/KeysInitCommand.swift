internal import Canonical
internal import FileSystemSeam
internal import KeyStore
internal import LockKit

/// `holdfast keys init`: makes a key store.
enum KeysInitCommand {
    static let description = CommandDescription(
        path: ["keys", "init"],
        summary: "make a key store, or accept the one that is there",
        discussion: [
            "Makes the directory, with the directories above it, and an empty keyset in it, durably. A key store of the "
                + "same granularity that is there already is left as it is. The directory of the root key must be there. "
                + "Like every command that opens a store, it goes on with a destruction that was begun.",
            "Destroying a key is worth as much as the root key's place: its file is overwritten whenever a key is "
                + "destroyed, and an old copy of it opens old copies of the keyset. A passphrase cannot be destroyed at "
                + "all, and receipts say so.",
            "A root key file serves one directory. Before a copy of the directory is used for anything but looking, copy the "
                + "key file, too, and name that one: with one file for both, the first of them that goes on destroys what the "
                + "other needs to be opened.",
        ],
        positionals: [KeysArguments.directory],
        options: [
            OptionDescription(
                name: "granularity",
                arity: .value(.choice(KeyGranularity.allCases.map(\.name)), name: "G"),
                help: "what has a key of its own: an entity, a category (16 of them), a kind (type-id) or an event; "
                    + "entity when left out. It never changes"
            )
        ] + KeysArguments.root + [KeysArguments.timeout],
        alternatives: [KeysArguments.rootAlternatives],
        examples: [
            Example(
                words: ["keys", "init", "keys", "--root-key", "/media/secrets/root.key"],
                note: "a key an entity, with the root key on another device"
            ),
            Example(
                words: ["keys", "init", "keys", "--granularity", "event", "--passphrase-file", "/dev/fd/3"],
                note: "a key an event, with a passphrase from descriptor 3"
            ),
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "there is a key store that the root key opens"),
            ExitNote(code: .refused, meaning: "there is one of another granularity, or with another root key"),
            ExitNote(code: .malformedInput, meaning: "a file or a store of another kind stands at DIR"),
            ExitNote(
                code: .missingInput,
                meaning: "DIR cannot be reached, or the directory of the root key is not there"
            ),
            KeysArguments.lockNote,
        ],
        changesStore: true,
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let asked = context.arguments.text("granularity")
        let granularity = KeyGranularity.allCases.first { $0.name == asked } ?? .entity
        let root = try KeysInput.root(context)
        try StoreExaminer.requireOutsideStores(context.directory, context.fileSystem)
        try KeysExaminer.examiner.requireNoOther(context)
        let isNew = (try? context.fileSystem.linkStatus(context.directory)) == nil
        do throws(CommandFailure) {
            try context.keyStore(root, granularity, createsWhenAbsent: true).close()
        } catch {
            discardLoneLock(context)
            if isNew { discardEmptyDirectory(context) }
            guard error.fields["evidence"]?.string?.hasPrefix("the root key") == true else { throw error }
            var failure = error
            failure.hint =
                "If DIR is a new one, name another file with --root-key: a root key file serves one directory."
            throw failure
        }
        let survey = try context.asking { () throws(KeyStoreError) in
            try ScopedKeyStore.survey(context.directory, fileSystem: context.fileSystem)
        }
        let console = context.console
        if context.wantsJSON {
            console.write(json: [
                "directory": .string(context.directory), "granularity": .string(granularity.name),
                "root_kind": .string(root.kind), "store_id": .string(survey.store.description),
                "public_key": .string(Base64.encode(survey.publicKey, .urlUnpadded)),
            ])
        } else {
            let place = Printable.escaped(context.directory)
            console.writeLine(
                "\(console.outputStyle.good("ready:")) \(place) is a key store (one key for each \(granularity.unit), "
                    + "\(root.kind))"
            )
        }
        if context.arguments.text("root-key") == nil, context.arguments.text("passphrase-file") == nil {
            let word = console.errorStyle.notable("note:")
            console.writeDiagnostic(
                "\(word) the root key is in the store's own directory: whoever copies that has every key. Name another "
                    + "place with --root-key"
            )
        }
        return .done
    }

    /// Removes the directory that a failed attempt made; where anything is in it, it stays.
    private static func discardEmptyDirectory(_ context: CommandContext) {
        guard let parts = PathParts(context.directory),
            let above = try? context.fileSystem.openDirectory(parts.parent)
        else { return }
        try? above.removeDirectory(parts.last)
        try? above.close()
    }

    /// Removes the lock file where a store that could not be made left nothing else, so that the directory may still
    /// become something else. Under the lock: who waits for it looks whether it still stands there, and makes it anew.
    private static func discardLoneLock(_ context: CommandContext) {
        guard let directory = try? context.fileSystem.openDirectory(context.directory) else { return }
        defer { try? directory.close() }
        let name = "keyset.lock"
        let isAlone = { (try? directory.entries().map(\.name)) == [name] }
        guard isAlone() else { return }
        let lock = FileLock(name, in: directory, fileSystem: context.fileSystem)
        guard let held = try? lock.lock(.exclusive, timeout: .zero) else { return }
        if isAlone() { try? directory.remove(name) }
        held.release()
    }
}
