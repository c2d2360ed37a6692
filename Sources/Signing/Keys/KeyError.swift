/// Why something is not an Ed25519 key. No case carries a byte of the key.
public enum KeyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A seed is not 32 bytes long but this many.
    case seedLength(Int)
    /// A public key is not 32 bytes long but this many.
    case publicKeyLength(Int)
    /// The text is not base64url without padding in its one canonical spelling.
    case base64URL
    /// The public key's y is not below 2²⁵⁵ − 19: a second spelling of another key.
    case nonCanonicalPublicKey
    /// The public key is one of the eight points of small order: anyone can sign for it.
    case smallOrderPublicKey
    /// The public key is not a point of the curve: nobody can sign for it.
    case publicKeyNotOnCurve
    /// The PEM text's first line is not `-----BEGIN <label>-----` with the label named here.
    case pemLabel(expected: String)
    /// The PEM text is malformed at this line, counted from 1.
    case pemSyntax(line: Int)
    /// The DER bytes within the PEM text differ from the one form that RFC 8410 gives an Ed25519 key, from this byte
    /// on.
    case derForm(byteOffset: Int)
    /// libcrypto failed.
    case library(CryptoLibraryError)

    /// One sentence: what is wrong and what would be right.
    public var description: String {
        switch self {
        case .seedLength(let count):
            "an Ed25519 seed has 32 bytes, not \(count); pass 32 bytes from a cryptographic random source"
        case .publicKeyLength(let count):
            "an Ed25519 public key has 32 bytes, not \(count); pass the raw key, without any header"
        case .base64URL:
            "the key is not strict base64url; write 43 characters of A-Z a-z 0-9 - _ without padding"
        case .nonCanonicalPublicKey:
            "the public key is not in canonical form; ask its owner for the key as his tool prints it"
        case .smallOrderPublicKey:
            "the public key has small order, so that anyone can sign for it; do not trust whoever gave it"
        case .publicKeyNotOnCurve:
            "the public key is no point of the curve; it was damaged or is of another kind"
        case .pemLabel(let expected):
            "the PEM text must begin with -----BEGIN \(expected)-----; convert the key with openssl pkey"
        case .pemSyntax(let line):
            "the PEM text is malformed at line \(line); it needs BEGIN, base64 lines of 64 characters, and END"
        case .derForm(let byteOffset):
            "the key in the PEM text is not a plain Ed25519 key of RFC 8410 (DER byte \(byteOffset)); "
                + "make one with openssl genpkey -algorithm ed25519"
        case .library(let error):
            "\(error)"
        }
    }
}
