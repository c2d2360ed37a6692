/// Computes a digest piece by piece; how the input is split never changes the result.
///
///     var hasher = DigestHasher(.sha256)
///     hasher.update(header)
///     hasher.update(body)
///     let digest = hasher.finalize()
public struct DigestHasher: ~Copyable {
    // Exactly one of the two is there.
    private var sha256: SHA256Context?
    private var blake3: Blake3?

    /// Starts an empty hash.
    public init(_ algorithm: DigestAlgorithm) {
        switch algorithm {
        case .sha256:
            sha256 = SHA256Context()
            blake3 = nil
        case .blake3:
            sha256 = nil
            blake3 = Blake3()
        }
    }

    /// Adds bytes.
    ///
    /// - Complexity: O(*n*) in the number of bytes.
    public mutating func update(_ bytes: Span<UInt8>) {
        sha256?.update(bytes)
        blake3?.update(bytes)
    }

    /// Adds bytes.
    ///
    /// - Complexity: O(*n*) in the number of bytes.
    public mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

    /// Ends the hash and returns the digest of everything that was added.
    public consuming func finalize() -> Digest {
        if let blake3 {
            return Digest(algorithm: .blake3, bytes: blake3.finalize(count: Digest.byteCount))
        }
        guard let context = sha256.take() else { preconditionFailure("a hasher without a hash") }
        return Digest(algorithm: .sha256, bytes: context.finalize())
    }
}
