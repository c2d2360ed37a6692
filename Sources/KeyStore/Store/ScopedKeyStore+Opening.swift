public import FileSystemSeam
internal import LockKit
internal import PlatformProfile
internal import Signing

extension ScopedKeyStore {
    /// Opens a store, and makes it where there is none.
    ///
    /// A store that was not closed well is recovered: a destruction that was begun is finished, and what older
    /// generations left is destroyed. When files, root key or lock do not let it, the store opens all the same, with
    /// ``isDirty`` and ``unfinishedCause`` set, and ``flush()`` goes on; the keys concerned are not used.
    ///
    /// - Parameters:
    ///   - path: the store's directory; made where it is missing, but for `createsWhenAbsent` false.
    ///   - granularity: how finely keys are kept apart; an existing store must have just this one.
    ///   - root: keeps the secrets the keyset is wrapped with. It serves this store only, in this directory: what a
    ///     copy of the directory does with it, even beside this one, leaves only one of the two that opens.
    ///   - highWater: a position the keyset has reached, from ``position()``, kept elsewhere: an older keyset is
    ///     refused, and one in which other receipts were issued until then. For that the receipts since then are read.
    ///   - fileSystem: the machine.
    /// - Throws: `.root` when the provider's kind is not 1 to 23 printable ASCII characters, or it is a key file with a
    ///   name that the store gives to files of its own, in its directory; `.platform` when the host or the directory is
    ///   not as `platformProfile` or `admission` says, or a store would be made where files cannot have second names
    ///   (hard links), before anything of it is made; `.keysetMissing` when there is no keyset although journals,
    ///   receipts, the root key or the high-water mark say that there was one, or nothing may be made;
    ///   `.journalMissing`; `.corrupt`, `.unsupportedVersion`; `.wrongGranularity`; `.wrongRoot`, `.root`;
    ///   `.rolledBack`; `.directoryReplaced` when another directory came to stand at the path meanwhile; `.lock`,
    ///   `.io`; `.malformedReceipt` when receipts that were issued since `highWater` cannot be read. None of them
    ///   changes anything, but that the directory, where `createsWhenAbsent` allows it, and the lock file, which is
    ///   empty, may have been made. `.corrupt`, `.malformedReceipt` also when going on with a destruction finds damage.
    /// - Complexity: O(*n*) in the number of keys.
    public static func open(
        _ path: String,
        granularity: KeyGranularity = .entity,
        root: any RootKeyProvider,
        highWater: KeysetPosition? = nil,
        fileSystem: any FileSystem,
        options: KeyStoreOptions = KeyStoreOptions()
    ) throws(KeyStoreError) -> ScopedKeyStore {
        try requireKind(of: root)
        let origin = PathOrigin(of: path, fileSystem)
        let platform = PlatformAdmission(
            to: path,
            from: origin,
            profilePath: options.platformProfile,
            withoutProfile: options.admission,
            fileSystem: fileSystem,
            observer: options.openObserver
        )
        do {
            try platform.require(writing: true)
        } catch {
            throw .platform(error)
        }
        let store = try ScopedKeyStore(
            path: path,
            from: origin,
            granularity: granularity,
            root: root,
            known: highWater,
            fileSystem: fileSystem,
            directory: try directory(path, fileSystem, options),
            platform: platform,
            options: options
        )
        do throws(KeyStoreError) {
            try store.requireOwnName(of: root)
            try store.begin()
            return store
        } catch {
            store.close()
            throw error
        }
    }

    /// Makes sure that a keyset can name what wraps it: one that was cut would never be recognised again.
    ///
    /// - Throws: `.root`.
    static func requireKind(of root: any RootKeyProvider) throws(KeyStoreError) {
        let kind = root.kind.utf8
        if (1...KeysetHeader.rootKindMaximum).contains(kind.count), kind.allSatisfy({ (0x20...0x7e).contains($0) }) {
            return
        }
        throw .root(
            .failed(
                place: "the root key's provider",
                reason:
                    "its kind has \(kind.count) bytes; give it 1 to \(KeysetHeader.rootKindMaximum) printable ASCII characters"
            )
        )
    }

    /// Makes sure that a key file in the store's directory has a name that the store gives to nothing: else it would be
    /// swept as a leftover, or published over.
    ///
    /// - Throws: `.root`. A place that cannot be looked at is for the provider to tell of.
    func requireOwnName(of root: any RootKeyProvider) throws(KeyStoreError) {
        guard let root = root as? RootKeyFile, KeysetFiles.isOwn(root.name) else { return }
        guard let place = try? root.directoryIdentity(), place == identity else { return }
        throw .root(
            .failed(
                place: root.place,
                reason: "the store has files of its own under such names; give the root key another one"
            )
        )
    }

    private static func directory(
        _ path: String,
        _ fileSystem: any FileSystem,
        _ options: KeyStoreOptions
    ) throws(KeyStoreError) -> any Directory {
        do throws(FileSystemError) {
            if options.createsWhenAbsent { return try fileSystem.openDirectory(path, creating: .ownerDirectory) }
            return try fileSystem.openStandingDirectory(path)
        } catch  where error.code == .noEntry {
            throw .keysetMissing(path: path, evidence: "a store was expected there")
        } catch {
            throw .io(error, file: path)
        }
    }

    private func begin() throws(KeyStoreError) {
        try state.withLock { (state) throws(KeyStoreError) in
            let held = try take(.exclusive)
            try requirePlace()
            try confirmPlatform()
            if try exists() {
                let mark = state.known
                try load(&state)
                if let mark, let keyset = state.keyset { try requireReceipts(of: mark, in: keyset) }
            } else {
                try requireNoEvidence(state)
                try create(&state)
            }
            guard var keyset = state.keyset.take() else { throw .closed }
            defer {
                state.known = max(state.known ?? keyset.position, keyset.position)
                state.keyset = keyset
            }
            try complete(&state, &keyset)
            do throws(KeyStoreError) {
                if !keyset.isPublished { try confirm(&state, &keyset) }
                try finishDestructions(&state, &keyset)
                _ = try clean(&state, keyset)
            } catch {
                switch error {
                case .io, .root, .lock:
                    // Said by `isDirty`, and tried again; the store's other keys are as good as ever.
                    state.uncleaned = keyset.header.generation
                    state.hindrance = error
                default: throw error
                }
            }
            held.release()
        }
    }

    private func exists() throws(KeyStoreError) -> Bool {
        do {
            return try directory.exists(KeysetFiles.keyset)
        } catch {
            throw .io(error, file: KeysetFiles.keyset)
        }
    }

    /// A provider that knows of stores has to know that this one is complete, before anything rests on it: else its
    /// loss could not be told from its making being cut short.
    private func complete(_ state: inout State, _ keyset: inout Keyset) throws(KeyStoreError) {
        do throws(RootKeyError) {
            let inventory = try state.root.inventory(of: keyset.header.store)
            if inventory.store == nil || inventory.wasCompleted { return }
        } catch {
            throw .root(error)
        }
        try confirm(&state, &keyset)
        _ = try clean(&state, keyset)
    }

    /// The key that receipts are signed with. libcrypto holds a copy of the seed as long as this value lives.
    func signingKey(_ state: State) throws(KeyStoreError) -> SigningKey {
        var seed = try unsafe keys.withKey(state.seed) { unsafe Array($0) }
        do {
            return try SigningKey(wiping: &seed)
        } catch {
            throw .cryptography(function: "Ed25519")
        }
    }
}
