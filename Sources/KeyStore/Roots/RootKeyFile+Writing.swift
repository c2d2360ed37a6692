internal import FileSystemSeam

extension RootKeyFile {
    /// A slot's bytes with a random secret, in guarded memory; they are shown at ``RootKeyFile``.
    func newSlot(_ slot: RootKeySlot) throws(RootKeyError) -> GuardedMemory {
        guard let header = slot.header else { throw .failed(place: place, reason: "an empty slot is not written") }
        var writer = ByteWriter()
        writer.append(RootKeySlot.magic)
        writer.append(UInt64(slot.isEffaced ? 2 : 1))
        writer.append(header.store.bytes)
        writer.append(header.generation)
        let head = writer.bytes
        do throws(FileSystemError) {
            let memory = try GuardedMemory(byteCount: Self.slotSize)
            var failure: FileSystemError?
            unsafe memory.withBytes { bytes in
                unsafe bytes.copyBytes(from: head)
                let secret = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: bytes[RootKeySlot.secretOffset..<RootKeySlot.secretOffset + Sodium.keyLength]
                )
                do throws(FileSystemError) {
                    var span = unsafe MutableSpan<UInt8>(_unsafeElements: secret.assumingMemoryBound(to: UInt8.self))
                    try fileSystem.fillRandom(&span)
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
        } catch {
            throw .io(error, file: place)
        }
    }

    /// Makes the file with its first slot, durably: written under another name, so that it is whole or absent.
    ///
    /// A name that could not be made durable is taken back, and one that stands already is given anew: whoever made it may
    /// have been killed before the sync, or the sync may have failed, and then another one says nothing of that name.
    func publish(_ slot: GuardedMemory) throws(RootKeyError) {
        do throws(FileSystemError) {
            let directory = try fileSystem.openDirectory(path)
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
            let directory = try fileSystem.openDirectory(path)
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
