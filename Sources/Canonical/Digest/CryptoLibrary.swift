internal import CCrypto

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
