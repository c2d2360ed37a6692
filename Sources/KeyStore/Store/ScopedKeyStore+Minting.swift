internal import FileSystemSeam

extension ScopedKeyStore {
    /// Makes a key for a scope that has none; else gives the one it has. **A new key is not durable** before the next successful
    /// ``flush()``: nothing sealed with it may be acknowledged before.
    ///
    /// - Throws: `.selectorMismatch`; `.destroying` while the scope's destruction is not finished; `.lock`, `.io` and what
    ///   loading a changed keyset throws.
    public func mint(_ scope: KeyScope) throws(KeyStoreError) -> PayloadKey {
        let minted: PayloadKey? = try answered(.before) { (state, keyset) throws(KeyStoreError) in
            try mint(scope, &state, keyset)
        }
        if let minted { return minted }
        return try locked(.shared) { (state, keyset) throws(KeyStoreError) in try mint(scope, &state, keyset) }
    }

    /// Whether a scope has a key that boxes can be sealed with, durable or not.
    ///
    /// - Throws: `.selectorMismatch`; `.lock`, `.io` and what loading a changed keyset throws.
    public func contains(_ scope: KeyScope) throws(KeyStoreError) -> Bool {
        let found: Bool? = try answered(.before) { (state, keyset) throws(KeyStoreError) in
            try contains(scope, state, keyset)
        }
        if let found { return found }
        return try locked(.shared) { (state, keyset) throws(KeyStoreError) in try contains(scope, state, keyset) }
    }

    /// The scope's key, durable or not; nil when it has none. It stops working when the key is destroyed, or the store closed.
    ///
    /// - Throws: `.selectorMismatch`; `.destroying`; `.lock`, `.io` and what loading a changed keyset throws.
    public func key(_ scope: KeyScope) throws(KeyStoreError) -> PayloadKey? {
        let found: PayloadKey?? = try answered(.before) { (state, keyset) throws(KeyStoreError) in
            .some(try key(scope, state, keyset))
        }
        if let found { return found }
        return try locked(.shared) { (state, keyset) throws(KeyStoreError) in try key(scope, state, keyset) }
    }

    /// The ids of a scope's keys, the newest first, those that were destroyed included.
    ///
    /// - Throws: `.selectorMismatch`; `.lock`, `.io` and what loading a changed keyset throws.
    public func keyIDs(of scope: KeyScope) throws(KeyStoreError) -> [KeyID] {
        try locked(.shared) { (state, keyset) throws(KeyStoreError) in
            keyset.indices(of: try tag(scope, state)).map { keyset.entries[$0].id }
        }
    }

    /// Makes everything durable that is not, and finishes destructions that were begun. ``isDirty`` is false afterwards.
    ///
    /// One key costs one write and one `fdatasync`, however many there are. More than 64 are written in one new checkpoint.
    ///
    /// - Throws: `.mintConflict` when another process made a scope's key first; that key is the scope's, and the one that
    ///   was never durable is gone. `.io`, `.root`, after which it is still dirty and the next flush begins with a new file:
    ///   what a sync failed for is never synced again. `.lock`, and what loading a changed keyset throws.
    public func flush() throws(KeyStoreError) {
        if !isDirty { return }
        try locked(.exclusive) { (state, keyset) throws(KeyStoreError) in
            try flush(&state, &keyset)
            try finishDestructions(&state, &keyset)
        }
    }

    /// Replaces the key new boxes are sealed with. Boxes sealed before still open. The new key is durable when this returns.
    ///
    /// - Throws: `.unknownScope` when the scope has no key; `.selectorMismatch`, `.destroying`, `.mintConflict`, `.io`, `.root`,
    ///   `.lock`, and what loading a changed keyset throws.
    public func rotate(_ scope: KeyScope) throws(KeyStoreError) {
        try locked(.exclusive) { (state, keyset) throws(KeyStoreError) in
            let tag = try tag(scope, state)
            try flush(&state, &keyset)
            guard try usable(tag, state, keyset) != nil else { throw .unknownScope }
            let entry = try newEntry(scope, tag, keyset)
            do throws(KeyStoreError) {
                try commit(.rotated(entry), &state, &keyset)
            } catch {
                if let place = entry.place { keys.wipe(place) }
                throw error
            }
        }
    }

    /// Wraps the keyset with another root key, or anew with the same one: the next generation is published, and the
    /// secrets of the old root key are destroyed.
    ///
    /// When it throws, open the store with the old root key; when that gives `.wrongRoot`, the new one has it already. The old
    /// one's secrets may then still be there: see `destroyAll(for:)`.
    ///
    /// - Throws: `.root` of either provider, `.io`, `.lock`, and what loading a changed keyset throws.
    public func rewrap(_ newRoot: any RootKeyProvider) throws(KeyStoreError) {
        try locked(.exclusive) { (state, keyset) throws(KeyStoreError) in
            try flush(&state, &keyset)
            try finishDestructions(&state, &keyset)
            let old = state.root
            if old === newRoot {
                try publishNext(&state, &keyset)
                _ = try clean(&state, keyset)
                return
            }
            try publishNext(&state, &keyset, newRoot: newRoot)
            do throws(RootKeyError) {
                try old.destroyAll(for: keyset.header.store)
            } catch {
                throw .root(error)
            }
            try commit(.earlierRootDestroyed, &state, &keyset)
            _ = try clean(&state, keyset)
        }
    }

    /// How far the keyset has come, durably. Kept elsewhere, it is the high-water mark that unmasks an older copy.
    ///
    /// - Throws: `.io`, `.root`, `.lock`, and what loading a changed keyset throws.
    public func position() throws(KeyStoreError) -> KeysetPosition {
        try locked(.exclusive) { (state, keyset) throws(KeyStoreError) in
            try confirm(&state, &keyset)
            return keyset.position
        }
    }
}

// MARK: - On a keyset

extension ScopedKeyStore {
    private func contains(_ scope: KeyScope, _ state: State, _ keyset: Keyset) throws(KeyStoreError) -> Bool {
        let tag = try tag(scope, state)
        if state.condemned.contains(where: { $0.tag == tag }) { return false }
        return keyset.current(tag) != nil || state.minted[tag] != nil
    }

    private func key(_ scope: KeyScope, _ state: State, _ keyset: Keyset) throws(KeyStoreError) -> PayloadKey? {
        try usable(try tag(scope, state), state, keyset)?.place.map { PayloadKey(keys, $0) }
    }

    private func mint(_ scope: KeyScope, _ state: inout State, _ keyset: Keyset) throws(KeyStoreError) -> PayloadKey {
        let tag = try tag(scope, state)
        if let entry = try usable(tag, state, keyset), let place = entry.place { return PayloadKey(keys, place) }
        return PayloadKey(keys, try mint(scope, tag, &state, keyset))
    }

    /// The entry a scope's boxes are sealed with, durable or not.
    ///
    /// - Throws: `.destroying`.
    func usable(_ tag: ScopeTag, _ state: State, _ keyset: Keyset) throws(KeyStoreError) -> KeyEntry? {
        if let newest = keyset.newest[tag].map({ keyset.entries[$0] }) {
            let isCondemned = keyset.pending?.tag == tag || state.condemned.contains { $0.tag == tag }
            if isCondemned { throw .destroying(newest.id) }
        }
        return keyset.current(tag) ?? state.minted[tag]
    }

    /// Adds a key that is not durable.
    func mint(
        _ scope: KeyScope,
        _ tag: ScopeTag,
        _ state: inout State,
        _ keyset: Keyset
    ) throws(KeyStoreError) -> KeySlab.Place {
        let entry = try newEntry(scope, tag, keyset)
        guard let place = entry.place else { throw .keyUnavailable }
        state.minted.append(entry)
        return place
    }

    private func newEntry(_ scope: KeyScope, _ tag: ScopeTag, _ keyset: Keyset) throws(KeyStoreError) -> KeyEntry {
        let place = try keys.addRandom(fileSystem)
        let version = keyset.nextVersion(tag)
        return KeyEntry(
            tag: tag,
            id: try keyID(of: place, scope, version: version, store: keyset.header.store),
            version: version,
            state: .current,
            created: fileSystem.wallClock().nanosecondsSinceEpoch,
            place: place
        )
    }

    /// More keys than this are made durable with a new checkpoint: each record of the journal takes a sync of its own, since a
    /// hole in it could not be told from damage.
    private static let recordsAtOnceMaximum = 64

    /// Makes every minted key durable.
    func flush(_ state: inout State, _ keyset: inout Keyset) throws(KeyStoreError) {
        try confirm(&state, &keyset)
        if state.minted.count > Self.recordsAtOnceMaximum {
            try flushWithCheckpoint(&state, &keyset)
            return
        }
        var hasConflict = false
        while let entry = state.minted.first {
            if let place = entry.place, keyset.entry(entry.id) != nil {
                // It came to be durable although its flush failed.
                keyset.rehome(entry.id, at: place, keys)
            } else if keyset.nextVersion(entry.tag) != entry.version || keyset.current(entry.tag) != nil {
                hasConflict = true
                if let place = entry.place { keys.wipe(place) }
            } else {
                try commit(.minted(entry), &state, &keyset)
            }
            state.minted.removeFirst()
        }
        if hasConflict { throw .mintConflict }
    }

    /// The same for many at once. When it throws all of them are still to be made durable.
    private func flushWithCheckpoint(_ state: inout State, _ keyset: inout Keyset) throws(KeyStoreError) {
        var refused: [KeySlab.Place] = []
        // What is in memory is ahead of the disk until the checkpoint stands.
        state.mustReload = true
        for entry in state.minted.entries {
            guard let place = entry.place else { continue }
            if keyset.entry(entry.id) != nil {
                keyset.rehome(entry.id, at: place, keys)
            } else if keyset.nextVersion(entry.tag) != entry.version
                || !keyset.apply(.minted(entry), keys: keys)
            {
                refused.append(place)
            }
        }
        try publishNext(&state, &keyset)
        state.minted.removeAll()
        for place in refused { keys.wipe(place) }
        if !refused.isEmpty { throw .mintConflict }
    }
}
