public import FileSystemSeam
internal import LockKit
internal import PlatformProfile

/// A key for each scope, and the destruction of keys: destroying a scope's key makes everything sealed for it
/// unreadable.
///
///     let root = RootKeyFile(in: "secrets", fileSystem: PosixFileSystem.shared)
///     let store = try ScopedKeyStore.open("keys", root: root, fileSystem: PosixFileSystem.shared)
///     let box = try store.seal(Array("hello".utf8), scope: .entity("user-7"), associatedData: [])
///     switch try store.open(box, associatedData: []) {
///     case .plaintext(let bytes): …
///     case .shredded(let receipt): …
///     }
///     let receipt = try store.shred(.entity("user-7"), reason: "asked for on 3 March")
///
/// **The fence.** A key is on stable storage before anything sealed with it is returned: a box that could outlive its
/// key would be lost data. ``isDirty`` is set by a mint, by a destruction, and by a key that was given out and may not
/// be durable; a ``flush()`` clears it, and sealing flushes first or fails.
///
/// Several processes may use a store at once. Every call looks whether the keyset changed, so that no process uses a
/// key after its destruction; what changes something, and what finds a change, takes the store's lock. Every call does
/// I/O, and may be made from several threads, which then queue.
///
/// **The place.** Every call but ``close()``, and a ``flush()`` that has nothing to do, makes sure, before it answers,
/// that the path still leads to the directory that was opened, and throws `.directoryReplaced` otherwise: a copy that
/// was put back in its place is another store, with other keys to come and other destructions. A relative path is one
/// from the directory that was the working one when the store was opened, as long as that could be opened, too.
///
/// What stands on disk is described in `docs/formats/keyset.md`; what a destruction can and cannot promise, in
/// `docs/threat-model.md`.
public final class ScopedKeyStore: Sendable {
    /// The store's directory, as given.
    public let path: String
    /// How finely keys are kept apart.
    public let granularity: KeyGranularity
    /// How it was opened.
    public let options: KeyStoreOptions
    let fileSystem: any FileSystem
    let directory: any Directory
    let identity: FileIdentity
    let location: StoreLocation
    let lock: FileLock
    let platform: PlatformAdmission
    let owner: ProcessInstance
    let keys: KeySlab
    let state: Condition<State>

    /// What changes while a store is open.
    struct State: Sendable {
        var root: any RootKeyProvider
        /// Nil after ``ScopedKeyStore/close()``.
        var keyset: Keyset?
        /// Where the store's own secrets stand.
        var tagKey: KeySlab.Place = 0
        var seed: KeySlab.Place = 0
        /// Keys that are not durable yet, in the order in which they were made.
        var minted = MintedKeys()
        /// Keys of the keyset that were given out and may not be durable: another process wrote them.
        var given: Set<KeyID> = []
        /// A key that was given out is not its scope's, or not alive: what the next ``ScopedKeyStore/flush()`` tells,
        /// and nobody else, since it is what a caller acknowledges by.
        var hasConflict = false
        /// Destructions that were asked for and are not durable yet. Each has a key that is alive.
        var condemned: [Condemned] = []
        /// What is in memory may be ahead of the disk, or behind it.
        var mustReload = false
        /// A journal whose sync failed: it is never synced again.
        var poisonedJournal: UInt64?
        /// The furthest position that is known to have existed.
        var known: KeysetPosition?
        /// The generation whose leftovers are destroyed, and how.
        var cleaned: (generation: UInt64, destruction: RootKeyDestruction)?
        /// The generation whose leftovers were not, or could not be, destroyed.
        var uncleaned: UInt64?
        /// Why opening the store could not finish a destruction, or destroy leftovers.
        var hindrance: KeyStoreError?
        /// Names of old files that were removed, and that may come back: the directory was not synced since.
        var removed: [String] = []
        /// Something was written, and the path did not lead here afterwards, or it could not be told whether it did.
        var isElsewhere = false

        /// Whether leftovers are to be destroyed that this keyset's generation, or one after it that is yet to be read,
        /// is not done with. Those of an earlier one were the business of whoever went on.
        func isUncleaned(_ keyset: Keyset) -> Bool { uncleaned.map { $0 >= keyset.header.generation } ?? false }
    }

    struct Condemned: Sendable {
        var tag: ScopeTag
        /// The newest key there was: one that came after that was not meant.
        var version: UInt32
        var time: Int64
        var reason: String
    }

    init(
        path: String,
        from origin: PathOrigin,
        granularity: KeyGranularity,
        root: any RootKeyProvider,
        known: KeysetPosition?,
        fileSystem: any FileSystem,
        directory: any Directory,
        platform: PlatformAdmission,
        options: KeyStoreOptions
    ) throws(KeyStoreError) {
        self.path = path
        self.granularity = granularity
        self.options = options
        self.fileSystem = fileSystem
        self.directory = directory
        location = StoreLocation(path, from: origin)
        do {
            identity = try directory.status().identity
        } catch {
            throw .io(error, file: path)
        }
        self.platform = platform
        lock = FileLock(
            KeysetFiles.lock,
            in: directory,
            fileSystem: fileSystem,
            options: FileLockOptions(anchor: .directory, keepsFileOpen: true)
        )
        owner = fileSystem.processInstance
        keys = try KeySlab(capacity: 128)
        state = Condition(State(root: root, known: known))
    }

    deinit { close() }

    /// Forgets all keys, now: their memory is overwritten and released. Keys that were taken from the store stop
    /// working. Closing twice is harmless. What was not flushed is lost.
    public func close() {
        state.withLock { state in
            state.keyset?.close()
            state.keyset = nil
            state.minted.removeAll()
            state.given.removeAll()
            state.isElsewhere = false
        }
        keys.close()
    }

    /// Whether a ``flush()`` has something to do or to tell: a key was minted, or given out, that is not known to be
    /// durable; another process made a scope's key first; a destruction was begun; older generations left something; or
    /// something was made durable while the directory was renamed away.
    ///
    /// It says what this object knows: what another process did since is seen by the next call.
    public var isDirty: Bool {
        state.withLock { state in
            if !state.minted.isEmpty || !state.given.isEmpty || !state.condemned.isEmpty { return true }
            if state.hasConflict || state.isElsewhere { return true }
            guard let keyset = state.keyset else { return false }
            return keyset.pending != nil || state.isUncleaned(keyset)
        }
    }

    /// Why opening the store could not finish what an earlier process began, a destruction or the cleaning up after
    /// one: `.io`, `.root` or `.lock`. Nil when nothing of it is left, also because a later call finished it.
    public var unfinishedCause: KeyStoreError? {
        state.withLock { state in
            guard let keyset = state.keyset else { return nil }
            let isLeft = keyset.pending != nil || state.isUncleaned(keyset)
            return isLeft ? state.hindrance : nil
        }
    }

    /// What the system granted for the memory of keys; nil when the store is closed.
    public var memoryProtections: GuardedMemory.Protections? { keys.protections }
}

// MARK: - The lock

extension ScopedKeyStore {
    /// Runs `body` under the store's lock on a keyset that is as new as the one on disk, at the store's path; and looks
    /// afterwards whether that is where it was done.
    func locked<Answer>(
        _ mode: LockMode,
        _ body: (inout State, inout Keyset) throws(KeyStoreError) -> Answer
    ) throws(KeyStoreError) -> Answer {
        try requireOwnProcess()
        return try state.withLock { (state) throws(KeyStoreError) in
            if state.keyset == nil { throw .closed }
            let held = try take(mode)
            try refresh(&state)
            guard var keyset = state.keyset.take() else { throw .closed }
            defer {
                // What a later call left over has causes of its own.
                if keyset.pending == nil, !state.isUncleaned(keyset) { state.hindrance = nil }
                state.known = max(state.known ?? keyset.position, keyset.position)
                state.keyset = keyset
            }
            let answer = try body(&state, &keyset)
            if mode == .exclusive { try requirePlaceAfterwards(&state) } else { try requirePlace() }
            held.release()
            return answer
        }
    }

    /// - Throws: `.forked`.
    func requireOwnProcess() throws(KeyStoreError) {
        if fileSystem.processInstance != owner { throw .forked(owner: owner.processID) }
    }

    func take(_ mode: LockMode) throws(KeyStoreError) -> LockGuard {
        do {
            return try lock.lock(mode, timeout: .milliseconds(Int64(clamping: options.lockTimeoutMilliseconds)))
        } catch {
            // A directory that was removed takes no lock file.
            try requirePlace()
            throw .lock(error)
        }
    }

    /// The tag of a scope; refuses one of another granularity.
    func tag(_ scope: KeyScope, _ state: State) throws(KeyStoreError) -> ScopeTag {
        if scope.granularity != granularity {
            throw .selectorMismatch(store: granularity, selector: scope.granularity)
        }
        let bytes = scope.bytes.span
        return ScopeTag(reading: try keys.tag(bytes, with: state.tagKey, count: ScopeTag.byteCount))
    }

    /// The id of a key of a scope: it commits to the key.
    func keyID(
        of place: KeySlab.Place,
        _ scope: KeyScope,
        version: UInt32,
        store: StoreID
    ) throws(KeyStoreError) -> KeyID {
        var writer = ByteWriter()
        writer.append(Array("holdfast-key-id-1".utf8))
        writer.append(store.bytes)
        writer.append(version)
        writer.append(scope.bytes)
        let message = writer.bytes.span
        return KeyID(reading: try keys.tag(message, with: place, count: KeyID.byteCount), at: 0)
    }
}
