internal import CSodium

/// The primitives of libsodium this module uses, on raw memory; the only file that calls the library.
///
/// Callers see to the lengths; a wrong one is a programming error and stops the program.
enum Sodium {
    static let keyLength = 32
    static let nonceLength = 24
    static let tagLength = 16
    static let saltLength = 16

    /// Idempotent, and safe from several threads. Chooses the fastest code for this processor.
    private static let isReady: Bool = sodium_init() >= 0

    static func start() { precondition(isReady, "libsodium does not start on this machine") }

    /// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03): ciphertext, then the tag of 16 bytes.
    static func seal(
        _ plaintext: UnsafeRawBufferPointer,
        associatedData: UnsafeRawBufferPointer,
        nonce: UnsafeRawBufferPointer,
        key: UnsafeRawBufferPointer,
        into box: UnsafeMutableRawBufferPointer
    ) {
        start()
        precondition(
            box.count == plaintext.count + tagLength && nonce.count == nonceLength && key.count == keyLength
        )
        let result = unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
            bytes(box),
            nil,
            bytes(plaintext),
            UInt64(plaintext.count),
            bytes(associatedData),
            UInt64(associatedData.count),
            nil,
            bytes(nonce),
            bytes(key)
        )
        precondition(result == 0)
    }

    /// The inverse of ``seal(_:associatedData:nonce:key:into:)``.
    ///
    /// - Returns: false when the box was not sealed with just these; then `plaintext` holds nothing of it.
    static func open(
        _ box: UnsafeRawBufferPointer,
        associatedData: UnsafeRawBufferPointer,
        nonce: UnsafeRawBufferPointer,
        key: UnsafeRawBufferPointer,
        into plaintext: UnsafeMutableRawBufferPointer
    ) -> Bool {
        start()
        precondition(
            box.count == plaintext.count + tagLength && nonce.count == nonceLength && key.count == keyLength
        )
        let result = unsafe crypto_aead_xchacha20poly1305_ietf_decrypt(
            bytes(plaintext),
            nil,
            nil,
            bytes(box),
            UInt64(box.count),
            bytes(associatedData),
            UInt64(associatedData.count),
            bytes(nonce),
            bytes(key)
        )
        return result == 0
    }

    /// BLAKE2b (RFC 7693) of a length of 16 to 64 bytes, with a key of up to 64 bytes; an empty one is none.
    static func hash(
        _ message: UnsafeRawBufferPointer,
        key: UnsafeRawBufferPointer,
        into digest: UnsafeMutableRawBufferPointer
    ) {
        start()
        let result = unsafe crypto_generichash(
            bytes(digest),
            digest.count,
            bytes(message),
            UInt64(message.count),
            bytes(key),
            key.count
        )
        precondition(result == 0, "BLAKE2b takes 16 to 64 bytes of digest and at most 64 of key")
    }

    /// Argon2id version 1.3 (RFC 9106) with one lane.
    ///
    /// - Returns: false when the memory is not to be had, or a cost is outside of what the library takes.
    static func derive(
        _ passphrase: UnsafeRawBufferPointer,
        salt: UnsafeRawBufferPointer,
        passes: UInt64,
        memoryBytes: UInt64,
        into key: UnsafeMutableRawBufferPointer
    ) -> Bool {
        start()
        precondition(salt.count == saltLength)
        guard let memory = Int(exactly: memoryBytes) else { return false }
        let result = unsafe crypto_pwhash(
            bytes(key),
            UInt64(key.count),
            UnsafeRawPointer(bytes(passphrase)).assumingMemoryBound(to: CChar.self),
            UInt64(passphrase.count),
            bytes(salt),
            passes,
            memory,
            crypto_pwhash_ALG_ARGON2ID13
        )
        return result == 0
    }

    /// Overwrites with zeros, in a way that the compiler does not leave out.
    static func wipe(_ bytes: UnsafeMutableRawBufferPointer) {
        unsafe sodium_memzero(bytes.baseAddress, bytes.count)
    }

    /// Whether two runs of bytes of one length are equal, in a time that does not depend on them.
    static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe sodium_memcmp(left, right, left.count) == 0
    }

    /// Where an empty buffer points: the library wants addresses, also of nothing.
    nonisolated(unsafe) private static let nothing = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)

    private static func bytes(_ buffer: UnsafeRawBufferPointer) -> UnsafePointer<UInt8> {
        unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? UnsafePointer(nothing)
    }

    private static func bytes(_ buffer: UnsafeMutableRawBufferPointer) -> UnsafeMutablePointer<UInt8> {
        unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? nothing
    }
}
