internal import Canonical
internal import FileSystemSeam

extension ScopedKeyStore {
    /// No longer checkpoint is read, in bytes.
    static let checkpointMaximum = 2_400_000_000
    /// As many keys fit into the longest checkpoint that is read: 16 million.
    static let keyMaximum =
        (checkpointMaximum - KeysetHeader.entriesOffset - KeysetHeader.trailerLength) / KeyEntry.byteCount
    /// No longer journal is read, in bytes: 256 MiB.
    static let journalMaximum = 1 << 28
    /// How many records a journal gets at most, whatever the options say. A checkpoint and its journal begin with two.
    static let journalRecordMaximum = journalMaximum / JournalRecord.byteCount

    /// Reads checkpoint and journal. What was in memory stays when it throws.
    func load(_ state: inout State) throws(KeyStoreError) {
        let (file, identity, bytes) = try readCheckpoint()
        if let old = state.keyset { state.known = max(state.known ?? old.position, old.position) }
        let count = keys.count
        do throws(KeyStoreError) {
            var loaded = try decode(&state, file, identity, bytes)
            do throws(KeyStoreError) {
                if let old = state.keyset { try requireSameHistory(loaded, old) }
                try readJournal(&loaded, known: state.keyset)
                if let known = state.known, loaded.position.isBehind(known) {
                    throw .rolledBack(path: path, found: loaded.position, known: known)
                }
                if let old = state.keyset, !loaded.follows(old.historyOnDisk) {
                    throw .rolledBack(path: path, found: loaded.position, known: state.known ?? old.position)
                }
            } catch {
                loaded.close()
                throw error
            }
            if let old = state.keyset {
                wipe(old, keeping: places(of: loaded, state))
                old.close()
            }
            state.keyset = loaded
            state.mustReload = false
        } catch {
            // Keys that were only read now are nobody's; what was given up on the way is read again.
            keys.takeBack(to: count)
            state.mustReload = true
            try? file.close()
            throw error
        }
    }

    /// Makes sure that a journal goes on from the record that was read last, where it is the same one in another file:
    /// a copy that went on by itself may have as many records, without those that were acknowledged here.
    private func requireSameHistory(_ loaded: Keyset, _ old: Keyset) throws(KeyStoreError) {
        guard loaded.header.journalID == old.header.journalID, old.journalBytes >= JournalRecord.byteCount else {
            return
        }
        let offset = old.journalBytes - JournalRecord.byteCount
        let code: [UInt8]?
        do throws(FileSystemError) {
            code = try loaded.journal.read(
                exactly: JournalRecord.codeLength,
                at: Int64(offset + JournalRecord.codeOffset)
            )
        } catch {
            throw .io(error, file: loaded.header.journalName)
        }
        // A shorter one is told as what it is, an older state.
        guard let code, code != old.lastCode else { return }
        throw .corrupt(
            file: loaded.header.journalName,
            byteOffset: offset,
            reason: "another record stands where one was read before"
        )
    }

    /// Where keys stand that are in use.
    private func places(of keyset: Keyset?, _ state: State) -> Set<KeySlab.Place> {
        var places = Set(state.minted.entries.compactMap(\.place))
        if let keyset { places.formUnion(keyset.entries.lazy.compactMap(\.place)) }
        return places
    }

    private func wipe(_ keyset: Keyset, keeping kept: Set<KeySlab.Place>) {
        for entry in keyset.entries {
            if let place = entry.place, !kept.contains(place) { keys.wipe(place) }
        }
    }

    private func readCheckpoint() throws(KeyStoreError) -> (any File, FileIdentity, [UInt8]) {
        do throws(FileSystemError) {
            let file = try directory.open(KeysetFiles.keyset, .read, permissions: .ownerFile)
            let status = try file.status()
            return (file, status.identity, try file.readAll(maximumBytes: Self.checkpointMaximum))
        } catch {
            throw .io(error, file: KeysetFiles.keyset)
        }
    }

    private func corrupt(_ offset: Int, _ reason: String) -> KeyStoreError { Self.corrupt(offset, reason) }

    private static func corrupt(_ offset: Int, _ reason: String) -> KeyStoreError {
        .corrupt(file: KeysetFiles.keyset, byteOffset: offset, reason: reason)
    }

    private func decode(
        _ state: inout State,
        _ file: any File,
        _ identity: FileIdentity,
        _ bytes: [UInt8]
    ) throws(KeyStoreError) -> Keyset {
        let header = try Self.verifiedHeader(bytes)
        if header.header.granularity != granularity {
            throw .wrongGranularity(path: path, expected: granularity, found: header.header.granularity)
        }
        if let old = state.keyset, old.header.store != header.header.store {
            throw corrupt(16, "another store's keyset was put here")
        }
        if let known = state.known, header.header.generation < known.generation {
            let found = KeysetPosition(generation: header.header.generation, sequence: header.header.sequence)
            throw .rolledBack(path: path, found: found, known: known)
        }
        let ring = try openRing(header.header, state.root)
        let end = bytes.count - KeysetHeader.trailerLength
        let message = bytes.span.extracting(..<end)
        guard Sodium.isEqual(try ring.authenticationCode(message), Array(bytes[end..<end + 32])) else {
            ring.close()
            throw corrupt(end, "somebody changed it who does not have the root key")
        }
        if state.keyset == nil { try openSecrets(&state, header.header, ring) }
        let journal: any File
        let journalIdentity: FileIdentity
        do throws(FileSystemError) {
            journal = try directory.open(header.header.journalName, [.read, .write], permissions: .ownerFile)
            journalIdentity = try journal.extent().identity
        } catch  where error.code == .noEntry {
            throw .journalMissing(file: header.header.journalName)
        } catch {
            throw .io(error, file: header.header.journalName)
        }
        var pending: PendingShred?
        if header.isPending {
            pending = PendingShred(reading: bytes, at: KeysetHeader.byteCount)
            if pending == nil { throw corrupt(KeysetHeader.byteCount, "the pending destruction makes no sense") }
        }
        var keyset = Keyset(
            header.header,
            pending: pending,
            ring: ring,
            digest: Array(bytes.suffix(32)),
            checkpoint: file,
            identity: identity,
            journal: journal,
            journalIdentity: journalIdentity
        )
        try addEntries(&keyset, bytes, known: state.keyset)
        return keyset
    }

    /// The header of a file that is whole: its SHA-256 agrees, and its length.
    static func verifiedHeader(
        _ bytes: [UInt8]
    ) throws(KeyStoreError) -> (header: KeysetHeader, isPending: Bool) {
        let minimum = KeysetHeader.entriesOffset + KeysetHeader.trailerLength
        guard bytes.count >= minimum else { throw corrupt(bytes.count, "it is too short for a keyset") }
        guard bytes.starts(with: KeysetHeader.magic) else { throw corrupt(0, "it does not begin as a keyset") }
        let digested = bytes.span.extracting(..<(bytes.count - 32))
        guard Digest(hashing: digested).bytes == Array(bytes.suffix(32)) else {
            throw corrupt(bytes.count - 32, "its contents and its SHA-256 do not agree")
        }
        var reader = ByteReader(bytes, at: 8)
        let version: UInt16 = reader.integer()
        if version != KeysetHeader.version { throw .unsupportedVersion(file: KeysetFiles.keyset, version: version) }
        let header = try KeysetHeader.read(bytes)
        guard bytes.count == minimum + header.header.entryCount * KeyEntry.byteCount else {
            throw corrupt(12, "it does not have the length of \(header.header.entryCount) entries")
        }
        return header
    }

    /// Unwraps the keyset key.
    func openRing(_ header: KeysetHeader, _ root: any RootKeyProvider) throws(KeyStoreError) -> KeyRing {
        if header.rootKind != root.kind {
            throw .wrongRoot(path: path, reason: "it was wrapped with a \(header.rootKind), and this is a \(root.kind)")
        }
        let slab = try KeySlab(capacity: 3)
        var failure: RootKeyError?
        let place = try unsafe slab.add { room in
            do throws(RootKeyError) {
                try unsafe root.unwrap(
                    header.wrappedKeysetKey,
                    generation: header.generation,
                    context: header.wrappingContext,
                    store: header.store,
                    into: room
                )
                return true
            } catch {
                failure = error
                return false
            }
        }
        if let place, failure == nil { return try KeyRing(slab, keysetKey: place) }
        slab.close()
        switch failure {
        case .wrongSecret?, .otherStore?: throw .wrongRoot(path: path, reason: "\(failure.map { "\($0)" } ?? "")")
        case .unknownGeneration(_, let newest?, _)? where newest > header.generation:
            throw .rolledBack(
                path: path,
                found: KeysetPosition(generation: header.generation, sequence: header.sequence),
                known: KeysetPosition(generation: newest, sequence: header.sequence)
            )
        case .unknownGeneration?: throw .wrongRoot(path: path, reason: "\(failure.map { "\($0)" } ?? "")")
        case let error?: throw .root(error)
        case nil: throw .keyUnavailable
        }
    }

    /// The secrets that a store keeps through all generations.
    private func openSecrets(_ state: inout State, _ header: KeysetHeader, _ ring: KeyRing) throws(KeyStoreError) {
        var places: [KeySlab.Place] = []
        for (wrapped, offset) in [(header.wrappedTagKey, 160), (header.wrappedSeed, 232)] {
            var failure: KeyStoreError?
            let context = header.secretContext(offset)
            let place = unsafe wrapped.withUnsafeBytes { wrapped in
                unsafe context.withUnsafeBytes { context in
                    do throws(KeyStoreError) {
                        return try unsafe keys.addUnwrapped(
                            UnsafeRawBufferPointer(rebasing: wrapped[Sodium.nonceLength...]),
                            with: ring.wrapping,
                            of: ring.slab,
                            nonce: UnsafeRawBufferPointer(rebasing: wrapped[..<Sodium.nonceLength]),
                            associatedData: context
                        )
                    } catch {
                        failure = error
                        return nil
                    }
                }
            }
            if let failure { throw failure }
            guard let place else { throw corrupt(offset, "a wrapped key does not open") }
            places.append(place)
        }
        (state.tagKey, state.seed) = (places[0], places[1])
    }

    /// Reads the entries. A key that is in memory already stays where it is, so that who holds it can go on.
    private func addEntries(_ keyset: inout Keyset, _ bytes: [UInt8], known: Keyset?) throws(KeyStoreError) {
        let count = keyset.header.entryCount
        keyset.reserve(count)
        try keys.reserve(known == nil ? count : 0)
        var wrapping = EntryWrapping(
            keys,
            keyset.ring,
            store: keyset.header.store,
            generation: keyset.header.generation
        )
        for index in 0..<count {
            let offset = KeysetHeader.entriesOffset + index * KeyEntry.byteCount
            guard var entry = KeyEntry(reading: bytes, at: offset) else {
                throw corrupt(offset, "the entry makes no sense")
            }
            if entry.state.isLive {
                if let place = known?.entry(entry.id)?.place, keys.isFilled(place) {
                    entry.place = place
                } else {
                    guard let place = try wrapping.unwrap(bytes, at: offset) else {
                        throw corrupt(offset, "the wrapped key does not open")
                    }
                    entry.place = place
                }
            }
            if !keyset.add(entry) { throw corrupt(offset, "the entry stands there twice") }
        }
    }
}
