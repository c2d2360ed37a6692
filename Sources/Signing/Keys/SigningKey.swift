/// An Ed25519 private key (RFC 8032), held by libcrypto and overwritten in memory when the last copy is released.
///
/// Copies of the value share one key. Neither descriptions nor mirrors nor errors show the seed, and nothing gives it
/// back.
public struct SigningKey: Sendable {
    private let key: LibraryKey
    /// The public half.
    public let publicKey: VerifyingKey

    /// Makes a key from its seed; a seed from a cryptographic random source makes a new key.
    ///
    /// The caller's array is his to wipe: ``init(wiping:)`` does that.
    ///
    /// - Parameter seed: 32 bytes.
    /// - Throws: ``KeyError/seedLength(_:)``, or ``KeyError/library(_:)``.
    public init(seed: [UInt8]) throws(KeyError) {
        let bytes = seed.span
        try self.init(bytes)
    }

    /// Makes a key from its seed and overwrites the seed with zeros, whether it could be used or not.
    ///
    /// - Parameter seed: 32 bytes, in an array that has no other copy; afterwards as many zeros.
    /// - Throws: ``KeyError/seedLength(_:)``, or ``KeyError/library(_:)``.
    public init(wiping seed: inout [UInt8]) throws(KeyError) {
        defer { SecretMemory.wipe(&seed) }
        try self.init(seed: seed)
    }

    /// Reads a key from the PEM text that `openssl genpkey -algorithm ed25519` writes.
    ///
    /// Only the unencrypted PKCS #8 form of RFC 8410 is read, and nothing may stand around it. What is decoded on the
    /// way is wiped; the text is the caller's.
    ///
    /// - Parameter text: `-----BEGIN PRIVATE KEY-----`, one line of base64 (48 bytes of DER),
    ///   `-----END PRIVATE KEY-----`.
    /// - Throws: ``KeyError``, with the place and without any of the key.
    public init(pem text: String) throws(KeyError) {
        var bytes: [UInt8] = []
        defer { SecretMemory.wipe(&bytes) }
        try KeyPEM.read(text, as: KeyPEM.privateKey, into: &bytes)
        let seed = bytes.span.extracting(last: Ed25519Encoding.seedLength)
        try self.init(seed)
    }

    /// Makes a key from its seed without copying it.
    init(_ seed: Span<UInt8>) throws(KeyError) {
        guard seed.count == Ed25519Encoding.seedLength else { throw .seedLength(seed.count) }
        do {
            key = try LibraryKey(seed: seed)
            publicKey = try VerifyingKey(derived: key.publicKeyBytes())
        } catch {
            throw .library(error)
        }
    }

    /// Signs a message. The same key and message always give the same signature.
    ///
    /// - Parameter message: Any number of bytes.
    /// - Returns: 64 bytes.
    /// - Throws: ``CryptoLibraryError`` when libcrypto fails, as when memory runs out.
    /// - Complexity: O(*n*), twice over the message.
    public func signature(for message: Span<UInt8>) throws(CryptoLibraryError) -> [UInt8] {
        try key.sign(message)
    }

    /// Signs a message. The same key and message always give the same signature.
    ///
    /// - Parameter message: Any number of bytes.
    /// - Returns: 64 bytes.
    /// - Throws: ``CryptoLibraryError`` when libcrypto fails, as when memory runs out.
    /// - Complexity: O(*n*), twice over the message.
    public func signature(for message: [UInt8]) throws(CryptoLibraryError) -> [UInt8] {
        let bytes = message.span
        return try key.sign(bytes)
    }
}

extension SigningKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Names the public key only.
    public var description: String { "private key of \(publicKey)" }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// Shows the public key only.
    public var customMirror: Mirror { Mirror(self, children: ["publicKey": publicKey], displayStyle: .struct) }
}
