internal import Canonical

extension [UInt8] {
    /// The bytes of a record's digest; nil for what is no SHA-256 in text.
    init?(sha256Text text: String) {
        guard let digest = try? Digest(parsing: text), digest.algorithm == .sha256 else { return nil }
        self = digest.bytes
    }
}
