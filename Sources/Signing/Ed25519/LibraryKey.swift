internal import CCrypto
internal import Canonical

/// An Ed25519 key pair or public key held by libcrypto.
///
/// libcrypto accepts more than Ed25519 should: the strict rules are in ``Ed25519Encoding`` and are applied by
/// ``VerifyingKey``. libcrypto overwrites the private half when the key is released.
///
/// It is `@unchecked Sendable` because nothing changes the key after `init`, and libcrypto allows concurrent use of a
/// key that nobody changes (openssl-threads(7)); every call has its own context.
@safe final class LibraryKey: @unchecked Sendable {
    private let key: OpaquePointer

    /// Takes a private key in, and derives the public half.
    ///
    /// - Parameter seed: 32 bytes.
    init(seed: Span<UInt8>) throws(CryptoLibraryError) {
        CryptoLibrary.start()
        let key = unsafe seed.withUnsafeBufferPointer {
            unsafe EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, $0.baseAddress, $0.count)
        }
        guard let key = unsafe key else { throw CryptoLibraryError("EVP_PKEY_new_raw_private_key_ex") }
        unsafe self.key = key
    }

    /// Takes a public key in. Whether it is a point of the curve is not checked here.
    ///
    /// - Parameter publicKey: 32 bytes.
    init(publicKey: [UInt8]) throws(CryptoLibraryError) {
        CryptoLibrary.start()
        let key = unsafe publicKey.withUnsafeBufferPointer {
            unsafe EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, $0.baseAddress, $0.count)
        }
        guard let key = unsafe key else { throw CryptoLibraryError("EVP_PKEY_new_raw_public_key_ex") }
        unsafe self.key = key
    }

    deinit { unsafe EVP_PKEY_free(key) }

    /// The public half, 32 bytes.
    func publicKeyBytes() throws(CryptoLibraryError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Ed25519Encoding.publicKeyLength)
        var length = bytes.count
        guard unsafe EVP_PKEY_get_raw_public_key(key, &bytes, &length) == 1, length == bytes.count else {
            throw CryptoLibraryError("EVP_PKEY_get_raw_public_key")
        }
        return bytes
    }

    /// Signs a message (RFC 8032 section 5.1.6), 64 bytes. The key must hold a private half.
    func sign(_ message: Span<UInt8>) throws(CryptoLibraryError) -> [UInt8] {
        guard let context = unsafe EVP_MD_CTX_new() else { throw CryptoLibraryError("EVP_MD_CTX_new") }
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe EVP_DigestSignInit(context, nil, nil, nil, key) == 1 else {
            throw CryptoLibraryError("EVP_DigestSignInit")
        }
        var signature = [UInt8](repeating: 0, count: Ed25519Encoding.signatureLength)
        var length = signature.count
        let result = unsafe message.withUnsafeBufferPointer {
            unsafe EVP_DigestSign(context, &signature, &length, $0.baseAddress, $0.count)
        }
        guard result == 1, length == signature.count else { throw CryptoLibraryError("EVP_DigestSign") }
        return signature
    }

    /// Whether libcrypto accepts a signature: the equation of RFC 8032 section 5.1.7 without the cofactor.
    ///
    /// - Parameters:
    ///   - signature: Any bytes.
    ///   - message: The signed bytes.
    func verify(_ signature: [UInt8], for message: Span<UInt8>) throws(CryptoLibraryError) -> Bool {
        guard let context = unsafe EVP_MD_CTX_new() else { throw CryptoLibraryError("EVP_MD_CTX_new") }
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else {
            throw CryptoLibraryError("EVP_DigestVerifyInit")
        }
        let result = unsafe message.withUnsafeBufferPointer {
            unsafe EVP_DigestVerify(context, signature, signature.count, $0.baseAddress, $0.count)
        }
        // A refused signature may leave entries in the thread's error queue, for whoever looks there next.
        if result != 1 { ERR_clear_error() }
        return result == 1
    }
}
