extension VerifyingKey {
    /// What libcrypto alone says of a signature, without the strict rules. Tests use it to show which of the two layers
    /// refuses.
    ///
    /// - Parameters:
    ///   - signature: Any bytes.
    ///   - message: The signed bytes.
    ///   - keyBytes: 32 bytes.
    package static func isAcceptedByLibrary(signature: [UInt8], for message: [UInt8], keyBytes: [UInt8]) throws -> Bool
    {
        let bytes = message.span
        return try LibraryKey(publicKey: keyBytes).verify(signature, for: bytes)
    }
}
