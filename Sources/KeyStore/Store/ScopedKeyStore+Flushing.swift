internal import FileSystemSeam

extension ScopedKeyStore {
    /// More keys than this are made durable with a new checkpoint: each record of the journal takes a sync of its own,
    /// since a hole in it could not be told from damage.
    private static let recordsAtOnceMaximum = 64

    /// Makes every key durable that was minted or given out. A key that lost to another process's is no failure here:
    /// the public ``flush()`` tells of it, since whoever calls this for other reasons gives no acknowledgement for that
    /// key.
    func flush(_ state: inout State, _ keyset: inout Keyset) throws(KeyStoreError) {
        try confirm(&state, &keyset)
        settle(&state, keyset)
        if state.minted.count > Self.recordsAtOnceMaximum {
            try flushWithCheckpoint(&state, &keyset)
            return
        }
        while let entry = state.minted.first {
            if let place = entry.place, keyset.entry(entry.id) != nil {
                // It came to be durable although its flush failed.
                keyset.rehome(entry.id, at: place, keys)
            } else {
                try commit(.minted(entry), &state, &keyset)
            }
            state.minted.removeFirst()
        }
    }

    /// The same for many at once. When it throws all of them are still to be made durable.
    private func flushWithCheckpoint(_ state: inout State, _ keyset: inout Keyset) throws(KeyStoreError) {
        // What is in memory is ahead of the disk until the checkpoint stands.
        state.mustReload = true
        keyset.goAhead()
        for entry in state.minted.entries {
            if let place = entry.place, keyset.entry(entry.id) != nil {
                keyset.rehome(entry.id, at: place, keys)
            } else if !keyset.apply(.minted(entry), keys: keys) {
                throw .keyUnavailable
            }
        }
        try publishNext(&state, &keyset)
        state.minted.removeAll()
    }

    /// Gives up what the keyset, as others left it, does not allow any more: minted keys that are not their scopes', or
    /// for which there is no room, keys in hand that are not alive, and destructions of what is destroyed already.
    /// Called whenever the keyset was read.
    func settle(_ state: inout State, _ keyset: Keyset) {
        var lostKeys = state.minted.remove(where: { !isScopes($0, keyset) })
        let fresh = state.minted.entries.filter { keyset.entry($0.id) == nil }.map(\.id)
        let crowded = Set(fresh.dropFirst(max(0, options.keyMaximum - keyset.entries.count)))
        if !crowded.isEmpty { lostKeys += state.minted.remove(where: { crowded.contains($0.id) }) }
        for entry in lostKeys {
            if let place = entry.place { keys.wipe(place) }
            state.hasConflict = true
        }
        let lost = state.given.filter { keyset.entry($0)?.state.isLive != true }
        if !lost.isEmpty {
            state.given.subtract(lost)
            state.hasConflict = true
        }
        state.condemned.removeAll { !isOwed($0, keyset) }
    }

    /// Whether a minted key is one of its scope's live ones, or can still become the current one.
    private func isScopes(_ entry: KeyEntry, _ keyset: Keyset) -> Bool {
        if let durable = keyset.entry(entry.id) { return durable.state.isLive }
        return keyset.nextVersion(entry.tag) == entry.version && keyset.current(entry.tag) == nil
    }

    /// Whether a destruction that was asked for is still to be made: a key is alive that was meant.
    func isOwed(_ condemned: Condemned, _ keyset: Keyset) -> Bool {
        keyset.indices(of: condemned.tag).contains { index in
            let entry = keyset.entries[index]
            return entry.state.isLive && entry.version <= condemned.version
        }
    }
}
