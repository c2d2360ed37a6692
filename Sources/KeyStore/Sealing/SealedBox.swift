/// A sealed payload, with what is needed to find its key again and nothing that has to be kept secret.
///
/// Stored as 41 bytes and the ciphertext with its tag; a box around `hi`:
///
///     01                                               version
///     8b 0c f2 … (16)                                  key id
///     5a 71 c3 … (24)                                  nonce
///     f0 9e  1c 44 … (16)                              ciphertext, then tag
///
/// The key id commits to the key: XChaCha20-Poly1305 by itself does not, and a box could be made that opens under two
/// keys.
public struct SealedBox: Sendable, Hashable {
    /// The id of the key: 16 bytes.
    public let keyID: KeyID
    /// The nonce: 24 bytes.
    public let nonce: [UInt8]
    /// The ciphertext, and the tag of 16 bytes behind it.
    public let ciphertext: [UInt8]

    static let version: UInt8 = 1
    static let headerLength = 1 + KeyID.byteCount + Sodium.nonceLength

    init(keyID: KeyID, nonce: [UInt8], ciphertext: [UInt8]) {
        self.keyID = keyID
        self.nonce = nonce
        self.ciphertext = ciphertext
    }

    /// Reads a box; the inverse of ``bytes``, whose layout stands at ``SealedBox``.
    ///
    /// - Throws: `.unsupportedBox` for another version; `.authenticationFailed` when it is too short for a box, as when
    ///   it does not open.
    public init(parsing bytes: [UInt8]) throws(KeyStoreError) {
        if let version = bytes.first, version != Self.version { throw .unsupportedBox(version: version) }
        guard bytes.count >= Self.headerLength + Sodium.tagLength,
            let keyID = KeyID(bytes: Array(bytes[1..<1 + KeyID.byteCount]))
        else { throw .authenticationFailed }
        self.keyID = keyID
        nonce = Array(bytes[1 + KeyID.byteCount..<Self.headerLength])
        ciphertext = Array(bytes[Self.headerLength...])
    }

    /// The box as it is stored; the layout stands at ``SealedBox``.
    public var bytes: [UInt8] { [Self.version] + keyID.bytes + nonce + ciphertext }
}
