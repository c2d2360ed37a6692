internal import FileSystemSeam

extension ScopedKeyStore {
    /// Brings the keyset in memory up to the one on disk. Called under the lock.
    func refresh(_ state: inout State) throws(KeyStoreError) {
        guard let keyset = state.keyset else { return }
        if try mustLoad(keyset, state) {
            try requirePlace()
            try requireCheckpoint()
            try load(&state)
        } else {
            // What stands at the journal's name: a record in one that lost its name is read by nobody who opens the
            // store.
            let journal = try extentOfJournal(keyset.header.journalName)
            if journal.identity != keyset.journalIdentity || journal.size < Int64(keyset.journalBytes) {
                try load(&state)
            } else if journal.size != Int64(keyset.journalBytes) {
                // Also when it had a torn end before: others write their records over that, and leave the size as it
                // is.
                guard var keyset = state.keyset.take() else { return }
                defer { state.keyset = keyset }
                try readJournal(&keyset)
            } else {
                return
            }
        }
        if let refreshed = state.keyset { settle(&state, refreshed) }
    }

    /// As long as the checkpoint that was read is the one at the path, so is its directory; else that is looked at by
    /// itself.
    private func mustLoad(_ keyset: Keyset, _ state: State) throws(KeyStoreError) -> Bool {
        if state.mustReload { return true }
        do {
            return try !location.hasCheckpoint(of: keyset)
        } catch {
            throw .io(error, file: path)
        }
    }

    private func requireCheckpoint() throws(KeyStoreError) {
        do {
            if try directory.exists(KeysetFiles.keyset) { return }
        } catch {
            throw .io(error, file: KeysetFiles.keyset)
        }
        throw .keysetMissing(path: path, evidence: "it was there when the store was opened")
    }

    private func extentOfJournal(_ name: String) throws(KeyStoreError) -> FileExtent {
        do {
            return try directory.extent(of: name)
        } catch  where error.code == .noEntry {
            throw .journalMissing(file: name)
        } catch {
            throw .io(error, file: name)
        }
    }
}
