internal import FileSystemSeam

extension ScopedKeyStore {
    /// Makes a key for a scope that has none; else gives the one it has. **It may not be durable** before the next
    /// successful ``flush()``, whoever made it: nothing sealed with it may be acknowledged before.
    ///
    /// It stops working when the key is destroyed, or another process makes the scope's key first. What another process
    /// does is noticed by this store's next call, whichever: a ``PayloadKey`` by itself does not look.
    /// ``seal(_:scope:associatedData:)`` does, each time.
    ///
    /// - Throws: `.selectorMismatch`; `.destroying` while the scope's destruction is not finished; `.tooManyKeys` when
    ///   the store has 16 666 655 keys, destroyed ones included; `.lock`, `.io` and what loading a changed keyset
    ///   throws.
    public func mint(_ scope: KeyScope) throws(KeyStoreError) -> PayloadKey {
        try answer(.before) { (state, keyset) throws(KeyStoreError) in try mint(scope, &state, keyset) }
    }

    /// As ``mint(_:)``, and tells the key's id and whether this call made it.
    package func mintTelling(_ scope: KeyScope) throws(KeyStoreError) -> (id: KeyID, isNew: Bool) {
        try answer(.before) { (state, keyset) throws(KeyStoreError) in
            let before = state.minted.count
            _ = try mint(scope, &state, keyset)
            guard let entry = try usable(try tag(scope, state), state, keyset) else { throw .keyUnavailable }
            return (entry.id, state.minted.count > before)
        }
    }

    /// Whether a scope has a key that boxes can be sealed with, durable or not.
    ///
    /// - Throws: `.selectorMismatch`; `.lock`, `.io` and what loading a changed keyset throws.
    public func contains(_ scope: KeyScope) throws(KeyStoreError) -> Bool {
        try answer(.before) { (state, keyset) throws(KeyStoreError) in
            let tag = try tag(scope, state)
            if state.condemned.contains(where: { $0.tag == tag }) { return false }
            return keyset.current(tag) != nil || state.minted[tag] != nil
        }
    }

    /// The scope's key, durable or not; nil when it has none. When it may not be durable ``isDirty`` is set, and
    /// nothing sealed with it may be acknowledged before a ``flush()``.
    ///
    /// It stops working when the key is destroyed, or the store closed. What another process destroys is noticed by
    /// this store's next call, whichever: until then the ``PayloadKey`` in hand works on.
    ///
    /// - Throws: `.selectorMismatch`; `.destroying`; `.lock`, `.io` and what loading a changed keyset throws.
    public func key(_ scope: KeyScope) throws(KeyStoreError) -> PayloadKey? {
        try answer(.before) { (state, keyset) throws(KeyStoreError) in
            guard let entry = try usable(try tag(scope, state), state, keyset) else { return nil }
            return given(entry, &state, keyset)
        }
    }

    /// The ids of a scope's keys, the newest first, those that were destroyed included.
    ///
    /// - Throws: `.selectorMismatch`; `.lock`, `.io` and what loading a changed keyset throws.
    public func keyIDs(of scope: KeyScope) throws(KeyStoreError) -> [KeyID] {
        try locked(.shared) { (state, keyset) throws(KeyStoreError) in
            keyset.indices(of: try tag(scope, state)).map { keyset.entries[$0].id }
        }
    }

    /// Makes everything durable that is not, finishes destructions that were begun, and destroys what older generations
    /// left. ``isDirty`` is false afterwards. Once it succeeds, every key that ``mint(_:)`` or ``key(_:)`` gave before
    /// is durable, also one that another process made and did not make durable.
    ///
    /// One key costs one write and one `fdatasync`, however many there are. More than 64 are written in one new
    /// checkpoint.
    ///
    /// - Throws: `.mintConflict`, once, when a key was given out since the last flush that is not its scope's, because
    ///   another process made that first, or that was destroyed before it was known to be durable, or because others
    ///   filled the store: nothing sealed with it opens. Everything else is durable then, and ``isDirty`` false. No
    ///   other call throws it, and none takes it away. `.io`, `.root`, after which it is still dirty and the next flush
    ///   begins with a new file: what a sync failed for is never synced again. `.closed`, whether there was something
    ///   to make durable or not; `.forked`. `.lock`, and what loading a changed keyset throws.
    public func flush() throws(KeyStoreError) {
        try requireOwnProcess()
        // What was not durable when the store was closed is lost, and nothing here remembers it.
        try state.withLock { (state) throws(KeyStoreError) in
            if state.keyset == nil { throw .closed }
        }
        if !isDirty { return }
        try locked(.exclusive) { (state, keyset) throws(KeyStoreError) in
            try flush(&state, &keyset)
            try finishDestructions(&state, &keyset)
            if state.isUncleaned(keyset) { _ = try clean(&state, keyset) }
            if state.hasConflict {
                // That says, too, that everything else is durable.
                try requirePlaceAfterwards(&state)
                state.hasConflict = false
                throw .mintConflict
            }
        }
    }

    /// Replaces the key new boxes are sealed with. Boxes sealed before still open. The new key is durable when this
    /// returns.
    ///
    /// - Throws: `.unknownScope` when the scope has no key; `.selectorMismatch`, `.destroying`, `.tooManyKeys`, `.io`,
    ///   `.root`, `.lock`, and what loading a changed keyset throws.
    public func rotate(_ scope: KeyScope) throws(KeyStoreError) {
        try locked(.exclusive) { (state, keyset) throws(KeyStoreError) in
            let tag = try tag(scope, state)
            try flush(&state, &keyset)
            guard try usable(tag, state, keyset) != nil else { throw .unknownScope }
            let entry = try newEntry(scope, tag, state, keyset)
            do throws(KeyStoreError) {
                try commit(.rotated(entry), &state, &keyset)
            } catch {
                // It may stand in a checkpoint whose publication failed late; then it is the scope's.
                if let place = entry.place, keyset.entry(entry.id) == nil { keys.wipe(place) }
                throw error
            }
        }
    }

    /// How far the keyset has come, durably. Kept elsewhere, it is the high-water mark that unmasks an older copy, and
    /// one that went on by itself, as far as ``KeysetPosition`` says.
    ///
    /// - Throws: `.io`, `.root`, `.lock`, and what loading a changed keyset throws.
    public func position() throws(KeyStoreError) -> KeysetPosition {
        try locked(.exclusive) { (state, keyset) throws(KeyStoreError) in
            try confirm(&state, &keyset)
            var position = keyset.position
            position.lastReceipt = keyset.header.receiptReference
            return position
        }
    }
}

// MARK: - On a keyset

extension ScopedKeyStore {
    /// A key as it is handed out. When it may not be durable a flush has to see to that, whoever made it.
    private func given(_ entry: KeyEntry, _ state: inout State, _ keyset: Keyset) -> PayloadKey? {
        guard let place = entry.place else { return nil }
        if keyset.entry(entry.id) != nil, !isConfirmed(entry, state, keyset) { state.given.insert(entry.id) }
        return PayloadKey(keys, place)
    }

    private func mint(_ scope: KeyScope, _ state: inout State, _ keyset: Keyset) throws(KeyStoreError) -> PayloadKey {
        let tag = try tag(scope, state)
        if let entry = try usable(tag, state, keyset), let key = given(entry, &state, keyset) { return key }
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
        let entry = try newEntry(scope, tag, state, keyset)
        guard let place = entry.place else { throw .keyUnavailable }
        state.minted.append(entry)
        return place
    }

    private func newEntry(
        _ scope: KeyScope,
        _ tag: ScopeTag,
        _ state: State,
        _ keyset: Keyset
    ) throws(KeyStoreError) -> KeyEntry {
        // A checkpoint with more would be written, and not be read again.
        if keyset.entries.count + state.minted.count >= options.keyMaximum {
            throw .tooManyKeys(maximum: options.keyMaximum)
        }
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
}
