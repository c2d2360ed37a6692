/// Wraps and unwraps the keys of entries of one generation.
struct EntryWrapping {
    private let keys: KeySlab
    private let ring: KeyRing
    /// What is authenticated along with a key; the entry's part is written over for each.
    private var context: [UInt8]
    private let contextStart: Int
    /// Tag, id and version, which stand first in an entry.
    private static let contextLength = ScopeTag.byteCount + KeyID.byteCount + 4

    init(_ keys: KeySlab, _ ring: KeyRing, store: StoreID, generation: UInt64) {
        self.keys = keys
        self.ring = ring
        var writer = ByteWriter()
        writer.append(Array("holdfast-key-entry-1".utf8))
        writer.append(store.bytes)
        writer.append(generation)
        contextStart = writer.bytes.count
        writer.pad(to: contextStart + Self.contextLength)
        context = writer.bytes
    }

    /// Writes entries, 144 bytes each, from an offset on; they are shown at ``KeyEntry``. Keys are wrapped, each with
    /// its nonce.
    ///
    /// All under one lock, and without memory of their own: a checkpoint has all keys of a store.
    ///
    /// - Parameter nonce: 24 bytes, of which the last 8 count on, little-endian, from entry to entry.
    func write(
        _ entries: [KeyEntry],
        nonce first: [UInt8],
        into bytes: inout [UInt8],
        at offset: Int
    ) throws(KeyStoreError) {
        precondition(first.count == Sodium.nonceLength, "a nonce to begin with")
        precondition(bytes.count >= offset + entries.count * KeyEntry.byteCount, "the room for all entries is there")
        let (keys, ring, contextStart) = (keys, ring, contextStart)
        var context = context
        var nonce = first
        var failure: KeyStoreError?
        unsafe bytes.withUnsafeMutableBytes { bytes in
            unsafe nonce.withUnsafeMutableBytes { nonce in
                unsafe context.withUnsafeMutableBytes { context in
                    do throws(KeyStoreError) {
                        // Always the secrets' lock first, as in `addUnwrapped`.
                        try unsafe keys.withKeys { (find) throws(KeyStoreError) in
                            try unsafe ring.slab.withKeys { (findWrapping) throws(KeyStoreError) in
                                guard let wrapping = unsafe findWrapping(ring.wrapping) else { throw .keyUnavailable }
                                for (index, entry) in entries.enumerated() {
                                    let start = offset + index * KeyEntry.byteCount
                                    let room = unsafe UnsafeMutableRawBufferPointer(
                                        rebasing: bytes[start..<start + KeyEntry.byteCount]
                                    )
                                    unsafe entry.writeHeader(to: room)
                                    guard let place = entry.place else { continue }
                                    guard let key = unsafe find(place) else { throw .keyUnavailable }
                                    unsafe Self.wrap(
                                        key,
                                        under: wrapping,
                                        UnsafeRawBufferPointer(nonce),
                                        room,
                                        context,
                                        contextStart
                                    )
                                    unsafe Self.count(nonce)
                                }
                            }
                        }
                    } catch {
                        failure = error
                    }
                }
            }
        }
        if let failure { throw failure }
    }

    /// The next nonce.
    private static func count(_ nonce: UnsafeMutableRawBufferPointer) {
        let offset = Sodium.nonceLength - MemoryLayout<UInt64>.size
        let counter = unsafe UInt64(littleEndian: nonce.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        unsafe nonce.storeBytes(of: (counter &+ 1).littleEndian, toByteOffset: offset, as: UInt64.self)
    }

    /// Wraps one key behind its header, whose tag, id and version become part of what is authenticated.
    private static func wrap(
        _ key: UnsafeRawBufferPointer,
        under wrapping: UnsafeRawBufferPointer,
        _ nonce: UnsafeRawBufferPointer,
        _ room: UnsafeMutableRawBufferPointer,
        _ context: UnsafeMutableRawBufferPointer,
        _ contextStart: Int
    ) {
        unsafe UnsafeMutableRawBufferPointer(rebasing: context[contextStart...]).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: room[..<contextLength])
        )
        unsafe UnsafeMutableRawBufferPointer(rebasing: room[KeyEntry.nonceOffset...]).copyMemory(from: nonce)
        unsafe Sodium.seal(
            key,
            associatedData: UnsafeRawBufferPointer(context),
            nonce: nonce,
            key: wrapping,
            into: UnsafeMutableRawBufferPointer(rebasing: room[KeyEntry.wrappedOffset...])
        )
    }

    /// Unwraps the key of the entry at an offset; nil when it does not open.
    mutating func unwrap(_ bytes: [UInt8], at offset: Int) throws(KeyStoreError) -> KeySlab.Place? {
        setContext(bytes[offset..<offset + KeyEntry.nonceOffset])
        var failure: KeyStoreError?
        let place = unsafe bytes.withUnsafeBytes { bytes in
            unsafe context.withUnsafeBytes { context in
                let (nonce, wrapped) = (offset + KeyEntry.nonceOffset, offset + KeyEntry.wrappedOffset)
                do throws(KeyStoreError) {
                    return try unsafe keys.addUnwrapped(
                        UnsafeRawBufferPointer(rebasing: bytes[wrapped..<offset + KeyEntry.byteCount]),
                        with: ring.wrapping,
                        of: ring.slab,
                        nonce: UnsafeRawBufferPointer(rebasing: bytes[nonce..<wrapped]),
                        associatedData: context
                    )
                } catch {
                    failure = error
                    return nil
                }
            }
        }
        if let failure { throw failure }
        return place
    }

    private mutating func setContext(_ header: ArraySlice<UInt8>) {
        context.replaceSubrange(
            contextStart..<contextStart + Self.contextLength,
            with: header.prefix(Self.contextLength)
        )
    }
}

/// The secrets of one generation: the keyset key, and what is derived from it.
struct KeyRing: Sendable {
    let slab: KeySlab
    let keysetKey: KeySlab.Place
    /// Wraps the keys of entries.
    let wrapping: KeySlab.Place
    /// Authenticates checkpoint and journal.
    let authenticating: KeySlab.Place

    init(_ slab: KeySlab, keysetKey: KeySlab.Place) throws(KeyStoreError) {
        self.slab = slab
        self.keysetKey = keysetKey
        wrapping = try slab.addDerived(from: keysetKey, of: slab, for: "holdfast keyset v1 wrapping")
        authenticating = try slab.addDerived(from: keysetKey, of: slab, for: "holdfast keyset v1 authenticating")
    }

    /// 32 bytes that only who has the generation's keyset key can make.
    func authenticationCode(_ message: Span<UInt8>) throws(KeyStoreError) -> [UInt8] {
        try slab.tag(message, with: authenticating, count: 32)
    }

    /// The same of an array that is changed afterwards.
    func authenticationCode(of message: [UInt8]) throws(KeyStoreError) -> [UInt8] {
        let span = message.span
        return try authenticationCode(span)
    }

    func close() { slab.close() }
}
