/// How much is read into memory.
enum InputLimits {
    /// The longest text that is parsed, in bytes: 256 MiB. Its index and the result live beside it, up to about
    /// ten times as much for an array of one-digit numbers.
    static let jsonByteCount = 256 * 1024 * 1024
    /// The longest payload that is sealed, and the longest box, in bytes: 256 MiB.
    static let payloadByteCount = 256 * 1024 * 1024
    /// The longest nonce, in bytes.
    static let nonceByteCount = 64 * 1024
    /// The longest receipt of a destruction that is read where the store's own are no longer, in bytes.
    static let receiptByteCount = 1 << 20
    /// The longest anchor, in bytes.
    static let anchorByteCount = 64 * 1024
    /// The longest key that is read.
    static let keyByteCount = 64 * 1024
    /// The longest platform profile that is read from a descriptor, in bytes: as long as one in a file may be.
    static let profileByteCount = 1 << 20
    /// The longest proof that is read; a checkpoint may name the uses it covers.
    static let proofByteCount = 64 * 1024 * 1024

    /// The limit of parsed texts, in words.
    static let jsonDescription = "at most 256 MiB"
}
