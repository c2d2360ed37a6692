internal import CCrypto

/// A call of libcrypto failed although its arguments were right, as when memory ran out.
public struct CryptoLibraryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The function that failed.
    public let function: String
    /// libcrypto's packed error code, as `openssl errstr` takes it in hexadecimal; 0 when it gave none.
    public let code: UInt

    /// Takes the newest error from this thread's queue and empties the queue.
    init(_ function: StaticString) {
        self.function = "\(function)"
        self.code = UInt(ERR_peek_last_error())
        ERR_clear_error()
    }

    /// One sentence: the function, the code, and where to look it up.
    public var description: String {
        "\(function) failed in libcrypto; look up the code with openssl errstr \(String(code, radix: 16)), and retry"
    }
}
