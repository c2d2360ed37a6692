/// Wraps and unwraps the keys of entries of one generation.
struct EntryWrapping {
    private let keys: KeySlab
    private let ring: KeyRing
    /// What is authenticated along with a key; the entry's part is written over for each.
    private var context: [UInt8]
    private let contextStart: Int

    init(_ keys: KeySlab, _ ring: KeyRing, store: StoreID, generation: UInt64) {
        self.keys = keys
        self.ring = ring
        var writer = ByteWriter()
        writer.append(Array("holdfast-key-entry-1".utf8))
        writer.append(store.bytes)
        writer.append(generation)
        contextStart = writer.bytes.count
        writer.pad(to: contextStart + 52)
        context = writer.bytes
    }

    /// Writes the entry's 144 bytes at an offset; they are shown at ``KeyEntry``.
    mutating func write(
        _ entry: KeyEntry,
        nonce: ArraySlice<UInt8>,
        into bytes: inout [UInt8],
        at offset: Int
    ) throws(KeyStoreError) {
        let header = entry.header()
        bytes.replaceSubrange(offset..<offset + header.count, with: header)
        guard let place = entry.place else { return }
        setContext(header[...])
        let nonceStart = offset + KeyEntry.nonceOffset
        bytes.replaceSubrange(nonceStart..<nonceStart + nonce.count, with: nonce)
        var failure: KeyStoreError?
        unsafe bytes.withUnsafeMutableBytes { bytes in
            let start = offset + KeyEntry.wrappedOffset
            unsafe context.withUnsafeBytes { context in
                do throws(KeyStoreError) {
                    try unsafe ring.slab.wrap(
                        place,
                        of: keys,
                        with: ring.wrapping,
                        nonce: UnsafeRawBufferPointer(rebasing: bytes[nonceStart..<start]),
                        associatedData: context,
                        into: UnsafeMutableRawBufferPointer(rebasing: bytes[start..<offset + KeyEntry.byteCount])
                    )
                } catch {
                    failure = error
                }
            }
        }
        if let failure { throw failure }
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

    /// Tag, id and version stand first in an entry.
    private mutating func setContext(_ header: ArraySlice<UInt8>) {
        context.replaceSubrange(contextStart..<contextStart + 52, with: header.prefix(52))
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
