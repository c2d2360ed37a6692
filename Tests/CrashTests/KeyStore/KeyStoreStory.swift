import CrashTesting
import FileSystemSeam
import KeyStore

/// What a key store said.
enum KeyAnswer: Equatable, Sendable {
    /// A box was handed out.
    case sealed(box: [UInt8], entity: String, text: String)
    /// A destruction was asked for.
    case condemned(entity: String)
    /// A receipt was handed out.
    case shredded(entity: String, receipt: [UInt8])
    /// The first root key holds no secret any more.
    case moved
}

/// A key store on a simulated disk: how it is used, opened after a crash, and what must then hold.
struct KeyStoreStory: Sendable, CustomStringConvertible {
    static let path = "/keys"
    static let secrets = "/secrets"

    var description: String
    /// Entities with a box each, durably, before.
    var before: [String] = []
    /// How many records a journal holds.
    var recordMaximum = 4096
    var work: @Sendable (any FileSystem, ScopedKeyStore, (KeyAnswer) -> Void) throws -> Void

    static func root(_ fileSystem: any FileSystem, _ name: String = "root.key") -> RootKeyFile {
        RootKeyFile(in: secrets, name: name, fileSystem: fileSystem)
    }

    static func open(_ fileSystem: any FileSystem, _ recordMaximum: Int = 4096) throws(KeyStoreError) -> ScopedKeyStore
    {
        let options = KeyStoreOptions(journalRecordMaximum: recordMaximum)
        do {
            return try ScopedKeyStore.open(path, root: root(fileSystem), fileSystem: fileSystem, options: options)
        } catch {
            // Rewrapped, or in the middle of it.
            guard case .wrongRoot = error else { throw error }
            let second = root(fileSystem, "second.key")
            return try ScopedKeyStore.open(path, root: second, fileSystem: fileSystem, options: options)
        }
    }

    static func seal(
        _ store: ScopedKeyStore,
        _ entity: String,
        _ text: String,
        _ say: (KeyAnswer) -> Void
    ) throws(KeyStoreError) {
        let bytes = Array(text.utf8)
        let box = try store.seal(bytes, scope: .entity(entity), associatedData: Array(entity.utf8))
        say(.sealed(box: box.bytes, entity: entity, text: text))
    }

    static func shred(
        _ store: ScopedKeyStore,
        _ entity: String,
        _ say: (KeyAnswer) -> Void
    ) throws(KeyStoreError) {
        say(.condemned(entity: entity))
        say(.shredded(entity: entity, receipt: try store.shred(.entity(entity), reason: "story").bytes))
    }

    func prepare(_ fileSystem: any FileSystem) throws {
        _ = try fileSystem.openDirectory(Self.secrets, creating: .ownerDirectory)
        if before.isEmpty { return }
        let store = try Self.open(fileSystem)
        for entity in before { try Self.seal(store, entity, "before") { _ in } }
    }

    func workload(_ fileSystem: any FileSystem, _ say: (KeyAnswer) -> Void) throws {
        let store = try Self.open(fileSystem, recordMaximum)
        defer { store.close() }
        for entity in before { try Self.seal(store, entity, "before", say) }
        try work(fileSystem, store, say)
    }

    /// Opening goes on with what was begun.
    static func recover(_ fileSystem: any FileSystem) throws -> RecoveredKeys {
        // Where a look meets a failing call it ends as an opening would, and says nothing.
        do {
            try requireNothingOldBesideReceipts(fileSystem)
            try requireNameOfWhatIsOverwritten(fileSystem)
        } catch let error as FileSystemError {
            throw KeyStoreError.io(error, file: path)
        } catch let error as RootKeyError {
            throw KeyStoreError.root(error)
        }
        let store = try open(fileSystem)
        if store.isDirty { throw Unfinished() }
        return RecoveredKeys(fileSystem: fileSystem, store: store)
    }

    /// Opening did not end a destruction; only where a call fails it may put that off.
    struct Unfinished: Error {}

    /// As long as the secret of the generation before is there, its checkpoint was not overwritten, and has a name to
    /// be found by.
    private static func requireNameOfWhatIsOverwritten(_ fileSystem: any FileSystem) throws {
        let generations = try root(fileSystem).inventory(of: nil).generations
        guard generations.count == 2, let directory = try? fileSystem.openDirectory(path) else { return }
        let survey = try ScopedKeyStore.survey(path, fileSystem: fileSystem)
        guard survey.position.generation == generations.max() else { return }
        let names = try directory.entries().map(\.name)
        try CheckFailure.unless(
            names.contains { $0.hasPrefix("keyset-") },
            "generation \(survey.position.generation) stands, and the one before has lost its name: \(names)"
        )
    }

    static func check(_ recovered: RecoveredKeys, _ answers: [KeyAnswer]) throws {
        defer { recovered.store.close() }
        do {
            try recovered.check(answers)
        } catch let failure as CheckFailure {
            throw failure
        } catch {
            throw CheckFailure("the recovered store gives no answer: \(error)")
        }
    }
}

/// A store that was opened after a crash, and its promises.
struct RecoveredKeys {
    let fileSystem: any FileSystem
    let store: ScopedKeyStore

    func check(_ answers: [KeyAnswer]) throws {
        try checkBoxes(answers, store, mayResume: true)
        // And it works on: a new key is durable, and everything is as another process finds it.
        var next: [KeyAnswer] = []
        try KeyStoreStory.seal(store, "next", "next") { next.append($0) }
        let again = try KeyStoreStory.open(fileSystem)
        defer { again.close() }
        try checkBoxes(answers + next, again, mayResume: true)
        let directory = try fileSystem.openDirectory(KeyStoreStory.path)
        let names = try directory.entries().map(\.name)
        let journals = names.filter { $0.hasPrefix("journal-") }
        let leftovers = names.filter { $0.hasPrefix("keyset-") || $0.hasPrefix(".") }
        try CheckFailure.unless(journals.count == 1 && leftovers.isEmpty, "files are left: \(names)")
    }

    /// Boxes of live scopes open; those of destroyed ones never do, and say so.
    private func checkBoxes(_ answers: [KeyAnswer], _ store: ScopedKeyStore, mayResume: Bool) throws {
        for (place, answer) in answers.enumerated() {
            switch answer {
            case .sealed(let box, let entity, let text):
                let later = answers[place...]
                let isShredded = later.contains { if case .shredded(entity, _) = $0 { true } else { false } }
                let isCondemned = later.contains(.condemned(entity: entity))
                let opened = try store.open(try SealedBox(parsing: box), associatedData: Array(entity.utf8))
                switch opened {
                case .plaintext(let bytes):
                    try CheckFailure.unless(!isShredded, "\(entity) was destroyed, and its box opens")
                    try CheckFailure.unless(bytes == Array(text.utf8), "the box of \(entity) holds something else")
                case .shredded(let receipt):
                    try CheckFailure.unless(isCondemned, "\(entity) was destroyed, and nobody asked for it")
                    try CheckFailure.unless(receipt.isSignatureValid, "the receipt is not signed")
                }
            case .condemned: continue
            case .moved:
                let left = try KeyStoreStory.root(fileSystem).inventory(of: nil).generations
                try CheckFailure.unless(left.isEmpty, "the old root key has secrets of generations \(left)")
            case .shredded(_, let receipt):
                let verification = try store.verifyErasure(try ShredReceipt(parsing: receipt))
                try CheckFailure.unless(verification.isErased, "the receipt does not hold: \(verification.findings)")
            }
        }
    }
}

extension KeyStoreStory {
    static let fresh = KeyStoreStory(description: "is made, and gets two keys") { _, store, say in
        try seal(store, "a", "1", say)
        try seal(store, "b", "2", say)
    }

    static let mint = KeyStoreStory(description: "mints and flushes", before: ["p"]) { _, store, say in
        for entity in ["a", "b"] { _ = try store.mint(.entity(entity)) }
        try store.flush()
        try seal(store, "a", "1", say)
        try seal(store, "b", "2", say)
    }

    static let checkpoint = KeyStoreStory(description: "fills its journal", before: ["p"], recordMaximum: 4) {
        _,
        store,
        say in
        for entity in ["a", "b", "c"] { try seal(store, entity, "1", say) }
    }

    static let rotate = KeyStoreStory(description: "rotates a key", before: ["p"]) { _, store, say in
        try store.rotate(.entity("p"))
        try seal(store, "p", "2", say)
    }

    static let shred = KeyStoreStory(description: "destroys a key", before: ["p", "q"]) { _, store, say in
        try shred(store, "p", say)
        try seal(store, "p", "2", say)
    }

    static let shredTwice = KeyStoreStory(description: "destroys two keys", before: ["p", "q"]) { _, store, say in
        try shred(store, "p", say)
        try shred(store, "q", say)
    }

    static let rewrap = KeyStoreStory(description: "moves to another root key", before: ["p"]) {
        fileSystem,
        store,
        say in
        try store.rewrap(root(fileSystem, "second.key"))
        say(.moved)
        try seal(store, "a", "1", say)
    }

    static let renew = KeyStoreStory(description: "renews its root key's secret", before: ["p"]) {
        fileSystem,
        store,
        say in
        let again = try ScopedKeyStore.open(path, root: root(fileSystem), fileSystem: fileSystem)
        again.close()
        try shred(store, "p", say)
        try seal(store, "p", "1", say)
        try shred(store, "p", say)
    }

    static let all = [fresh, mint, checkpoint, rotate, shred, shredTwice, rewrap, renew]
}
