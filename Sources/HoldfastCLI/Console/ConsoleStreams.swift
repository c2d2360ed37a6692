package import FileSystemSeam

/// The descriptors a command line reads and writes: the process's own, or buffers in a test.
package protocol ConsoleStreams: AnyObject {
    /// Reads what is there, waiting when nothing is.
    ///
    /// - Returns: the bytes read; 0 at the end of the input.
    func read(_ descriptor: Int32, into buffer: inout MutableSpan<UInt8>) throws(FileSystemError) -> Int

    /// Writes all of `bytes`.
    ///
    /// - Throws: `.brokenPipe` when the reader has gone.
    func write(_ bytes: Span<UInt8>, to descriptor: Int32) throws(FileSystemError)

    /// Whether the reader of a pipe or the other end of a terminal has gone, so that a write would fail.
    func isReaderGone(_ descriptor: Int32) -> Bool
}

extension ErrorNumber {
    /// `EPIPE`: whoever read the other end of a pipe has gone.
    package static let brokenPipe = ErrorNumber(rawValue: ConsoleErrorNumbers.brokenPipe)
}

/// The standard descriptors.
package enum StandardDescriptor {
    /// What a command reads when its file is `-`.
    package static let input: Int32 = 0
    /// Where results go.
    package static let output: Int32 = 1
    /// Where diagnostics go.
    package static let error: Int32 = 2

    /// What a person calls the descriptor.
    static func name(_ descriptor: Int32) -> String {
        switch descriptor {
        case input: "standard input"
        case output: "standard output"
        case error: "standard error"
        default: "descriptor \(descriptor)"
        }
    }
}
