public import FileSystemSeam

/// A 256-bit key for payloads: the low-level pair of sealing and opening.
///
/// The caller owns the nonces: 24 bytes, never twice under one key; random ones do.
/// ``ScopedKeyStore/seal(_:scope:associatedData:)`` takes care of that, of the key's durability and of its destruction,
/// and is what most callers want.
///
/// The bytes of the key stand in guarded memory, shared by all copies of the value, and are overwritten when the last
/// copy goes, or when the store they came from closes or destroys the key. Nothing gives them back: not a description,
/// not a mirror, not an error.
///
/// **It does not look at the store.** A key that *another* process destroyed works on in this one until the store it
/// came from makes its next call, whichever, and notices. Who must not use a destroyed key for a moment longer seals
/// and opens with the store itself, which looks each time.
public struct PayloadKey: Sendable {
    let slab: KeySlab
    let place: KeySlab.Place

    init(_ slab: KeySlab, _ place: KeySlab.Place) {
        self.slab = slab
        self.place = place
    }

    /// Makes a key from bytes and overwrites those with zeros, whether they could be used or not.
    ///
    /// - Parameter bytes: 32 bytes, in an array that has no other copy; afterwards as many zeros.
    /// - Throws: `.keyLength`, `.io` without memory.
    public init(wiping bytes: inout [UInt8]) throws(KeyStoreError) {
        defer { unsafe bytes.withUnsafeMutableBytes { unsafe Sodium.wipe($0) } }
        if bytes.count != Sodium.keyLength { throw .keyLength(bytes.count) }
        let slab = try KeySlab(capacity: 1)
        let added = try unsafe slab.add { room in
            unsafe room.copyBytes(from: bytes)
            return true
        }
        guard let added else { throw .keyUnavailable }
        self.init(slab, added)
    }

    /// Makes a random key.
    ///
    /// - Throws: `.io` without random bytes or memory.
    public init(random fileSystem: any FileSystem) throws(KeyStoreError) {
        let slab = try KeySlab(capacity: 1)
        self.init(slab, try slab.addRandom(fileSystem))
    }

    /// Seals a plaintext: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03).
    ///
    /// - Parameters:
    ///   - nonce: 24 bytes, never used before under this key.
    ///   - associatedData: what the box belongs to; it is authenticated and not stored.
    ///   - plaintext: any number of bytes.
    /// - Returns: as many bytes as the plaintext, and the tag of 16.
    /// - Throws: `.nonceLength`, `.keyUnavailable` when the store it came from destroyed the key or noticed its
    ///   destruction, `.closed`, `.forked`.
    /// - Complexity: O(*n*).
    public func seal(
        nonce: [UInt8],
        associatedData: [UInt8],
        plaintext: [UInt8]
    ) throws(KeyStoreError) -> [UInt8] {
        let bytes = plaintext.span
        return try slab.seal(bytes, with: place, nonce: nonce, associatedData: associatedData)
    }

    /// Opens what ``seal(nonce:associatedData:plaintext:)`` gave; its inverse.
    ///
    /// - Throws: `.authenticationFailed`, the same whether key, nonce, data, tag or length is wrong; `.keyUnavailable`,
    ///   `.closed`, `.forked`.
    /// - Complexity: O(*n*).
    public func open(
        nonce: [UInt8],
        associatedData: [UInt8],
        ciphertext: [UInt8]
    ) throws(KeyStoreError) -> [UInt8] {
        let (box, number) = (ciphertext.span, nonce.span)
        return try slab.open(box, with: place, nonce: number, associatedData: associatedData)
    }
}

extension PayloadKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Says what it is, and nothing of the key.
    public var description: String { "payload key" }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
