internal import CCrypto
internal import Synchronization

/// libcrypto, started once for the whole process.
///
/// `OPENSSL_INIT_NO_LOAD_CONFIG` keeps a file on the host from changing what the library does (and saves its
/// reading at start).
package enum CryptoLibrary {
    /// Starts the library; later uses cost one load.
    package static func start() { _ = started }

    private static let started: Bool = {
        let options = UInt64(OPENSSL_INIT_NO_LOAD_CONFIG)
        let result = OPENSSL_init_crypto(options, nil)
        precondition(result == 1, "libcrypto cannot be initialised")
        return true
    }()
}

/// The process-wide SHA-256 algorithm object and a pool of contexts.
///
/// Fetching the algorithm by name on every hash would cost as much as hashing 600 bytes, and so would making
/// a context; both are done once and reused.
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

    @safe
    struct Idle: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    static let idle = Mutex<[Idle]>([])
    static let idleMaximum = 16
}

/// One running SHA-256 over libcrypto; returns its context to the pool when it ends.
@safe
struct SHA256Context: ~Copyable {
    private let context: OpaquePointer

    init() {
        let provider = SHA256Provider.shared
        if let idle = SHA256Provider.idle.withLock({ $0.popLast() }) {
            unsafe context = idle.pointer
        } else {
            guard let made = unsafe EVP_MD_CTX_new() else { preconditionFailure("out of memory for a hash context") }
            unsafe context = made
        }
        let result = unsafe EVP_DigestInit_ex2(context, provider.algorithm, nil)
        precondition(result == 1, "libcrypto cannot start SHA-256")
    }

    deinit {
        let kept = unsafe SHA256Provider.Idle(pointer: context)
        let isKept = SHA256Provider.idle.withLock { pool in
            guard pool.count < SHA256Provider.idleMaximum else { return false }
            pool.append(kept)
            return true
        }
        if !isKept { unsafe EVP_MD_CTX_free(context) }
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
}
