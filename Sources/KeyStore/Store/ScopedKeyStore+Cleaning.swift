public import FileSystemSeam

extension ScopedKeyStore {
    /// Destroys what older generations left: first the root key's secrets, then the files.
    ///
    /// Only a checkpoint whose name is durable may be cleaned up after: else the one before may be what a power cut
    /// leaves.
    ///
    /// - Throws: when anything is left, after which it can be called again; `.wrongRoot` and `.rolledBack` when the
    ///   root key has not the secret of this keyset any more, as ``requireOwnSecret(_:_:)`` says.
    func clean(_ state: inout State, _ keyset: Keyset) throws(KeyStoreError) -> RootKeyDestruction {
        precondition(keyset.isPublished, "the checkpoint before may still be needed")
        let generation = keyset.header.generation
        if let cleaned = state.cleaned, cleaned.generation == generation { return cleaned.destruction }
        // Until it is done.
        state.uncleaned = generation
        try requireOwnSecret(&state, keyset)
        // A copy that came to stand at the path is wrapped with the secret of the generation before.
        try requirePlace()
        let destruction: RootKeyDestruction
        do {
            destruction = try state.root.destroyAllBut(generation, for: keyset.header.store)
        } catch {
            throw .root(error)
        }
        // From here on who uses a copy of the directory cannot make another secret of this generation: for that he
        // needs the one before.
        try requireOwnSecret(&state, keyset)
        try sweep(keyset.header.journalID, &state)
        state.cleaned = (generation, destruction)
        state.uncleaned = nil
        return destruction
    }

    /// Makes sure that the secret of the keyset's generation is the one it was wrapped with, before the secret of the
    /// generation before is destroyed, and afterwards. Who goes on with a copy of the directory at the same time makes
    /// one of the same generation, over this one: that would open his keyset and not this one, which must not be
    /// acknowledged.
    ///
    /// - Throws: `.wrongRoot`, or `.rolledBack` when the copy went on to a later one, and from then on every call does;
    ///   `.root`.
    private func requireOwnSecret(_ state: inout State, _ keyset: Keyset) throws(KeyStoreError) {
        do throws(KeyStoreError) {
            if try opens(state.root, keyset) { return }
            state.mustReload = true
        } catch {
            if case .rolledBack = error { state.mustReload = true }
            throw error
        }
        throw .wrongRoot(
            path: path,
            reason:
                "another secret of generation \(keyset.header.generation) took the place of this keyset's: a copy of the "
                + "store's directory was used with the same root key at the same time"
        )
    }

    /// The files that a sweep would remove, in the order of the directory.
    func leftovers(of header: KeysetHeader) throws(KeyStoreError) -> [String] {
        do {
            return try directory.entries().map(\.name).filter {
                KeysetFiles.isLeftover($0, journal: header.journalName)
            }
        } catch {
            throw .io(error, file: path)
        }
    }

    /// Overwrites and removes every file of the store but the checkpoint and the journal with this id, durably.
    ///
    /// A name whose removal could not be made durable is put back, in front of an empty file: it may come back by
    /// itself, and after a failed sync the next one would succeed and say nothing of it. So whoever sweeps next, this
    /// process or another, finds it and removes it anew.
    func sweep(_ journalID: UInt64?, _ state: inout State) throws(KeyStoreError) {
        let current = journalID.map { KeysetFiles.journal($0) }
        do throws(FileSystemError) {
            try putBack(&state)
            for entry in try directory.entries() {
                let name = entry.name
                let isOld = KeysetFiles.isJournal(name) && name != current
                guard isOld || KeysetFiles.isStale(name) else { continue }
                try efface(name)
                state.removed.append(name)
            }
            try directory.sync()
            state.removed = []
        } catch {
            // What fails is done before the next sweep.
            try? putBack(&state)
            throw .io(error, file: path)
        }
    }

    private func putBack(_ state: inout State) throws(FileSystemError) {
        while let name = state.removed.first {
            do {
                try directory.open(name, [.write, .create, .exclusive], permissions: .ownerFile).close()
            } catch  where error.code == .exists {
                // Made again since.
            }
            state.removed.removeFirst()
        }
    }

    /// Overwrites a file with zeros in its place, durably, and removes its name. Nothing happens when it is not there.
    ///
    /// The checkpoint may have a second name, which only loses that.
    func efface(_ name: String) throws(FileSystemError) {
        let file: any File
        do {
            file = try directory.open(name, .write, permissions: .ownerFile)
        } catch  where error.code == .noEntry {
            return
        }
        defer { try? file.close() }
        let status = try file.status()
        if status.kind == .regular, try !isCheckpoint(status.identity) {
            let zeros = [UInt8](repeating: 0, count: Int(min(max(status.size, 1), 1 << 20)))
            var offset: Int64 = 0
            while offset < status.size {
                let count = Int(min(Int64(zeros.count), status.size - offset))
                try file.writeAll(zeros.span.extracting(..<count), at: offset)
                offset += Int64(count)
            }
            try file.sync(.data)
        }
        try directory.remove(name)
    }

    /// Whether this is the file that stands at the checkpoint's name.
    func isCheckpoint(_ identity: FileIdentity) throws(FileSystemError) -> Bool {
        do {
            return try directory.status(of: KeysetFiles.keyset).identity == identity
        } catch  where error.code == .noEntry {
            return false
        }
    }
}

extension ResidualRisks {
    /// What overwriting a file in its place does not reach on a mount.
    ///
    /// - Parameter facts: what the system says of the mount, from `mountFactsWithJournaling(of:)`. A type that is not
    ///   known is a risk by itself, and so is an ext4 of which nothing tells whether it journals data.
    public init(ofOverwritingOn facts: MountFacts) {
        self = []
        let options = facts.mountOptions + facts.fileSystemOptions
        switch facts.fileSystemType {
        case "ext3", "ext4":
            let journals = options.contains("data=journal") ? true : facts.journalsData
            if journals != false { insert(journals == true ? .dataJournaling : .unknownFileSystem) }
        case "ext2", "xfs", "jfs", "vfat", "exfat", "ramfs": break
        // Its pages go to swap, where what is written over in memory stays until the place is used again.
        case "tmpfs": if !options.contains("noswap") { insert(.memoryNotLocked) }
        case "btrfs", "zfs", "bcachefs", "apfs", "f2fs", "nilfs2", "overlay": insert(.copyOnWrite)
        default: insert(.unknownFileSystem)
        }
    }
}
