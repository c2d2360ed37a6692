internal import FileSystemSeam

/// A root key file that is open for changes, and locked where files can be locked.
struct HeldRootKeyFile {
    let file: any File
    fileprivate let identity: FileIdentity

    /// Lets others change the file, also where a forked child still has the file open, which would keep the lock.
    func release() { file.unlockAndClose() }
}

extension RootKeyFile {
    /// How long the file's lock is waited for, in nanoseconds: who holds it writes one sector.
    private static let lockTimeoutNanoseconds: UInt64 = 60_000_000_000

    /// Opens the file, and keeps everybody else from changing it until it is released; nil when there is none.
    ///
    /// The store's own lock does not keep out who uses a copy of its directory. A file that was replaced meanwhile is
    /// given up for the one that stands at the name.
    ///
    /// - Throws: `.io` with `staleHandle` when it was replaced as often as it was opened.
    func hold(in directory: any Directory) throws(RootKeyError) -> HeldRootKeyFile? {
        do throws(FileSystemError) {
            for _ in 0..<Self.attempts {
                let file: any File
                do {
                    file = try directory.open(name, [.read, .write], permissions: .ownerFile)
                } catch  where error.code == .noEntry {
                    return nil
                }
                do throws(FileSystemError) {
                    try lock(file)
                    let identity = try file.extent().identity
                    if try stands(identity, at: name, in: directory) {
                        return HeldRootKeyFile(file: file, identity: identity)
                    }
                } catch {
                    file.unlockAndClose()
                    throw error
                }
                file.unlockAndClose()
            }
        } catch {
            throw .io(error, file: place)
        }
        throw replacedTooOften
    }

    /// Others replaced the file in every attempt, or the file system never shows a file as the one that was opened.
    var replacedTooOften: RootKeyError {
        .io(FileSystemError(operation: .open, name: name, code: .staleHandle), file: place)
    }

    /// Waits until nobody else holds a file. Where files are not locked, as on some network file systems, nobody is
    /// waited for.
    private func lock(_ file: any File) throws(FileSystemError) {
        do throws(FileSystemError) {
            if try !file.lock(.exclusive, timeoutNanoseconds: Self.lockTimeoutNanoseconds) {
                throw FileSystemError(operation: .lock, name: name, code: .timedOut)
            }
        } catch  where error.operation == .lock && [.notSupported, .notImplemented].contains(error.code) {
        }
    }

    /// Whether it is a file that stands at a name.
    func stands(
        _ identity: FileIdentity,
        at name: String,
        in directory: any Directory
    ) throws(FileSystemError) -> Bool {
        do {
            return try directory.extent(of: name).identity == identity
        } catch  where error.code == .noEntry {
            return false
        }
    }

    /// Makes sure that a file may give way to a new one: it holds at most a secret of an attempt that came to nothing.
    func requireUnused(_ held: HeldRootKeyFile, for store: StoreID) throws(RootKeyError) {
        let slots = try slots(of: held.file)
        defer { slots.close() }
        try requireOwn(slots, store)
        if slots.slots.contains(where: { $0.isEffaced }) {
            // It served a complete store: a new one gets a new file.
            throw .failed(
                place: place,
                reason:
                    "the file served a store before, and its secrets are destroyed. Name a file that is not there yet"
            )
        }
        if slots.slots.allSatisfy({ $0.header != nil }) {
            // One of two secrets is in use, and it is not known which.
            throw .damaged(place: place, reason: "it holds two secrets, of which one serves a store")
        }
    }

    /// Makes sure that no complete store but this one has the file.
    func requireOwn(_ slots: RootKeySlots, _ store: StoreID) throws(RootKeyError) {
        let isForeign = slots.slots.contains { $0.header.map { $0.store != store } ?? false }
        // A store whose making was cut short before its keyset stood holds nothing.
        if isForeign, !slots.isBegun { throw .otherStore(place: place) }
    }

    /// Makes the file with its first slot, durably: written under another name, so that it is whole or absent.
    ///
    /// A name that could not be made durable is taken back, and one that stands already is given anew: whoever made it
    /// may have been killed before the sync, or the sync may have failed, and then another one says nothing of that
    /// name.
    ///
    /// Nothing is locked where there is no file. So the new one gets its name only where none stands, and is locked
    /// before, so that nobody changes it, or gives the name to another one, until it is durable. The directory is not
    /// locked for that: it may be the store's own, which the store has locked.
    ///
    /// - Parameter held: what stands at the name, and may go.
    /// - Returns: false when another file stands at the name by now: that has to be looked at.
    func publish(
        _ slot: GuardedMemory,
        inPlaceOf held: HeldRootKeyFile?,
        for store: StoreID,
        in directory: any Directory
    ) throws(RootKeyError) -> Bool {
        removeLeftovers(in: directory)
        if let held, try !discard(held, for: store, in: directory) { return false }
        do throws(FileSystemError) {
            let temporary = try fileSystem.temporaryName(for: name)
            let file = try directory.open(temporary, [.write, .create, .exclusive], permissions: .ownerFile)
            defer { file.unlockAndClose() }
            try lock(file)
            // Before it was locked it looked like a leftover.
            if try !stands(file.extent().identity, at: temporary, in: directory) {
                // Nothing is in it yet.
                try? directory.remove(temporary)
                return false
            }
            try file.truncate(to: Int64(2 * Self.slotSize))
            try write(slot, to: file, at: 0)
            try file.sync(.data)
            do throws(FileSystemError) {
                try directory.rename(temporary, to: name, in: directory, exclusive: true)
            } catch  where error.code == .exists {
                try efface(file, named: temporary, in: directory)
                return false
            }
            do throws(FileSystemError) {
                try directory.sync()
            } catch {
                try? directory.rename(name, to: temporary, in: directory, exclusive: true)
                throw error
            }
            return true
        } catch {
            throw .io(error, file: place)
        }
    }

    /// Takes the file that was judged from its name, and overwrites it: it was never in use.
    ///
    /// - Returns: false when another one stood at the name by then, which has it again.
    private func discard(
        _ held: HeldRootKeyFile,
        for store: StoreID,
        in directory: any Directory
    ) throws(RootKeyError) -> Bool {
        guard let temporary = try moveAway(held, in: directory) else { return false }
        do {
            // Where files are not locked it may have come into use until now. From here nobody finds it.
            try requireUnused(held, for: store)
        } catch {
            try? directory.rename(temporary, to: name, in: directory, exclusive: true)
            throw error
        }
        do throws(FileSystemError) {
            try efface(held.file, named: temporary, in: directory)
        } catch {
            throw .io(error, file: place)
        }
        return true
    }

    /// - Returns: what the file is called now; nil when another one stood at the name, which has it again.
    private func moveAway(_ held: HeldRootKeyFile, in directory: any Directory) throws(RootKeyError) -> String? {
        do throws(FileSystemError) {
            let temporary = try fileSystem.temporaryName(for: name)
            do {
                try directory.rename(name, to: temporary, in: directory, exclusive: true)
            } catch  where error.code == .noEntry {
                return nil
            }
            if try stands(held.identity, at: temporary, in: directory) { return temporary }
            try directory.rename(temporary, to: name, in: directory, exclusive: true)
            return nil
        } catch {
            throw .io(error, file: place)
        }
    }

    private func efface(
        _ file: any File,
        named name: String,
        in directory: any Directory
    ) throws(FileSystemError) {
        try file.writeAll([UInt8](repeating: 0, count: 2 * Self.slotSize), at: 0)
        try file.sync(.data)
        try directory.remove(name)
    }

    /// Overwrites and removes what attempts left under other names that were killed, or failed: none of it was ever in
    /// use. What cannot be overwritten stays, and so does what may be somebody's: who writes such a file has it locked,
    /// it has one name, and it holds no more than a key in the making. Where files cannot be locked, all of it stays.
    private func removeLeftovers(in directory: any Directory) {
        for entry in (try? directory.entries()) ?? [] where isTemporary(entry.name) {
            guard let file = try? directory.open(entry.name, [.read, .write], permissions: .ownerFile) else { continue }
            defer { file.unlockAndClose() }
            guard (try? file.lock(.exclusive, blocking: false)) == true, let status = try? file.status(),
                status.kind == .regular, status.linkCount == 1,
                (try? stands(status.identity, at: entry.name, in: directory)) == true,
                (try? isInTheMaking(file)) == true
            else { continue }
            try? efface(file, named: entry.name, in: directory)
        }
    }

    /// Whether the file is called so while it is made; the first of the two is how it once was called by everybody.
    private func isTemporary(_ other: String) -> Bool {
        other == ".\(name).tmp" || other.isTemporaryName(for: name)
    }
}
