/// One key of a keyset, or what is left of it. Stored as 144 bytes, in checkpoints and in journal records:
///
///     3d 90 … (32)                                     scope tag
///     8b 0c … (16)                                     key id
///     01 00 00 00                                      version of the scope's key, from 1
///     01 00 00 00                                      1 current, 2 retired, 3 destroying, 4 destroyed; zeros
///     00 10 a5 d4 e8 00 00 00                          when it was made, nanoseconds since 1970
///     00 00 00 00 00 00 00 00                          number of the receipt of its destruction, or 0
///     5a 71 … (24)                                     nonce; zeros when the key is destroyed
///     c0 44 … (48)                                     the key, wrapped, with its tag; zeros when destroyed
///
/// Integers are little-endian. A key is wrapped with XChaCha20-Poly1305; what is authenticated along with it is
/// `holdfast-key-entry-1`, store id, generation, scope tag, key id and version, so that an entry cannot stand for
/// another.
struct KeyEntry: Sendable, Hashable {
    enum State: UInt8, Sendable {
        /// New boxes are sealed with it.
        case current = 1
        /// It was rotated away; its boxes still open.
        case retired = 2
        /// Its destruction was decided and is not finished. Never used again.
        case destroying = 3
        /// It is gone, and there is a receipt.
        case destroyed = 4

        var isLive: Bool { self == .current || self == .retired }
    }

    var tag: ScopeTag
    var id: KeyID
    var version: UInt32
    var state: State
    var created: Int64
    var receipt: UInt64 = 0
    /// Where the key stands in memory; nil when it is destroyed.
    var place: KeySlab.Place?
    /// The entry of the scope's version before; nil for the first.
    var older: Int?

    static let byteCount = 144
    static let nonceOffset = 72
    static let wrappedOffset = 96

    /// Writes the fields before the nonce over the first 72 bytes.
    func writeHeader(to bytes: UnsafeMutableRawBufferPointer) {
        unsafe tag.write(to: bytes)
        unsafe id.write(to: bytes, at: ScopeTag.byteCount)
        let start = ScopeTag.byteCount + KeyID.byteCount
        unsafe bytes.storeBytes(of: version.littleEndian, toByteOffset: start, as: UInt32.self)
        unsafe bytes.storeBytes(of: UInt32(state.rawValue).littleEndian, toByteOffset: start + 4, as: UInt32.self)
        unsafe bytes.storeBytes(of: created.littleEndian, toByteOffset: start + 8, as: Int64.self)
        unsafe bytes.storeBytes(of: receipt.littleEndian, toByteOffset: start + 16, as: UInt64.self)
    }

    /// Reads an entry without its key; the bytes are shown at ``KeyEntry``. Nil for an unknown state.
    init?(reading bytes: [UInt8], at offset: Int) {
        var reader = ByteReader(bytes, at: offset + ScopeTag.byteCount + KeyID.byteCount)
        tag = ScopeTag(reading: bytes, at: offset)
        id = KeyID(reading: bytes, at: offset + ScopeTag.byteCount)
        version = reader.integer()
        guard let state = State(rawValue: UInt8(truncatingIfNeeded: reader.integer(UInt32.self))) else { return nil }
        self.state = state
        created = reader.integer()
        receipt = reader.integer()
    }

    init(tag: ScopeTag, id: KeyID, version: UInt32, state: State, created: Int64, place: KeySlab.Place) {
        (self.tag, self.id, self.version, self.state, self.created) = (tag, id, version, state, created)
        self.place = place
    }
}
