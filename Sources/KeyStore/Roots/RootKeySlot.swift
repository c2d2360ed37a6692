internal import FileSystemSeam

/// One sector of a root key file; its bytes are shown at ``RootKeyFile``. The secret itself is never held here.
enum RootKeySlot {
    /// Nothing was ever written, or what was written is torn: never the slot in use.
    case empty
    /// A secret, at a place of a slab; nil when it is still to be made.
    case secret(Header, KeySlab.Place?)
    /// What a secret was overwritten with.
    case effaced(Header)

    struct Header {
        var store: StoreID
        var generation: UInt64
    }

    var header: Header? {
        switch self {
        case .empty: nil
        case .secret(let header, _), .effaced(let header): header
        }
    }

    var isEffaced: Bool { if case .effaced = self { true } else { false } }

    static let magic = Array("HFROOTK1".utf8)
    static let secretOffset = 40
    static let digestOffset = 480
}

/// The slots of a root key file, and their secrets in guarded memory.
struct RootKeySlots {
    let slots: [RootKeySlot]
    let slab: KeySlab

    func close() { slab.close() }

    func place(of generation: UInt64) -> Int? {
        slots.firstIndex { if case .secret(let header, _) = $0 { header.generation == generation } else { false } }
    }

    /// Whether any slot is as it was written.
    var isWritten: Bool { slots.contains { $0.header != nil } }

    /// Whether a first secret was written, and no store came to be complete with it.
    var isBegun: Bool {
        let headers = slots.compactMap(\.header)
        return headers.count == 1 && headers[0].generation == 1 && !slots.contains { $0.isEffaced }
    }

    /// The latest generation there is a secret of.
    var newest: UInt64? {
        slots.compactMap { if case .secret(let header, _) = $0 { header.generation } else { nil } }.max()
    }
}

extension RootKeyFile {
    /// Reads the slots; nil when there is no file.
    ///
    /// A file that gave way to another one while it was read says nothing: its slots may be overwritten by now.
    ///
    /// - Throws: `.damaged` when neither slot can be used and one was written.
    func slots() throws(RootKeyError) -> RootKeySlots? {
        var attempts = 0
        while true {
            guard let (memory, isInPlace) = try sectors() else { return nil }
            attempts += 1
            // Where a file never is the one that stands at its name, as on an odd file system, it is taken as it is.
            if isInPlace || attempts == Self.attempts { return try slots(in: memory) }
        }
    }

    /// Reads the slots of a file.
    ///
    /// - Throws: `.damaged` when neither slot can be used and one was written.
    func slots(of file: any File) throws(RootKeyError) -> RootKeySlots {
        try slots(in: try read(file))
    }

    private func slots(in sectors: Sectors) throws(RootKeyError) -> RootKeySlots {
        let slots = try parsedSlots(in: sectors)
        if !slots.isWritten, !sectors.areZero(0..<2 * Self.slotSize) {
            slots.close()
            throw .damaged(place: place, reason: "no slot is as it was written")
        }
        return slots
    }

    /// The same, whether or not any slot is as it was written.
    private func parsedSlots(in sectors: Sectors) throws(RootKeyError) -> RootKeySlots {
        // Whatever it is, it is not overwritten.
        if sectors.fileSize > Int64(2 * Self.slotSize) {
            throw .damaged(
                place: place,
                reason: "it has \(sectors.fileSize) bytes, and a root key \(2 * Self.slotSize)"
            )
        }
        let memory = sectors.memory
        do throws(KeyStoreError) {
            let slab = try KeySlab(capacity: 2)
            var slots: [RootKeySlot] = []
            for index in 0..<2 { slots.append(try parse(memory, index, into: slab)) }
            return RootKeySlots(slots: slots, slab: slab)
        } catch {
            throw error.asRootError(place)
        }
    }

    /// Whether a file under another name can be no key but one in the making: no slot is as it was written, or the first
    /// one has a first secret, and the second one was never written to.
    ///
    /// A key that was moved away to be judged, and could not be put back, may be in use. Of a complete store it has an
    /// effaced slot or two secrets, or a secret beside a torn slot, or the single secret of a later generation that a
    /// store was just moved to. One of those that never got its name looks the same, and opens nothing: it may stay.
    ///
    /// - Throws: `.io` when it cannot be read; `.damaged` when it is too long, or has a slot of an unknown state.
    func isInTheMaking(_ file: any File) throws(RootKeyError) -> Bool {
        let sectors = try read(file)
        let slots = try parsedSlots(in: sectors)
        defer { slots.close() }
        // Torn, or never written: nothing opens with it.
        if !slots.isWritten { return true }
        guard slots.isBegun, slots.slots[0].header != nil else { return false }
        return sectors.areZero(Self.slotSize..<2 * Self.slotSize)
    }

    /// A file's bytes, in guarded memory.
    private struct Sectors {
        let memory: GuardedMemory
        let fileSize: Int64

        func areZero(_ range: Range<Int>) -> Bool {
            unsafe memory.withBytes { bytes in unsafe bytes[range].allSatisfy { $0 == 0 } }
        }
    }

    private func read(_ file: any File) throws(RootKeyError) -> Sectors {
        do throws(FileSystemError) {
            return try sectors(of: file)
        } catch {
            throw .io(error, file: place)
        }
    }

    /// What stands at the file's name, and whether it still does when it was read; nil when there is no file.
    private func sectors() throws(RootKeyError) -> (Sectors, isInPlace: Bool)? {
        do throws(FileSystemError) {
            let directory = try openDirectory()
            defer { try? directory.close() }
            let file: any File
            do {
                file = try directory.open(name, .read, permissions: .ownerFile)
            } catch  where error.code == .noEntry {
                return nil
            }
            defer { try? file.close() }
            let sectors = try sectors(of: file)
            return (sectors, try stands(file.extent().identity, at: name, in: directory))
        } catch {
            throw .io(error, file: place)
        }
    }

    private func sectors(of file: any File) throws(FileSystemError) -> Sectors {
        let size = try file.extent().size
        let memory = try GuardedMemory(byteCount: 2 * Self.slotSize)
        var failure: FileSystemError?
        unsafe memory.withBytes { bytes in
            do throws(FileSystemError) {
                let room = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[..<(2 * Self.slotSize)])
                var span = unsafe MutableSpan<UInt8>(_unsafeElements: room.assumingMemoryBound(to: UInt8.self))
                // Short of two slots, the rest stays zero: an empty slot.
                _ = try file.readFully(into: &span, at: 0)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return Sectors(memory: memory, fileSize: size)
    }

    private func parse(_ memory: GuardedMemory, _ index: Int, into slab: KeySlab) throws(KeyStoreError) -> RootKeySlot {
        // Everything but the secret may stand in ordinary memory.
        var digest = [UInt8](repeating: 0, count: 32)
        var head: [UInt8] = []
        var stored: [UInt8] = []
        unsafe memory.withBytes { bytes in
            let slot = unsafe UnsafeRawBufferPointer(
                rebasing: bytes[index * Self.slotSize..<(index + 1) * Self.slotSize]
            )
            unsafe digest.withUnsafeMutableBytes { digest in
                unsafe Sodium.hash(
                    UnsafeRawBufferPointer(rebasing: slot[..<RootKeySlot.digestOffset]),
                    key: UnsafeRawBufferPointer(start: nil, count: 0),
                    into: digest
                )
            }
            unsafe head = Array(slot[..<RootKeySlot.secretOffset])
            unsafe stored = Array(slot[RootKeySlot.digestOffset...])
        }
        guard Sodium.isEqual(stored, digest), head.starts(with: RootKeySlot.magic) else { return .empty }
        var reader = ByteReader(head, at: RootKeySlot.magic.count)
        let state: UInt8 = reader.integer()
        guard reader.isZero(to: 16), let store = StoreID(bytes: reader.take(StoreID.byteCount)) else { return .empty }
        let header = RootKeySlot.Header(store: store, generation: reader.integer())
        switch state {
        case 1:
            let added = try unsafe slab.add { room in
                unsafe memory.withBytes { bytes in
                    let start = index * Self.slotSize + RootKeySlot.secretOffset
                    unsafe room.copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + Sodium.keyLength])
                    )
                }
                return true
            }
            return .secret(header, added)
        case 2: return .effaced(header)
        default: throw .root(.damaged(place: place, reason: "a slot has the unknown state \(state)"))
        }
    }

    /// The secret of a generation, in a slab of its own that the caller closes.
    func secret(_ generation: UInt64, _ store: StoreID) throws(RootKeyError) -> (KeySlab, KeySlab.Place) {
        guard let slots = try slots() else { throw .missing(place: place) }
        for case .secret(let header, let secret?) in slots.slots where header.generation == generation {
            if header.store == store { return (slots.slab, secret) }
            slots.close()
            throw .otherStore(place: place)
        }
        slots.close()
        if let header = slots.slots.compactMap(\.header).first, header.store != store {
            throw .otherStore(place: place)
        }
        throw .unknownGeneration(generation, newest: slots.newest, place: place)
    }
}

extension RootKeyFile {
    /// What a file that holds a root key begins with.
    package static var beginning: [UInt8] { RootKeySlot.magic }
}
