extension VerifyingKey {
    /// Verifies a signature strictly.
    ///
    /// Beyond the equation of RFC 8032 section 5.1.7 (the one without the cofactor), S must be below the group order
    /// and R must be canonical and not of small order; the key was checked when it was made. One message then has, for
    /// one key, only signatures that its owner made.
    ///
    /// - Parameters:
    ///   - signature: Any bytes; 64 are right.
    ///   - message: The signed bytes.
    /// - Throws: ``VerificationError``; everything but ``VerificationError/library(_:)`` says that it is no signature.
    /// - Complexity: O(*n*).
    public func verify(signature: [UInt8], for message: Span<UInt8>) throws(VerificationError) {
        guard signature.count == Ed25519Encoding.signatureLength else { throw .signatureLength(signature.count) }
        guard Ed25519Encoding.isReduced(scalar: signature[32...]) else { throw .nonCanonicalScalar }
        switch Ed25519Encoding.classify(point: signature[..<32]) {
        case .nonCanonical: throw .nonCanonicalPoint
        case .smallOrder: throw .smallOrderPoint
        case .ordinary: break
        }
        let isAccepted: Bool
        do { isAccepted = try key.verify(signature, for: message) } catch { throw .library(error) }
        guard isAccepted else { throw .mismatch }
    }

    /// Verifies a signature strictly, as ``verify(signature:for:)-(_,Span<UInt8>)`` does.
    ///
    /// - Parameters:
    ///   - signature: Any bytes; 64 are right.
    ///   - message: The signed bytes.
    /// - Throws: ``VerificationError``.
    public func verify(signature: [UInt8], for message: [UInt8]) throws(VerificationError) {
        let bytes = message.span
        try verify(signature: signature, for: bytes)
    }

    /// Whether a signature passes ``verify(signature:for:)-(_,Span<UInt8>)``. A failure of libcrypto counts as no.
    ///
    /// - Parameters:
    ///   - signature: Any bytes; 64 are right.
    ///   - message: The signed bytes.
    public func isValid(signature: [UInt8], for message: Span<UInt8>) -> Bool {
        do { try verify(signature: signature, for: message) } catch { return false }
        return true
    }

    /// Whether a signature passes ``verify(signature:for:)-(_,Span<UInt8>)``. A failure of libcrypto counts as no.
    ///
    /// - Parameters:
    ///   - signature: Any bytes; 64 are right.
    ///   - message: The signed bytes.
    public func isValid(signature: [UInt8], for message: [UInt8]) -> Bool {
        let bytes = message.span
        return isValid(signature: signature, for: bytes)
    }

    /// Whether a signature is valid for key bytes that come from a record and may be anything.
    ///
    /// A key that cannot be made, such as one of small order, has no valid signatures: the answer is no, not an error.
    ///
    /// - Parameters:
    ///   - signature: Any bytes.
    ///   - message: The signed bytes.
    ///   - keyBytes: Any bytes.
    public static func isValid(signature: [UInt8], for message: [UInt8], keyBytes: [UInt8]) -> Bool {
        guard let key = try? VerifyingKey(bytes: keyBytes) else { return false }
        return key.isValid(signature: signature, for: message)
    }
}
