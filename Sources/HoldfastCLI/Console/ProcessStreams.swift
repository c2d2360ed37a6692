internal import CPosix
internal import FileSystemSeam

/// The error numbers that only a command line meets.
enum ConsoleErrorNumbers {
    static let brokenPipe = Int32(CPOSIX_EPIPE)
}

/// The process's own descriptors. Interrupted calls are repeated; a descriptor that somebody else made
/// non-blocking is waited for.
final class ProcessStreams: ConsoleStreams {
    /// How long to wait before a non-blocking descriptor is asked again.
    private static let pauseNanoseconds: UInt64 = 1_000_000

    func read(_ descriptor: Int32, into buffer: inout MutableSpan<UInt8>) throws(FileSystemError) -> Int {
        let result = unsafe buffer.withUnsafeMutableBytes { bytes in
            Self.repeating { unsafe cposix_read(descriptor, bytes.baseAddress, bytes.count) }
        }
        return try Self.checked(result, .read, descriptor)
    }

    func write(_ bytes: Span<UInt8>, to descriptor: Int32) throws(FileSystemError) {
        var written = 0
        while written < bytes.count {
            let rest = bytes.extracting(written..<bytes.count)
            let result = unsafe rest.withUnsafeBytes { bytes in
                Self.repeating { unsafe cposix_write(descriptor, bytes.baseAddress, bytes.count) }
            }
            written += try Self.checked(result, .write, descriptor)
        }
    }

    func isReaderGone(_ descriptor: Int32) -> Bool { cposix_reader_is_gone(descriptor) == 1 }

    private static func repeating(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result == -Int(CPOSIX_EAGAIN) {
                var remaining: UInt64 = 0
                _ = unsafe cposix_nanosleep(pauseNanoseconds, &remaining)
            } else if result != -Int(CPOSIX_EINTR) {
                return result
            }
        }
    }

    private static func checked(
        _ result: Int,
        _ operation: FileSystemError.Operation,
        _ descriptor: Int32
    ) throws(FileSystemError) -> Int {
        guard result < 0 else { return result }
        let code = ErrorNumber(rawValue: Int32(-result))
        throw FileSystemError(operation: operation, name: StandardDescriptor.name(descriptor), code: code)
    }
}
