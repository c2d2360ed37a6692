internal import FileSystemSeam
internal import PlatformProfile
internal import Signing

extension ScopedKeyStore {
    /// - Throws: `.keysetMissing` when something says that there was a keyset.
    func requireNoEvidence(_ state: State) throws(KeyStoreError) {
        if !options.createsWhenAbsent { throw .keysetMissing(path: path, evidence: "a store was expected there") }
        if let known = state.known, known.sequence > 0 {
            throw .keysetMissing(path: path, evidence: "it is known to have reached \(known)")
        }
        do throws(FileSystemError) {
            for entry in try directory.entries() {
                let name = entry.name
                // The making of a store writes one record before the checkpoint stands, and the next after it.
                if KeysetFiles.isJournal(name), try directory.status(of: name).size > Int64(JournalRecord.byteCount) {
                    throw FileSystemError(operation: .entries, name: name, code: .exists)
                }
                if name == KeysetFiles.receipts || KeysetFiles.isStale(name) && name != KeysetFiles.temporary {
                    throw FileSystemError(operation: .entries, name: name, code: .exists)
                }
            }
        } catch {
            if error.operation == .entries, error.code == .exists {
                throw .keysetMissing(path: path, evidence: "\(error.name) is there")
            }
            throw .io(error, file: path)
        }
        let inventory: RootKeyInventory
        do throws(RootKeyError) {
            inventory = try state.root.inventory(of: nil)
        } catch {
            throw .root(error)
        }
        if !inventory.wasCompleted { return }
        let root = (state.root as? RootKeyFile).map { "the root key in \($0.place)" } ?? "the root key"
        let store = inventory.store.map { "belongs to the store \($0)" } ?? "served a store"
        throw .keysetMissing(path: path, evidence: "\(root) \(store)")
    }

    /// Makes sure, before a store is made, that a file can have a second name: without that no checkpoint could ever
    /// take the place of the first, and a destruction would be decided and never finished.
    ///
    /// What a crash leaves of it is removed when the store is made: the names are those of a store that was begun.
    private func requireLinks() throws(KeyStoreError) {
        let (first, second) = (KeysetFiles.temporary, KeysetFiles.journal(0))
        do throws(FileSystemError) {
            try directory.open(first, [.write, .create, .exclusive], permissions: .ownerFile).close()
            do throws(FileSystemError) {
                try directory.link(first, to: second, in: directory)
            } catch {
                try? directory.remove(first)
                throw error
            }
            try directory.remove(second)
            try directory.remove(first)
        } catch  where error.operation == .link && error.code.refusesSecondName {
            throw .platform(
                .unfit(
                    path: path,
                    [
                        ProfileDelta(
                            field: "hard_links",
                            expected: "supported",
                            observed: "unsupported",
                            remedy:
                                "keep the store on a file system where files can have second names, such as ext4 or XFS"
                        )
                    ]
                )
            )
        } catch {
            throw .io(error, file: path)
        }
    }

    /// Makes an empty store, durably.
    func create(_ state: inout State) throws(KeyStoreError) {
        try sweep(nil, &state)
        try requireLinks()
        guard let store = StoreID(bytes: try fileSystem.randomBytes(StoreID.byteCount)) else { return }
        state.tagKey = try keys.addRandom(fileSystem)
        state.seed = try keys.addRandom(fileSystem)
        do {
            try state.root.prepare(1, keeping: nil, for: store)
        } catch {
            throw .root(error)
        }
        let header = KeysetHeader(
            granularity: granularity,
            store: store,
            generation: 1,
            sequence: 0,
            journalID: 0,
            receiptCount: 0,
            lastReceipt: [UInt8](repeating: 0, count: 32),
            created: fileSystem.wallClock().nanosecondsSinceEpoch,
            rootKind: state.root.kind,
            publicKey: try signingKey(state).publicKey.bytes
        )
        var keyset = try place(try draft(header, nil, [], state.root, state))
        do throws(KeyStoreError) {
            try commitPublished(&state, &keyset)
            _ = try clean(&state, keyset)
        } catch {
            keyset.close()
            throw error
        }
        state.keyset = keyset
    }
}
