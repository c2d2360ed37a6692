internal import Canonical
internal import FileSystemSeam

extension KeysetHeader {
    /// What is authenticated along with the wrapped keyset key.
    var wrappingContext: [UInt8] {
        var writer = ByteWriter()
        writer.append(Array("holdfast-keyset-1".utf8))
        writer.append(store.bytes)
        writer.append(generation)
        writer.append(granularity.rawValue)
        return writer.bytes
    }

    /// What is authenticated along with a secret of the store.
    func secretContext(_ offset: Int) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(Array("holdfast-store-secret-1".utf8))
        writer.append(store.bytes)
        writer.append(generation)
        writer.append(UInt32(offset))
        return writer.bytes
    }
}

extension ScopedKeyStore {
    /// Publishes what is in memory as the next generation: with a new secret of the root key, a new keyset key, every
    /// key wrapped anew, and an empty journal.
    ///
    /// ```
    /// the provider makes the new secret durable
    /// openat(5, "journal-5f…", O_RDWR|O_CREAT|O_EXCL), pwrite64(…, 512), fdatasync
    /// linkat(5, "keyset", 5, "keyset-b3…")            so that the old one can be overwritten later
    /// fsync(5)
    /// openat(5, ".keyset.tmp", …), pwrite64, fdatasync, renameat(5, ".keyset.tmp", 5, "keyset"), fsync(5)
    /// pwrite64(7, "HKJ1…", 512, 512), fdatasync(7)    "published"
    /// ```
    ///
    /// Destroying what the old generation left is not part of it: see ``clean(_:_:)``.
    ///
    /// - Parameter newRoot: what wraps it from then on; nil for the same as before.
    func publishNext(
        _ state: inout State,
        _ keyset: inout Keyset,
        newRoot: NewRoot? = nil
    ) throws(KeyStoreError) {
        let generation = keyset.header.generation + 1
        let root = newRoot?.provider ?? state.root
        do {
            try root.prepare(
                generation,
                keeping: newRoot?.holdsSecret ?? true ? keyset.header.generation : nil,
                for: keyset.header.store
            )
        } catch {
            throw .root(error)
        }
        var header = keyset.header
        header.generation = generation
        if newRoot != nil { header.mayEarlierRootLive = true }
        try publish(header, root, &state, &keyset)
        state.root = root
        do throws(KeyStoreError) {
            _ = try clean(&state, keyset)
        } catch {
            // What was published can never be opened, so that nothing in it may be acknowledged.
            switch error {
            case .wrongRoot, .rolledBack: throw error
            default: break
            }
            // The old generation is not gone, but nothing that is needed is: tried again with the next checkpoint, at
            // the next open, and before every receipt.
        }
    }

    /// Publishes a generation again whose first checkpoint may not be durable. The secret of the root key stays: both
    /// that checkpoint and the one before may be what stands on the disk after a power cut.
    func publishAgain(_ state: inout State, _ keyset: inout Keyset) throws(KeyStoreError) {
        try publish(keyset.header, state.root, &state, &keyset)
    }

    private func publish(
        _ header: KeysetHeader,
        _ root: any RootKeyProvider,
        _ state: inout State,
        _ keyset: inout Keyset
    ) throws(KeyStoreError) {
        // Whatever fails from here on, the disk is asked before the keyset is used again.
        state.mustReload = true
        state.cleaned = nil
        var header = header
        var pending = keyset.pending
        if pending?.stage == .intended {
            pending?.stage = .rewrapped
            pending?.before = keyset.position
            pending?.digestBefore = keyset.digest
        }
        header.sequence = keyset.sequence
        let draft = try self.draft(header, pending, keyset.entries, root, state)
        // The first checkpoint of a store holds no key. Its name may not be durable, and another one must not outlive
        // it: that would speak of a store that was lost.
        if keyset.isPublished || !keyset.entries.isEmpty {
            let stale = KeysetFiles.stale(keyset.header.journalID)
            do throws(FileSystemError) {
                try keepOld(stale)
            } catch {
                draft.abandon(directory)
                throw .io(error, file: stale)
            }
        }
        var next: Keyset
        do throws(KeyStoreError) {
            next = try place(draft)
        } catch {
            noteLeftovers(of: draft.header, over: keyset, &state)
            throw error
        }
        state.uncleaned = header.generation
        next.adopt(keyset, pending)
        let old = keyset
        keyset = next
        old.close()
        try commitPublished(&state, &keyset)
        state.mustReload = false
    }

    /// Notes what an attempt that failed left, of which the checkpoint may have come to stand all the same.
    private func noteLeftovers(of header: KeysetHeader, over keyset: Keyset, _ state: inout State) {
        let isUnchanged = (try? isCheckpoint(keyset.identity)) ?? true
        let standing = isUnchanged ? keyset.header : header
        if let names = try? leftovers(of: standing), names.isEmpty { return }
        state.uncleaned = standing.generation
    }

    /// Gives the checkpoint its second name, by which it is found to be overwritten once another one has its place.
    private func keepOld(_ stale: String) throws(FileSystemError) {
        do {
            try directory.link(KeysetFiles.keyset, to: stale, in: directory)
        } catch  where error.code == .exists {
            // From an attempt that failed, maybe at the sync of this name; then another sync would say nothing of it.
            try directory.remove(stale)
            try directory.link(KeysetFiles.keyset, to: stale, in: directory)
        }
    }

    /// Puts a draft in its place, durably, and opens it.
    func place(_ draft: Draft) throws(KeyStoreError) -> Keyset {
        do throws(FileSystemError) {
            // The journal's name must be durable before a checkpoint that names it can be.
            try directory.sync()
            try efface(KeysetFiles.temporary)
            try writeTemporary(draft.checkpoint)
        } catch {
            // Nothing names its journal: who tries again on a full disk does not fill it further.
            draft.abandon(directory)
            throw .io(error, file: KeysetFiles.keyset)
        }
        do throws(FileSystemError) {
            try publishTemporary()
            let file = try directory.open(KeysetFiles.keyset, .read, permissions: .ownerFile)
            let identity = try file.status().identity
            var keyset = Keyset(
                draft.header,
                pending: nil,
                ring: draft.ring,
                digest: Array(draft.checkpoint.suffix(32)),
                checkpoint: file,
                identity: identity,
                journal: draft.journal,
                journalIdentity: draft.journalIdentity
            )
            keyset.sequence = draft.header.sequence + 1
            keyset.lastCode = draft.code
            keyset.journalBytes = JournalRecord.byteCount
            keyset.isTailConfirmed = true
            return keyset
        } catch {
            draft.ring.close()
            try? draft.journal.close()
            throw .io(error, file: KeysetFiles.keyset)
        }
    }

    /// Writes a checkpoint to its temporary name, durably but for the name.
    ///
    /// One that comes to nothing holds every key, wrapped, and is overwritten. When that fails too its name stays, and
    /// it is cleaned up with what older generations left.
    private func writeTemporary(_ bytes: [UInt8]) throws(FileSystemError) {
        let file = try directory.open(KeysetFiles.temporary, [.write, .create, .exclusive], permissions: .ownerFile)
        do throws(FileSystemError) {
            try file.writeAll(bytes, at: 0)
            try file.sync(.data)
            try file.close()
        } catch {
            try? file.close()
            try? efface(KeysetFiles.temporary)
            throw error
        }
    }

    /// Gives it its name, durably.
    private func publishTemporary() throws(FileSystemError) {
        do throws(FileSystemError) {
            try directory.rename(KeysetFiles.temporary, to: KeysetFiles.keyset, in: directory, exclusive: false)
        } catch {
            try? efface(KeysetFiles.temporary)
            throw error
        }
        try directory.sync()
    }

    /// Notes in the journal that the checkpoint's name is durable: from then on others may build on it.
    func commitPublished(_ state: inout State, _ keyset: inout Keyset) throws(KeyStoreError) {
        let place = keyset.nextPlace
        let bytes = try JournalRecord.published.bytes(at: place, keys: keys, ring: keyset.ring, nonce: [])
        do throws(FileSystemError) {
            try keyset.journal.writeAll(bytes, at: Int64(keyset.journalBytes))
            try keyset.journal.sync(.data)
        } catch {
            // The next attempt makes a journal of its own.
            try? keyset.journal.truncate(to: Int64(keyset.journalBytes))
            throw .io(error, file: keyset.header.journalName)
        }
        keyset.isPublished = true
        keyset.sequence = place.sequence
        keyset.lastCode = Array(bytes.suffix(JournalRecord.codeLength))
        keyset.journalBytes += JournalRecord.byteCount
        keyset.isTailConfirmed = true
    }
}

extension Keyset {
    /// Takes over what a publication does not change.
    mutating func adopt(_ old: Keyset, _ pending: PendingShred?) {
        adoptEntries(of: old)
        self.pending = pending
    }
}
