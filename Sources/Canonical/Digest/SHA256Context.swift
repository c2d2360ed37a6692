internal import CCrypto
internal import Synchronization

/// The process-wide SHA-256 algorithm object, and one idle context.
///
/// Fetching the algorithm by name on every hash would cost as much as hashing 600 bytes, and so would making
/// a context; both are done once and reused. One idle context is enough: hashes that run at the same time make
/// their own, and only the last to end is kept.
@safe
private struct SHA256Provider: @unchecked Sendable {
    let algorithm: OpaquePointer

    static let shared: SHA256Provider = {
        CryptoLibrary.start()
        guard let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil) else {
            preconditionFailure("libcrypto offers no SHA-256: its default provider is missing")
        }
        return unsafe SHA256Provider(algorithm: algorithm)
    }()

    /// The address of the idle context; 0 for none. Whoever exchanges it owns what it gets.
    static let idle = Atomic<UInt>(0)
}

/// One running SHA-256 over libcrypto; its context is kept for the next when it ends.
@safe
struct SHA256Context: ~Copyable {
    private let context: OpaquePointer

    init() {
        let provider = SHA256Provider.shared
        let idle = SHA256Provider.idle.exchange(0, ordering: .acquiringAndReleasing)
        if let kept = unsafe OpaquePointer(bitPattern: idle) {
            unsafe context = kept
        } else {
            guard let made = unsafe EVP_MD_CTX_new() else { preconditionFailure("out of memory for a hash context") }
            unsafe context = made
        }
        let result = unsafe EVP_DigestInit_ex2(context, provider.algorithm, nil)
        precondition(result == 1, "libcrypto cannot start SHA-256")
    }

    deinit {
        let replaced = unsafe SHA256Provider.idle.exchange(UInt(bitPattern: context), ordering: .acquiringAndReleasing)
        if let surplus = unsafe OpaquePointer(bitPattern: replaced) { unsafe EVP_MD_CTX_free(surplus) }
    }

    /// Begins anew, whatever was added before.
    func restart() {
        // The algorithm stays the one that the context was made for.
        let result = unsafe EVP_DigestInit_ex2(context, nil, nil)
        precondition(result == 1, "libcrypto cannot start SHA-256")
    }

    func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            let result = unsafe EVP_DigestUpdate(context, buffer.baseAddress, buffer.count)
            precondition(result == 1, "libcrypto cannot continue SHA-256")
        }
    }

    /// Writes the digest; the context can only be dropped afterwards.
    func finalize() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: Digest.byteCount) { buffer, count in
            var written: UInt32 = 0
            let result = unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, &written)
            precondition(result == 1 && written == UInt32(Digest.byteCount), "libcrypto cannot finish SHA-256")
            count = Digest.byteCount
        }
    }

    /// Writes the digest to where it is wanted; the context can only be dropped or restarted afterwards.
    func finalize(into digest: inout InlineArray<32, UInt8>) {
        var span = digest.mutableSpan
        unsafe span.withUnsafeMutableBufferPointer { buffer in
            var written: UInt32 = 0
            let result = unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, &written)
            precondition(result == 1 && written == UInt32(Digest.byteCount), "libcrypto cannot finish SHA-256")
        }
    }
}
