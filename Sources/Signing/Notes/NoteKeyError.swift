/// Why a text or a name does not make a ``NoteVerifier`` or ``NoteSigner``. No case carries a byte of a key.
public enum NoteKeyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The text has not the parts of its form.
    case form
    /// The name is empty or has white space, a `+` or a control character.
    case name
    /// The key ID is not eight lower-case hexadecimal digits.
    case keyID
    /// The key ID is not the one that name and key give.
    case keyIDMismatch(expected: UInt32)
    /// The last part is not strict base64.
    case base64
    /// The key's type byte is not 0x01 but this one, or there is none.
    case signatureType(UInt8?)
    /// The Ed25519 key itself is refused.
    case key(KeyError)

    /// One sentence: what is wrong and what would be right.
    public var description: String {
        switch self {
        case .form:
            "a note key has the form name+keyID+base64, and a private one PRIVATE+KEY+ before that; copy it whole"
        case .name:
            "a note key's name must not be empty nor have white space, '+' or control characters; choose another"
        case .keyID:
            "a note key's ID has eight lower-case hexadecimal digits; copy the key whole"
        case .keyIDMismatch(let expected):
            "the note key's ID should be \(NoteKeyName.hex(expected)) for this name and key; one of them was altered"
        case .base64:
            "the note key's last part is not strict base64; copy the key whole"
        case .signatureType(let type):
            "the note key is of signature type \(type.map { "\($0)" } ?? "none"); only Ed25519 (1) is supported"
        case .key(let error):
            "\(error)"
        }
    }
}
