internal import CCrypto

/// libcrypto's one-shot SHA-256 with an algorithm fetched once: the least that hashing costs.
@safe
final class OneShotSHA256 {
    private let algorithm: OpaquePointer
    private var output = [UInt8](repeating: 0, count: 32)

    init() {
        guard let fetched = unsafe EVP_MD_fetch(nil, "SHA256", nil) else {
            preconditionFailure("libcrypto has no SHA-256")
        }
        unsafe algorithm = fetched
    }

    deinit { unsafe EVP_MD_free(algorithm) }

    func hash(_ bytes: [UInt8]) {
        let result = unsafe bytes.withUnsafeBytes { input in
            unsafe output.withUnsafeMutableBytes { output in
                unsafe EVP_Digest(input.baseAddress, input.count, output.baseAddress, nil, algorithm, nil)
            }
        }
        precondition(result == 1, "libcrypto does not hash")
    }
}
