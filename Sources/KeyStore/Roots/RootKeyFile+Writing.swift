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

    /// Overwrites one slot in its place, durably.
    func overwrite(_ index: Int, of held: HeldRootKeyFile, with slot: GuardedMemory) throws(RootKeyError) {
        do throws(FileSystemError) {
            try write(slot, to: held.file, at: Int64(index * Self.slotSize))
            try held.file.sync(.data)
        } catch {
            throw .io(error, file: place)
        }
    }

    func write(_ slot: GuardedMemory, to file: any File, at offset: Int64) throws(FileSystemError) {
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
