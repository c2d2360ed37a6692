/// Why a signature was refused.
public enum VerificationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The signature is not 64 bytes long but this many.
    case signatureLength(Int)
    /// S is not below the group order: a second spelling of another signature.
    case nonCanonicalScalar
    /// R is not in canonical form.
    case nonCanonicalPoint
    /// R is one of the eight points of small order, which signing never yields.
    case smallOrderPoint
    /// The signature was not made by this key for this message.
    case mismatch
    /// libcrypto failed, so that nothing is known about the signature.
    case library(CryptoLibraryError)

    /// One sentence.
    public var description: String {
        switch self {
        case .signatureLength(let count): "an Ed25519 signature has 64 bytes, not \(count)"
        case .nonCanonicalScalar: "the signature's second half is not in canonical form; it was altered"
        case .nonCanonicalPoint: "the signature's first half is not in canonical form; it was altered"
        case .smallOrderPoint: "the signature's first half is a point of small order; it was forged"
        case .mismatch: "the signature does not fit the key and the message; one of the three was altered"
        case .library(let error): "\(error)"
        }
    }
}
