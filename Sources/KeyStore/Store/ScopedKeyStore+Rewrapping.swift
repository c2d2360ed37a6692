internal import FileSystemSeam

extension ScopedKeyStore {
    /// Wraps the keyset with another root key, or anew with the same one: the next generation is published, and the
    /// secrets of the old root key are destroyed. Two objects for one root key are the same: its secret is renewed. A
    /// copy of a key file is another root key, and the file that it is a copy of is the old one. Two objects for one
    /// passphrase are two, too: which secrets a passphrase had nobody can say.
    ///
    /// Receipts name ``ResidualRisks/earlierRoot`` from then on, for good, unless the old root key says that its
    /// secrets are gone for certain, and that of every move before. A passphrase never does.
    ///
    /// When it throws, open the store with the old root key; when that gives `.wrongRoot`, the new one has it already.
    /// The old one's secrets may then still be there: see `destroyAll(for:)`.
    ///
    /// - Throws: `.root` of either provider, also when the new one's kind is not 1 to 23 printable ASCII characters, or
    ///   it is a key file in the store's directory with a name that the store gives to files of its own; `.io`,
    ///   `.lock`, and what loading a changed keyset throws.
    public func rewrap(_ newRoot: any RootKeyProvider) throws(KeyStoreError) {
        try Self.requireKind(of: newRoot)
        try requireOwnName(of: newRoot)
        try locked(.exclusive) { (state, keyset) throws(KeyStoreError) in
            try flush(&state, &keyset)
            try finishDestructions(&state, &keyset)
            let old = state.root
            if old === newRoot {
                try publishNext(&state, &keyset)
                _ = try clean(&state, keyset)
                return
            }
            // Through another object; or a copy of it, and which of the two shows only when the next secret is made.
            let holdsSecret = try wraps(newRoot, keyset)
            // Of those before the old one nothing is known any more: what is said now does not speak for them.
            var isGone = !keyset.header.mayEarlierRootLive
            // Another file may stand in its place by now: what is destroyed in that was never in use. Some keep no
            // secrets.
            let kept = try generations(of: old, keyset)
            if !kept.isEmpty, !kept.contains(keyset.header.generation) { isGone = false }
            try publishNext(&state, &keyset, newRoot: NewRoot(provider: newRoot, holdsSecret: holdsSecret))
            // Looked at again from the other side: what holds the new secret must not be destroyed, whatever it said
            // before.
            if try !wraps(old, keyset) {
                do throws(RootKeyError) {
                    if try !old.destroyAll(for: keyset.header.store).isCertain { isGone = false }
                } catch {
                    throw .root(error)
                }
            }
            if isGone { try commit(.earlierRootDestroyed, &state, &keyset) }
            _ = try clean(&state, keyset)
        }
    }

    /// The generations of which a root key has secrets.
    private func generations(of root: any RootKeyProvider, _ keyset: Keyset) throws(KeyStoreError) -> Set<UInt64> {
        do throws(RootKeyError) {
            return try root.inventory(of: keyset.header.store).generations
        } catch {
            if case .otherStore = error { return [] }
            throw .root(error)
        }
    }

    /// Whether a root key holds the secret that a keyset is wrapped with, through whatever object.
    ///
    /// That it has a secret of the generation does not say so: an attempt to move the store there may have left one.
    private func wraps(_ root: any RootKeyProvider, _ keyset: Keyset) throws(KeyStoreError) -> Bool {
        if try !generations(of: root, keyset).contains(keyset.header.generation) { return false }
        return try opens(root, keyset)
    }

    /// Whether a root key unwraps just this keyset.
    ///
    /// - Throws: `.rolledBack` when it has secrets of later generations only; `.root`.
    func opens(_ root: any RootKeyProvider, _ keyset: Keyset) throws(KeyStoreError) -> Bool {
        let ring: KeyRing
        do throws(KeyStoreError) {
            ring = try openRing(keyset.header, root)
        } catch {
            if case .wrongRoot = error { return false }
            throw error
        }
        defer { ring.close() }
        let message = Array("holdfast-rewrap-1".utf8)
        return Sodium.isEqual(
            try ring.authenticationCode(of: message),
            try keyset.ring.authenticationCode(of: message)
        )
    }
}

/// The root key that a store is moved to.
struct NewRoot {
    var provider: any RootKeyProvider
    /// Whether it has the secret in use already, being the same root key or a copy of it: that stays until the next one
    /// stands.
    var holdsSecret: Bool
}

extension RootKeyDestruction {
    /// Whether nothing is left that would open an old copy of a keyset, as far as anybody can tell. What swap may hold
    /// is a risk that receipts name by itself.
    fileprivate var isCertain: Bool { assurance <= .effaced && risks.subtracting(.memoryNotLocked).isEmpty }
}
