/// A digest algorithm, spelled as it stands before the colon of a tagged digest.
public enum DigestAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// SHA-256 (FIPS 180-4), by libcrypto.
    case sha256
    /// BLAKE3 with 32 bytes of output, in plain hash mode.
    case blake3
}
