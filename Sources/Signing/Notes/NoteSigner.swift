internal import Canonical

/// A named private key that signs notes (C2SP signed-note). It shows its public half only.
public struct NoteSigner: Sendable {
    /// The public half, under the same name.
    public let verifier: NoteVerifier
    private let key: SigningKey

    /// Names a key.
    ///
    /// - Parameters:
    ///   - name: Not empty, without white space, `+` or control characters.
    ///   - key: The key.
    /// - Throws: ``NoteKeyError/name``.
    public init(name: String, key: SigningKey) throws(NoteKeyError) {
        verifier = try NoteVerifier(name: name, key: key.publicKey)
        self.key = key
    }

    /// Reads a private note key, as Go's `note` package writes it:
    /// `PRIVATE+KEY+<name>+<key ID in hexadecimal>+<base64 of 0x01 ‖ seed>`.
    ///
    /// What is decoded on the way is wiped; the text is the caller's.
    ///
    /// - Parameter encoded: The whole text.
    /// - Throws: ``NoteKeyError``, without any of the key.
    public init(parsing encoded: String) throws(NoteKeyError) {
        let prefix = "PRIVATE+KEY+"
        guard encoded.utf8.starts(with: prefix.utf8) else { throw .form }
        let (name, keyID, body) = try NoteKeyName.parts(of: encoded.utf8.dropFirst(prefix.utf8.count))
        var bytes: [UInt8] = []
        defer { SecretMemory.wipe(&bytes) }
        guard Base64.decode(body, .standard, into: &bytes) else { throw .base64 }
        guard bytes.first == NoteKeyName.ed25519 else { throw .signatureType(bytes.first) }
        let key: SigningKey
        do {
            let seed = bytes.span.extracting(droppingFirst: 1)
            key = try SigningKey(seed)
        } catch {
            throw .key(error)
        }
        try self.init(name: name, key: key)
        guard keyID == verifier.keyID else { throw .keyIDMismatch(expected: verifier.keyID) }
    }

    /// Signs the text of a note; the text must have been checked.
    func sign(_ text: String) throws(CryptoLibraryError) -> NoteSignature {
        NoteSignature(name: verifier.name, keyID: verifier.keyID, bytes: try key.signature(for: Array(text.utf8)))
    }
}

extension NoteSigner: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Names the public half only.
    public var description: String { "private key of \(verifier)" }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// Shows the public half only.
    public var customMirror: Mirror { Mirror(self, children: ["verifier": verifier], displayStyle: .struct) }
}
