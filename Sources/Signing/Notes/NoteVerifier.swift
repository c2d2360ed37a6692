internal import Canonical

/// A named public key that signs notes, as verifiers are configured with it (C2SP signed-note).
///
/// Name and key ID together say which key made a signature; the public key proves it.
public struct NoteVerifier: Sendable {
    /// The key's name, by custom a URL without scheme such as `example.com/log`.
    public let name: String
    /// The key.
    public let key: VerifyingKey
    /// The first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key), big-endian. It tells keys apart and proves nothing.
    public let keyID: UInt32

    /// Names a key.
    ///
    /// - Parameters:
    ///   - name: Not empty, without white space, `+` or control characters.
    ///   - key: The key.
    /// - Throws: ``NoteKeyError/name``.
    public init(name: String, key: VerifyingKey) throws(NoteKeyError) {
        guard NoteKeyName.isValid(name) else { throw .name }
        self.name = name
        self.key = key
        keyID = NoteKeyName.keyID(name: name, publicKey: key)
    }

    /// Reads a verifier key: name, key ID in hexadecimal, and the base64 of 0x01 ‖ key, joined by `+`.
    ///
    ///     PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW
    ///
    /// It is the inverse of ``encoded``, and accepts nothing else.
    ///
    /// - Parameter encoded: The whole text.
    /// - Throws: ``NoteKeyError``.
    public init(parsing encoded: String) throws(NoteKeyError) {
        let (name, keyID, body) = try NoteKeyName.parts(of: encoded[...].utf8)
        guard let bytes = Base64.decode(String(Substring(body)), .standard) else { throw .base64 }
        guard bytes.first == NoteKeyName.ed25519 else { throw .signatureType(bytes.first) }
        let key: VerifyingKey
        do { key = try VerifyingKey(bytes: Array(bytes.dropFirst())) } catch { throw .key(error) }
        try self.init(name: name, key: key)
        guard keyID == self.keyID else { throw .keyIDMismatch(expected: self.keyID) }
    }

    /// The verifier key as text: name, key ID in hexadecimal, and the base64 of 0x01 ‖ key, joined by `+`.
    ///
    ///     PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW
    ///
    /// It is the inverse of ``init(parsing:)``.
    public var encoded: String {
        "\(name)+\(NoteKeyName.hex(keyID))+\(Base64.encode([NoteKeyName.ed25519] + key.bytes, .standard))"
    }

    /// Whether a signature claims to be this key's.
    func isNamed(by signature: NoteSignature) -> Bool {
        keyID == signature.keyID && TextBytes.isSame(name, signature.name)
    }
}

extension NoteVerifier: Hashable, CustomStringConvertible {
    /// Verifiers are equal when key and the bytes of the name are.
    public static func == (left: Self, right: Self) -> Bool {
        left.key == right.key && TextBytes.isSame(left.name, right.name)
    }

    /// Hashes the key and its ID, which depends on the name.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(key)
        hasher.combine(keyID)
    }

    /// The verifier key, as ``encoded`` gives it.
    public var description: String { encoded }
}
