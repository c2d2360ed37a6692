internal import FileSystemSeam

extension RootKeyFile {
    /// A slot's bytes, in guarded memory; they are shown at ``RootKeyFile``.
    ///
    /// - Parameter slab: where the slot's secret stands; a slot without one gets a random one.
    func slotBytes(_ slot: RootKeySlot, of slab: KeySlab? = nil) throws(RootKeyError) -> GuardedMemory {
        guard let header = slot.header else { throw .failed(place: place, reason: "an empty slot is not written") }
        var writer = ByteWriter()
        writer.append(RootKeySlot.magic)
        writer.append(UInt64(slot.isEffaced ? 2 : 1))
        writer.append(header.store.bytes)
        writer.append(header.generation)
        let head = writer.bytes
        var known: (slab: KeySlab, place: KeySlab.Place)?
        if case .secret(_, let place?) = slot, let slab { known = (slab, place) }
        let memory: GuardedMemory
        do throws(FileSystemError) {
            memory = try GuardedMemory(byteCount: Self.slotSize)
        } catch {
            throw .io(error, file: place)
        }
        var failure: RootKeyError?
        unsafe memory.withBytes { bytes in
            unsafe bytes.copyBytes(from: head)
            let secret = unsafe UnsafeMutableRawBufferPointer(
                rebasing: bytes[RootKeySlot.secretOffset..<RootKeySlot.secretOffset + Sodium.keyLength]
            )
            do throws(RootKeyError) {
                try unsafe fill(secret, from: known)
            } catch {
                failure = error
            }
            unsafe Sodium.hash(
                UnsafeRawBufferPointer(rebasing: bytes[..<RootKeySlot.digestOffset]),
                key: UnsafeRawBufferPointer(start: nil, count: 0),
                into: UnsafeMutableRawBufferPointer(rebasing: bytes[RootKeySlot.digestOffset..<Self.slotSize])
            )
        }
        if let failure { throw failure }
        return memory
    }

    /// Copies a secret, or makes a random one.
    private func fill(
        _ room: UnsafeMutableRawBufferPointer,
        from known: (slab: KeySlab, place: KeySlab.Place)?
    ) throws(RootKeyError) {
        do throws(KeyStoreError) {
            if let known {
                try unsafe known.slab.withKey(known.place) { unsafe room.copyMemory(from: $0) }
                return
            }
        } catch {
            throw error.asRootError(place)
        }
        do throws(FileSystemError) {
            var span = unsafe MutableSpan<UInt8>(_unsafeElements: room.assumingMemoryBound(to: UInt8.self))
            try fileSystem.fillRandom(&span)
        } catch {
            throw .io(error, file: place)
        }
    }

    /// Makes the file with its first slot, durably: written under another name, so that it is whole or absent.
    ///
    /// A name that could not be made durable is taken back, and one that stands already is given anew: whoever made it
    /// may have been killed before the sync, or the sync may have failed, and then another one says nothing of that
    /// name.
    func publish(_ slot: GuardedMemory) throws(RootKeyError) {
        do throws(FileSystemError) {
            let directory = try openDirectory()
            defer { try? directory.close() }
            let temporary = ".\(name).tmp"
            // A file left here by a crash was never in use: it is overwritten before it goes.
            try effaceTemporary(temporary, in: directory)
            if try directory.exists(name) {
                try directory.rename(name, to: temporary, in: directory, exclusive: true)
                try effaceTemporary(temporary, in: directory)
            }
            let file = try directory.open(temporary, [.write, .create, .exclusive], permissions: .ownerFile)
            defer { try? file.close() }
            try file.truncate(to: Int64(2 * Self.slotSize))
            try write(slot, to: file, at: 0)
            try file.sync(.data)
            try directory.rename(temporary, to: name, in: directory, exclusive: true)
            do throws(FileSystemError) {
                try directory.sync()
            } catch {
                try? directory.rename(name, to: temporary, in: directory, exclusive: true)
                throw error
            }
        } catch {
            throw .io(error, file: place)
        }
    }

    /// How long the file's lock is waited for, in nanoseconds: who holds it writes one sector.
    private static let lockTimeoutNanoseconds: UInt64 = 60_000_000_000

    /// Keeps everybody else from changing the file, until ``unlock(_:)`` gets what is given back; nil when there is no
    /// file, or where nothing can be locked.
    ///
    /// The store's own lock does not keep out who uses a copy of its directory. A file that was replaced meanwhile is
    /// given up for the one that stands at the name.
    func lockFile() throws(RootKeyError) -> (any File)? {
        do throws(FileSystemError) {
            let directory = try openDirectory()
            defer { try? directory.close() }
            while true {
                let file: any File
                do {
                    file = try directory.open(name, [.read, .write], permissions: .ownerFile)
                } catch  where error.code == .noEntry {
                    return nil
                }
                do throws(FileSystemError) {
                    if try !file.lock(.exclusive, timeoutNanoseconds: Self.lockTimeoutNanoseconds) {
                        throw FileSystemError(operation: .lock, name: name, code: .timedOut)
                    }
                    if try directory.status(of: name).identity == file.status().identity { return file }
                } catch {
                    file.unlockAndClose()
                    if error.operation == .lock, [.notSupported, .notImplemented].contains(error.code) { return nil }
                    if error.code != .noEntry { throw error }
                }
                file.unlockAndClose()
            }
        } catch {
            throw .io(error, file: place)
        }
    }

    /// Lets others change the file, also where a forked child still has the file open, which would keep the lock.
    func unlock(_ file: (any File)?) { file?.unlockAndClose() }

    private func effaceTemporary(_ temporary: String, in directory: any Directory) throws(FileSystemError) {
        let file: any File
        do {
            file = try directory.open(temporary, .write, permissions: .ownerFile)
        } catch  where error.code == .noEntry {
            return
        }
        defer { try? file.close() }
        try file.writeAll([UInt8](repeating: 0, count: 2 * Self.slotSize), at: 0)
        try file.sync(.data)
        try directory.remove(temporary)
    }

    /// Overwrites one slot in its place, durably.
    func overwrite(_ index: Int, with slot: GuardedMemory) throws(RootKeyError) {
        do throws(FileSystemError) {
            let directory = try openDirectory()
            defer { try? directory.close() }
            let file = try directory.open(name, [.read, .write], permissions: .ownerFile)
            defer { try? file.close() }
            try write(slot, to: file, at: Int64(index * Self.slotSize))
            try file.sync(.data)
        } catch {
            throw .io(error, file: place)
        }
    }

    private func write(_ slot: GuardedMemory, to file: any File, at offset: Int64) throws(FileSystemError) {
        var failure: FileSystemError?
        unsafe slot.withBytes { bytes in
            do throws(FileSystemError) {
                let span = unsafe Span<UInt8>(
                    _unsafeElements: UnsafeBufferPointer(
                        start: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
                        count: Self.slotSize
                    )
                )
                try file.writeAll(span, at: offset)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }
}
