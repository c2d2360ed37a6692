internal import FileSystemSeam

extension ScopedKeyStore {
    /// Applies the records of the journal that were not applied yet. When it throws, keys of records that were not
    /// applied are taken back from memory.
    ///
    /// - Parameter known: the keyset in memory, when another one is read in its place.
    ///
    /// Only an end that is shorter than a record, or all zeros, is torn: a write that was not acknowledged. Everything
    /// else that is no valid record is damage.
    func readJournal(_ keyset: inout Keyset, known: Keyset? = nil) throws(KeyStoreError) {
        let start = keyset.journalBytes
        let size: Int64
        let bytes: [UInt8]
        do throws(FileSystemError) {
            size = try keyset.journal.extent().size
        } catch {
            throw .io(error, file: keyset.header.journalName)
        }
        // None is written that is longer; this one would not fit into memory.
        if size > Int64(Self.journalMaximum) {
            throw .corrupt(
                file: keyset.header.journalName,
                byteOffset: Self.journalMaximum,
                reason: Self.tooLongJournal(size)
            )
        }
        do throws(FileSystemError) {
            bytes = try keyset.journal.read(exactly: max(0, Int(size) - start), at: Int64(start)) ?? []
        } catch {
            throw .io(error, file: keyset.header.journalName)
        }
        var offset = 0
        while bytes.count - offset >= JournalRecord.byteCount {
            let place = keyset.nextPlace
            let count = keys.count
            let record: JournalRecord
            do throws(KeyStoreError) {
                record = try JournalRecord.read(
                    bytes,
                    at: offset,
                    of: place,
                    keys: keys,
                    ring: keyset.ring,
                    known: known,
                    fileOffset: start + offset
                )
            } catch {
                if case .corrupt = error, bytes[offset...].allSatisfy({ $0 == 0 }) { break }
                throw error
            }
            do throws(KeyStoreError) {
                try apply(record, to: &keyset, at: start + offset)
            } catch {
                keys.takeBack(to: count)
                throw error
            }
            keyset.sequence = place.sequence
            keyset.lastCode = Array(bytes[offset + JournalRecord.codeOffset..<offset + JournalRecord.byteCount])
            keyset.isTailConfirmed = false
            offset += JournalRecord.byteCount
            keyset.journalBytes += JournalRecord.byteCount
        }
        // The first record was durable before the checkpoint was published.
        if keyset.journalBytes == 0 {
            throw .corrupt(
                file: keyset.header.journalName,
                byteOffset: 0,
                reason: "the journal is empty, and was not when its checkpoint was published"
            )
        }
    }

    static func tooLongJournal(_ size: Int64) -> String {
        "the journal has \(size) bytes, and \(journalMaximum) are the most"
    }

    private func apply(_ record: JournalRecord, to keyset: inout Keyset, at offset: Int) throws(KeyStoreError) {
        if !keyset.apply(record, keys: keys) {
            throw .corrupt(
                file: keyset.header.journalName,
                byteOffset: offset,
                reason: "the record does not follow from those before it"
            )
        }
    }

    /// Makes something durable: as a record of the journal, or in a new checkpoint when the journal is full or may not
    /// be used any more. Called under the exclusive lock, on a keyset that was confirmed.
    ///
    /// ```
    /// pwrite64(7, "HKJ1…", 512, 1024)                 = 512
    /// fdatasync(7)                                    = 0
    /// ```
    func commit(
        _ record: JournalRecord,
        _ state: inout State,
        _ keyset: inout Keyset
    ) throws(KeyStoreError) {
        let recordMaximum = min(max(1, options.journalRecordMaximum), Self.journalRecordMaximum)
        let isFull = keyset.journalBytes / JournalRecord.byteCount >= recordMaximum
        if isFull || state.poisonedJournal == keyset.header.journalID {
            // What is in memory is ahead of the disk until the checkpoint stands.
            state.mustReload = true
            keyset.goAhead()
            try apply(record, to: &keyset, at: keyset.journalBytes)
            try publishNext(&state, &keyset)
            return
        }
        let place = keyset.nextPlace
        let nonce = try fileSystem.randomBytes(Sodium.nonceLength)
        let bytes = try record.bytes(at: place, keys: keys, ring: keyset.ring, nonce: nonce)
        try write(bytes, at: keyset.journalBytes, &state, keyset)
        try apply(record, to: &keyset, at: keyset.journalBytes)
        keyset.sequence = place.sequence
        keyset.lastCode = Array(bytes.suffix(JournalRecord.codeLength))
        keyset.journalBytes += JournalRecord.byteCount
        keyset.isTailConfirmed = true
    }

    /// Writes a record and syncs it. When that fails the journal is given up: what a sync failed for may be dropped
    /// from memory as if it were written, and a second sync says nothing.
    private func write(
        _ bytes: [UInt8],
        at offset: Int,
        _ state: inout State,
        _ keyset: Keyset
    ) throws(KeyStoreError) {
        do throws(FileSystemError) {
            try keyset.journal.writeAll(bytes, at: Int64(offset))
            try keyset.journal.sync(.data)
        } catch {
            state.poisonedJournal = keyset.header.journalID
            state.mustReload = true
            // So that no other process takes it for acknowledged. When this fails too, they make sure themselves.
            try? keyset.journal.truncate(to: Int64(offset))
            throw .io(error, file: keyset.header.journalName)
        }
    }

    /// Makes sure that everything this keyset says is durable, before something rests on it: whoever wrote it may have
    /// been killed before its sync, or its sync may have failed.
    ///
    /// All records but the last are durable, since nobody appends before this. The last one is written again, which
    /// makes its page dirty again, and synced: a sync alone could succeed after another process's failed. A checkpoint
    /// whose journal does not say that its name is durable is published again.
    func confirm(_ state: inout State, _ keyset: inout Keyset) throws(KeyStoreError) {
        if !keyset.isPublished {
            try publishAgain(&state, &keyset)
        } else if state.poisonedJournal == keyset.header.journalID {
            try publishNext(&state, &keyset)
        }
        if !keyset.isTailConfirmed { try confirmTail(&state, &keyset) }
        state.given.removeAll()
    }

    private func confirmTail(_ state: inout State, _ keyset: inout Keyset) throws(KeyStoreError) {
        let offset = keyset.journalBytes - JournalRecord.byteCount
        let tail: [UInt8]?
        do {
            tail = try keyset.journal.read(exactly: JournalRecord.byteCount, at: Int64(offset))
        } catch {
            throw .io(error, file: keyset.header.journalName)
        }
        // All of it is compared: a byte that was read wrongly would be made durable.
        guard let tail, Array(tail.suffix(JournalRecord.codeLength)) == keyset.lastCode,
            Sodium.isEqual(
                try keyset.ring.authenticationCode(of: Array(tail[..<JournalRecord.codeOffset])),
                keyset.lastCode
            )
        else {
            state.mustReload = true
            throw .corrupt(
                file: keyset.header.journalName,
                byteOffset: offset,
                reason: "the record changed while in use"
            )
        }
        do throws(FileSystemError) {
            try keyset.journal.writeAll(tail, at: Int64(offset))
            try keyset.journal.sync(.data)
        } catch {
            state.poisonedJournal = keyset.header.journalID
            throw .io(error, file: keyset.header.journalName)
        }
        keyset.isTailConfirmed = true
    }
}
