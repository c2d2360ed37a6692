internal import Canonical

/// An Ed25519 public key (RFC 8032) that can mean only one signer.
///
/// Keys that are a second spelling of another key, that are of small order or that are no point of the curve cannot be
/// made. What a signature must be beyond that is said at ``verify(signature:for:)-(_,Span<UInt8>)``.
public struct VerifyingKey: Sendable {
    /// The key, 32 bytes.
    public let bytes: [UInt8]
    let key: LibraryKey

    /// Checks and takes a key.
    ///
    /// - Parameter bytes: 32 bytes, as RFC 8032 encodes a point.
    /// - Throws: ``KeyError/publicKeyLength(_:)``, ``KeyError/nonCanonicalPublicKey``,
    ///   ``KeyError/smallOrderPublicKey``, ``KeyError/publicKeyNotOnCurve`` or ``KeyError/library(_:)``.
    public init(bytes: [UInt8]) throws(KeyError) {
        guard bytes.count == Ed25519Encoding.publicKeyLength else { throw .publicKeyLength(bytes.count) }
        switch Ed25519Encoding.classify(point: bytes) {
        case .nonCanonical: throw .nonCanonicalPublicKey
        case .smallOrder: throw .smallOrderPublicKey
        case .ordinary: break
        }
        let isOnCurve: Bool
        do {
            isOnCurve = try CurveMembership.hasPoint(bytes)
            key = try LibraryKey(publicKey: bytes)
        } catch {
            throw .library(error)
        }
        guard isOnCurve else { throw .publicKeyNotOnCurve }
        self.bytes = bytes
    }

    /// Checks and takes a key as existing records spell it. It is the inverse of ``base64URL``.
    ///
    /// - Parameter text: 43 characters of base64url without padding.
    /// - Throws: ``KeyError/base64URL``, or as ``init(bytes:)`` does.
    public init(base64URL text: String) throws(KeyError) {
        guard let bytes = Base64.decode(text, .urlUnpadded) else { throw .base64URL }
        try self.init(bytes: bytes)
    }

    /// Reads a key from the PEM text that `openssl pkey -pubout` writes. It is the inverse of ``pem``.
    ///
    /// - Parameter text: `-----BEGIN PUBLIC KEY-----`, one line of base64 (44 bytes of DER),
    ///   `-----END PUBLIC KEY-----`; nothing may stand around it.
    /// - Throws: ``KeyError``, with the place.
    public init(pem text: String) throws(KeyError) {
        var der: [UInt8] = []
        try KeyPEM.read(text, as: KeyPEM.publicKey, into: &der)
        try self.init(bytes: Array(der.suffix(Ed25519Encoding.publicKeyLength)))
    }

    /// Takes a key that was derived from a private one, and hence is right.
    init(derived bytes: [UInt8]) throws(CryptoLibraryError) {
        self.bytes = bytes
        key = try LibraryKey(publicKey: bytes)
    }

    /// The key as 43 characters of base64url without padding.
    public var base64URL: String { Base64.encode(bytes, .urlUnpadded) }

    /// The key as PEM text, SubjectPublicKeyInfo of RFC 8410.
    public var pem: String { KeyPEM.write(bytes, as: KeyPEM.publicKey) }
}

extension VerifyingKey: Hashable, CustomStringConvertible {
    /// Keys are equal when their bytes are.
    public static func == (left: Self, right: Self) -> Bool { left.bytes == right.bytes }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }

    /// The key as `ed25519:` and base64url.
    public var description: String { "ed25519:\(base64URL)" }
}
