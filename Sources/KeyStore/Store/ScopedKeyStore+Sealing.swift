internal import FileSystemSeam

extension ScopedKeyStore {
    /// What a box held.
    public enum Opened: Sendable, Hashable {
        /// What was sealed.
        case plaintext([UInt8])
        /// Its key was destroyed; this says when and how.
        case shredded(ShredReceipt)
    }

    /// Seals a payload for a scope. A scope without a key gets one, and that is durable before this returns.
    ///
    /// When another process made the scope's key first, that one seals. Whoever minted one here is told by ``flush()``.
    ///
    /// - Parameters:
    ///   - plaintext: any number of bytes.
    ///   - scope: whose key seals it, of the store's granularity.
    ///   - associatedData: what the box belongs to; it must be given again to open it. See
    ///     ``payloadAssociatedData(entity:scope:kind:eventID:)``.
    /// - Throws: `.selectorMismatch`; `.destroying`; `.tooManyKeys`, as ``mint(_:)``; `.io`, `.root` when the key
    ///   cannot be made durable, and then nothing is sealed; `.lock`, and what loading a changed keyset throws.
    /// - Complexity: O(*n*).
    public func seal(
        _ plaintext: [UInt8],
        scope: KeyScope,
        associatedData: [UInt8]
    ) throws(KeyStoreError) -> SealedBox {
        let sealed = try answer(.after) { (state, keyset) throws(KeyStoreError) in
            try seal(plaintext, scope, associatedData, state, keyset)
        }
        if let sealed { return sealed }
        return try locked(.exclusive) { (state, keyset) throws(KeyStoreError) in
            let tag = try tag(scope, state)
            if try usable(tag, state, keyset) == nil { _ = try mint(scope, tag, &state, keyset) }
            try flush(&state, &keyset)
            guard let box = try seal(plaintext, scope, associatedData, state, keyset) else { throw .keyUnavailable }
            return box
        }
    }

    /// - Returns: nil when the scope has no key, or one that is not durable.
    private func seal(
        _ plaintext: [UInt8],
        _ scope: KeyScope,
        _ associatedData: [UInt8],
        _ state: State,
        _ keyset: Keyset
    ) throws(KeyStoreError) -> SealedBox? {
        let tag = try tag(scope, state)
        guard let entry = try usable(tag, state, keyset), isDurable(entry, state, keyset) else { return nil }
        return try seal(plaintext, with: entry, associatedData)
    }

    /// Opens a box.
    ///
    /// - Returns: the plaintext, or that the key was destroyed, with the receipt.
    /// - Throws: `.authenticationFailed` when the box is not what was sealed; `.unknownKey` when the keyset never had
    ///   its key; `.destroying` while its destruction is not finished; `.malformedReceipt` when the receipt is gone, or
    ///   is another one; `.lock`, `.io`, and what loading a changed keyset throws.
    /// - Complexity: O(*n*).
    public func open(_ box: SealedBox, associatedData: [UInt8]) throws(KeyStoreError) -> Opened {
        try answer(.after) { (state, keyset) throws(KeyStoreError) in
            try open(box, associatedData, state, keyset)
        }
    }

    private func open(
        _ box: SealedBox,
        _ associatedData: [UInt8],
        _ state: State,
        _ keyset: Keyset
    ) throws(KeyStoreError) -> Opened {
        guard let entry = keyset.entry(box.keyID) else { throw .unknownKey(box.keyID) }
        if entry.state.isLive, state.condemned.contains(where: { $0.tag == entry.tag }) { throw .destroying(entry.id) }
        switch entry.state {
        case .current, .retired:
            guard let place = entry.place else { throw .keyUnavailable }
            let (ciphertext, nonce) = (box.ciphertext.span, box.nonce.span)
            return .plaintext(try keys.open(ciphertext, with: place, nonce: nonce, associatedData: associatedData))
        case .destroying: throw .destroying(entry.id)
        case .destroyed:
            // A tombstone without its receipt: the destruction is not finished.
            if entry.receipt > keyset.header.receiptCount { throw .destroying(entry.id) }
            do throws(KeyStoreError) {
                return .shredded(try receipt(of: entry, keyset.header))
            } catch {
                guard case .malformedReceipt(let reason) = error else { throw error }
                throw .malformedReceipt(reason: "\(reason). The key \(entry.id) was destroyed, as the keyset says")
            }
        }
    }

    /// Whether a power cut now would leave the key. While other keys are not durable none counts as being so: sealing
    /// makes them durable first, or fails.
    private func isDurable(_ entry: KeyEntry, _ state: State, _ keyset: Keyset) -> Bool {
        state.minted.isEmpty && isConfirmed(entry, state, keyset)
    }

    /// Whether a key of the keyset is known to be durable: everything but the journal's last record is, and that is
    /// when this process made sure of it.
    func isConfirmed(_ entry: KeyEntry, _ state: State, _ keyset: Keyset) -> Bool {
        if !keyset.isPublished { return false }
        if state.poisonedJournal == keyset.header.journalID { return false }
        return keyset.isTailConfirmed || !keyset.isLast(entry.id)
    }

    private func seal(
        _ plaintext: [UInt8],
        with entry: KeyEntry,
        _ associatedData: [UInt8]
    ) throws(KeyStoreError) -> SealedBox {
        guard let place = entry.place else { throw .keyUnavailable }
        let nonce = try fileSystem.randomBytes(Sodium.nonceLength)
        let bytes = plaintext.span
        let ciphertext = try keys.seal(bytes, with: place, nonce: nonce, associatedData: associatedData)
        return SealedBox(keyID: entry.id, nonce: nonce, ciphertext: ciphertext)
    }
}
