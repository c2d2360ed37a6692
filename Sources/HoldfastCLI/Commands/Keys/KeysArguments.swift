internal import FileSystemSeam
internal import KeyStore

/// Arguments that several keys commands share, and what they stand for.
enum KeysArguments {
    /// The store's directory.
    static let directory = PositionalDescription(name: "DIR", kind: .directory, help: "the key store's directory")

    /// What the keyset is wrapped with; ``KeysInput`` reads it.
    static let root = [
        OptionDescription(
            name: "root-key",
            arity: .value(.file, name: "FILE"),
            help: "the file that holds the root key, best on another device and never in the store's backups; "
                + "DIR/root.key when left out"
        ),
        OptionDescription(
            name: "passphrase-file",
            arity: .value(.file, name: "FILE"),
            help: "a file with the passphrase that is the root key, - for standard input, /dev/fd/N for a descriptor; "
                + "without a final newline"
        ),
    ]

    /// At most one of ``root``.
    static let rootAlternatives = Alternatives(sets: root.map { [$0.name] }, isRequired: false)

    /// Which scope; it has to fit the store's granularity and is never taken for another one.
    static let scope = [
        OptionDescription(
            name: "entity",
            arity: .value(.text, name: "E"),
            help: "the scope of an entity, where the store has one key an entity"
        ),
        OptionDescription(
            name: "category",
            arity: .value(.integer(0...15), name: "C"),
            help: "the scope of a category, the high four bits of a kind"
        ),
        OptionDescription(
            name: "kind",
            arity: .value(.kind, name: "N"),
            help: "the scope of a kind, as 12289 or 0x3001"
        ),
        OptionDescription(
            name: "event",
            arity: .value(.eventID, name: "ID"),
            help: "the scope of an event: its 128-bit id in 32 hexadecimal digits, or as a UUID"
        ),
    ]

    /// Exactly one of ``scope``.
    static let scopeAlternatives = Alternatives(sets: scope.map { [$0.name] })

    /// At most one of ``scope``.
    static let optionalScopeAlternatives = Alternatives(sets: scope.map { [$0.name] }, isRequired: false)

    /// What a box belongs to.
    static let associatedData = OptionDescription(
        name: "aad-file",
        arity: .value(.file, name: "F"),
        help:
            "a file with what the box belongs to; the same bytes must be given again to open it. Nothing when left out"
    )

    /// How long commands wait.
    static let timeout = OptionDescription(
        name: "timeout",
        arity: .value(.seconds(maximum: 86_400), name: "S"),
        help: "how many seconds to wait for the store's lock, 0 to try once; 60 when left out"
    )

    /// Exit notes of every keys command that needs a store to be there.
    static let notes = [
        ExitNote(code: .missingInput, meaning: "there is no key store at DIR, or no root key where it should be"),
        lockNote,
    ]

    /// The exit note of every command that takes the lock.
    static let lockNote = ExitNote(
        code: .lockTimeout,
        meaning: "another process held the lock for too long; with --timeout 0 this is 1"
    )
}

extension KeyGranularity {
    /// As options and results name it.
    var name: String {
        switch self {
        case .entity: "entity"
        case .category: "category"
        case .typeID: "type-id"
        case .event: "event"
        }
    }

    /// What has one key, as texts and the option of a scope name it.
    var unit: String { self == .typeID ? "kind" : name }
}

extension CommandContext {
    /// The scope that was typed; nil when none was.
    var selector: KeySelector? {
        if let name = arguments.text("entity") { return .entity(name) }
        if let category = arguments.integer("category") { return .category(UInt8(category)) }
        if let kind = arguments.text("kind").flatMap(ValueKind.kind) { return .kind(kind) }
        if let id = arguments.text("event").flatMap(ValueKind.eventID) { return .event(id) }
        return nil
    }

    /// The scope that was typed, where one must be.
    var requiredSelector: KeySelector {
        guard let selector else { preconditionFailure("one scope is described as required") }
        return selector
    }

    /// The store that DIR names, which must be there, opened.
    func keyStore(_ root: any RootKeyProvider) throws(CommandFailure) -> ScopedKeyStore {
        try requireDirectory("make a key store with holdfast keys init")
        let granularity: KeyGranularity
        do throws(KeyStoreError) {
            granularity = try ScopedKeyStore.granularity(of: directory, fileSystem: fileSystem)
        } catch {
            if case .keysetMissing = error { try KeysExaminer.requireTraces(self) }
            throw CommandFailure(error, of: self)
        }
        return try keyStore(root, granularity, createsWhenAbsent: false)
    }

    /// The store at DIR, opened.
    func keyStore(
        _ root: any RootKeyProvider,
        _ granularity: KeyGranularity,
        createsWhenAbsent: Bool
    ) throws(CommandFailure) -> ScopedKeyStore {
        var options = KeyStoreOptions(createsWhenAbsent: createsWhenAbsent)
        if let milliseconds = lockTimeoutMilliseconds { options.lockTimeoutMilliseconds = milliseconds }
        let store = try asking { () throws(KeyStoreError) in
            try ScopedKeyStore.open(
                directory,
                granularity: granularity,
                root: root,
                fileSystem: fileSystem,
                options: options
            )
        }
        if let file = root as? RootKeyFile, let permissions = file.loosePermissions {
            warn(ofLoose: arguments.text("root-key") ?? "\(directory)/\(file.name)", permissions)
        }
        if let cause = store.unfinishedCause { note(cause) }
        return store
    }

    /// Tells what keeps a destruction from its end. The command goes on: other keys are as good as ever.
    private func note(_ cause: KeyStoreError) {
        let reason = CommandFailure(cause, of: self).message
        console.writeDiagnostic(
            "\(console.errorStyle.notable("note:")) a destruction that was begun, or the cleaning up after one, could not be "
                + "finished: \(reason)"
        )
    }

    /// Runs `body`, and turns what the store refuses into a failure of the command.
    func asking<Answer>(_ body: () throws(KeyStoreError) -> Answer) throws(CommandFailure) -> Answer {
        do throws(KeyStoreError) {
            return try body()
        } catch {
            throw CommandFailure(error, of: self)
        }
    }
}

extension KeySelector {
    /// The scope it names.
    var scope: KeyScope {
        switch self {
        case .entity(let name): .entity(name)
        case .category(let category): .category(category)
        case .kind(let kind): .kind(kind)
        case .event(let id): .event(id)
        }
    }
}
