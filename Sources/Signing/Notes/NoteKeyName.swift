internal import Canonical

/// The rules for key names and key IDs of signed notes (C2SP signed-note).
enum NoteKeyName {
    /// The signature type byte of Ed25519.
    static let ed25519: UInt8 = 0x01

    /// Whether a name may stand in a note: not empty, no Unicode white space, no `+`, no control character.
    static func isValid(_ name: String) -> Bool {
        guard !name.isEmpty else { return false }
        for scalar in name.unicodeScalars {
            guard scalar.value >= 0x20, scalar != "+", !scalar.properties.isWhitespace else { return false }
        }
        return true
    }

    /// SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), its first four bytes in big-endian order.
    static func keyID(name: String, publicKey: VerifyingKey) -> UInt32 {
        let hashed = Array(name.utf8) + [0x0a, ed25519] + publicKey.bytes
        return bigEndian(Digest(hashing: hashed).bytes.prefix(4))
    }

    /// A key ID as eight lower-case hexadecimal digits.
    static func hex(_ keyID: UInt32) -> String { Hex.encode(bytes(keyID)) }

    /// A key ID as four bytes.
    static func bytes(_ keyID: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: keyID >> UInt32($0)) }
    }

    /// The key ID that four bytes stand for. It is the inverse of ``bytes(_:)``.
    static func bigEndian(_ bytes: some Sequence<UInt8>) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }

    /// The three parts of `<name>+<8 hex digits>+<base64>`; the base64 part may contain `+` itself.
    static func parts(
        of encoded: Substring.UTF8View
    ) throws(NoteKeyError) -> (name: String, keyID: UInt32, body: Substring.UTF8View) {
        let parts = encoded.split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .form }
        let name = String(Substring(parts[0]))
        guard isValid(name) else { throw .name }
        guard parts[1].count == 8, let keyID = Hex.decode(String(Substring(parts[1]))) else { throw .keyID }
        return (name, bigEndian(keyID), parts[2])
    }
}
