internal import CCrypto

/// The end of secrets that have to pass through an array.
enum SecretMemory {
    /// Overwrites bytes with zeros, in a way that the compiler does not leave out.
    ///
    /// - Parameter bytes: An array that has no other copy and was never made larger: a copy would keep the bytes, and
    ///   growth would have left some behind.
    static func wipe(_ bytes: inout [UInt8]) {
        unsafe bytes.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
    }
}
