internal import Canonical
internal import FileSystemSeam

/// A checkpoint that is not published yet, and its journal, which is durable already.
struct Draft {
    var header: KeysetHeader
    var ring: KeyRing
    var checkpoint: [UInt8]
    var journal: any File
    var journalIdentity: FileIdentity
    /// The code of the journal's first record.
    var code: [UInt8]

    /// Removes what was made for it. It holds no key: the journal has one record, without any.
    func abandon(_ directory: any Directory) {
        ring.close()
        try? journal.close()
        try? directory.remove(header.journalName)
    }
}

extension ScopedKeyStore {
    /// Makes everything of a checkpoint but its place.
    func draft(
        _ template: KeysetHeader,
        _ pending: PendingShred?,
        _ entries: [KeyEntry],
        _ root: any RootKeyProvider,
        _ state: State
    ) throws(KeyStoreError) -> Draft {
        var header = template
        let slab = try KeySlab(capacity: 3)
        let ring = try KeyRing(slab, keysetKey: try slab.addRandom(fileSystem))
        do throws(KeyStoreError) {
            var reader = ByteReader(try fileSystem.randomBytes(8))
            header.journalID = reader.integer()
            header.entryCount = entries.count
            header.rootKind = root.kind
            header.wrappedKeysetKey = try wrapped(ring, header, root)
            header.wrappedTagKey = try wrapped(state.tagKey, ring, header, 160)
            header.wrappedSeed = try wrapped(state.seed, ring, header, 232)
            let checkpoint = try encode(header, pending, entries, ring)
            let (journal, identity, code) = try begin(header, ring)
            return Draft(
                header: header,
                ring: ring,
                checkpoint: checkpoint,
                journal: journal,
                journalIdentity: identity,
                code: code
            )
        } catch {
            ring.close()
            throw error
        }
    }

    private func wrapped(
        _ ring: KeyRing,
        _ header: KeysetHeader,
        _ root: any RootKeyProvider
    ) throws(KeyStoreError) -> [UInt8] {
        var failure: RootKeyError?
        let bytes: [UInt8] = try unsafe ring.slab.withKey(ring.keysetKey) { key in
            do throws(RootKeyError) {
                return try unsafe root.wrap(
                    key,
                    generation: header.generation,
                    context: header.wrappingContext,
                    store: header.store
                )
            } catch {
                failure = error
                return []
            }
        }
        if let failure { throw .root(failure) }
        if bytes.isEmpty || bytes.count > KeysetHeader.wrappedMaximum {
            throw .root(
                .failed(place: root.kind, reason: "it wrapped a key in \(bytes.count) bytes; 1 to 512 are allowed")
            )
        }
        return bytes
    }

    private func wrapped(
        _ secret: KeySlab.Place,
        _ ring: KeyRing,
        _ header: KeysetHeader,
        _ offset: Int
    ) throws(KeyStoreError) -> [UInt8] {
        let nonce = try fileSystem.randomBytes(Sodium.nonceLength)
        let context = header.secretContext(offset)
        var box = [UInt8](repeating: 0, count: Sodium.keyLength + Sodium.tagLength)
        var failure: KeyStoreError?
        unsafe box.withUnsafeMutableBytes { box in
            unsafe nonce.withUnsafeBytes { nonce in
                unsafe context.withUnsafeBytes { context in
                    do throws(KeyStoreError) {
                        try unsafe ring.slab.wrap(
                            secret,
                            of: keys,
                            with: ring.wrapping,
                            nonce: nonce,
                            associatedData: context,
                            into: box
                        )
                    } catch {
                        failure = error
                    }
                }
            }
        }
        if let failure { throw failure }
        return nonce + box
    }

    /// The checkpoint's bytes; they are shown at ``KeysetHeader``.
    private func encode(
        _ header: KeysetHeader,
        _ pending: PendingShred?,
        _ entries: [KeyEntry],
        _ ring: KeyRing
    ) throws(KeyStoreError) -> [UInt8] {
        let end = KeysetHeader.entriesOffset + entries.count * KeyEntry.byteCount
        var bytes = header.bytes(isPending: pending != nil)
        bytes.reserveCapacity(end + KeysetHeader.trailerLength)
        bytes += pending?.bytes ?? [UInt8](repeating: 0, count: PendingShred.byteCount)
        bytes += [UInt8](repeating: 0, count: end - bytes.count)
        // The wrapping key is used for this checkpoint and its journal only: a random nonce to begin with, and counting
        // on from it, gives none twice, and costs less than random bytes for each of many entries.
        let nonce = try fileSystem.randomBytes(Sodium.nonceLength)
        let wrapping = EntryWrapping(keys, ring, store: header.store, generation: header.generation)
        try wrapping.write(entries, nonce: nonce, into: &bytes, at: KeysetHeader.entriesOffset)
        let code = try ring.authenticationCode(of: bytes)
        bytes += code
        let digest = Digest(hashing: bytes)
        bytes += digest.bytes
        return bytes
    }

    /// Makes the journal with its first record, which is durable when this returns; its name is not.
    private func begin(
        _ header: KeysetHeader,
        _ ring: KeyRing
    ) throws(KeyStoreError) -> (any File, FileIdentity, code: [UInt8]) {
        let place = JournalRecord.Place(
            store: header.store,
            generation: header.generation,
            sequence: header.sequence + 1,
            journalID: header.journalID,
            previousCode: [UInt8](repeating: 0, count: JournalRecord.codeLength)
        )
        let bytes = try JournalRecord.begun.bytes(at: place, keys: keys, ring: ring, nonce: [])
        do throws(FileSystemError) {
            let file = try directory.open(
                header.journalName,
                [.read, .write, .create, .exclusive],
                permissions: .ownerFile
            )
            do throws(FileSystemError) {
                try file.writeAll(bytes, at: 0)
                try file.sync(.data)
                return (file, try file.extent().identity, Array(bytes.suffix(JournalRecord.codeLength)))
            } catch {
                try? file.close()
                try? directory.remove(header.journalName)
                throw error
            }
        } catch {
            throw .io(error, file: header.journalName)
        }
    }
}
