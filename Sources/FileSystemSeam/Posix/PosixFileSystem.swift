internal import CPosix

/// The real machine.
///
/// It holds no resources; making one is cheap, and ``shared`` serves whoever needs none of its own. Handles
/// are independent of it and of each other, and may be used from several threads: calls run in parallel,
/// and closing a handle takes effect for calls that begin afterwards. A lock taken through a handle that is
/// closed while a call on it is still running is dropped when that call returns.
public final class PosixFileSystem: FileSystem {
    /// One for everybody.
    public static let shared = PosixFileSystem()

    let calls: SystemCalls

    /// Makes one.
    public init() {
        self.calls = SystemCalls(hook: nil)
    }

    /// Makes one whose every system call is shown to `hook`, which may fail or shorten it. For tests.
    package init(hook: @escaping SystemCallHook) {
        self.calls = SystemCalls(hook: hook)
    }

    /// Opens an existing directory; symbolic links in `path` are followed.
    public func openDirectory(_ path: String) throws(FileSystemError) -> any Directory {
        if path.containsNUL {
            throw FileSystemError(operation: .openDirectory, name: path, code: .invalidArgument)
        }
        let opened = try checked(calls.openDirectory(path), .openDirectory, path)
        return PosixDirectory(Int32(opened), calls, name: path)
    }

    /// Opens an existing directory, from another one (`openat`).
    public func openDirectory(
        _ path: String,
        from origin: (any Directory)?
    ) throws(FileSystemError) -> any Directory {
        guard let origin else { return try openDirectory(path) }
        let result: Int
        if path.containsNUL {
            result = -Int(CPOSIX_EINVAL)
        } else if let origin = origin as? PosixDirectory {
            result = origin.descriptor.use { calls.openDirectory(path, from: $0) }
        } else {
            // A directory of another implementation is another file system.
            result = -Int(CPOSIX_EXDEV)
        }
        return PosixDirectory(Int32(try checked(result, .openDirectory, path)), calls, name: path)
    }

    /// What the directory at a path is (`stat`).
    public func directoryStatus(_ path: String) throws(FileSystemError) -> FileStatus {
        var raw = cposix_status()
        let result = path.containsNUL ? -Int(CPOSIX_EINVAL) : calls.status(ofPath: path, into: &raw)
        _ = try checked(result, .directoryStatus, path)
        let status = FileStatus(shim: raw)
        if status.kind == .directory { return status }
        throw FileSystemError(operation: .directoryStatus, name: path, code: .notDirectory)
    }

    /// What stands at a path (`lstat`).
    public func linkStatus(_ path: String) throws(FileSystemError) -> FileStatus {
        var raw = cposix_status()
        let result = path.containsNUL ? -Int(CPOSIX_EINVAL) : calls.linkStatus(ofPath: path, into: &raw)
        _ = try checked(result, .status, path)
        return FileStatus(shim: raw)
    }

    /// What stands at a path, from a directory (`statx`).
    public func linkExtent(_ path: String, from origin: (any Directory)?) throws(FileSystemError) -> FileExtent {
        var raw = cposix_status()
        let result: Int
        if path.isEmpty {
            // With a descriptor that would be the descriptor itself.
            result = -Int(CPOSIX_ENOENT)
        } else if path.containsNUL {
            result = -Int(CPOSIX_EINVAL)
        } else if let origin = origin as? PosixDirectory {
            result = origin.descriptor.use { calls.extent($0, path, into: &raw) }
        } else {
            // A directory of another implementation is another file system.
            result = origin == nil ? calls.extent(ofPath: path, into: &raw) : -Int(CPOSIX_EXDEV)
        }
        _ = try checked(result, .status, path)
        return FileExtent(shim: raw)
    }

    #if os(Linux)
    /// As fsync(2) says.
    public var tellsEveryHandleOfFailedSyncs: Bool { true }
    #endif

    /// The wall clock (`CLOCK_REALTIME`).
    public func wallClock() -> WallClockTime {
        WallClockTime(nanosecondsSinceEpoch: calls.wallClock)
    }

    /// The monotonic clock (`CLOCK_MONOTONIC`); on Linux it stands still while the machine sleeps.
    public func monotonicClock() -> MonotonicTime {
        MonotonicTime(nanoseconds: calls.monotonicClock)
    }

    /// Suspends the calling thread; a signal does not cut the time short.
    public func sleep(nanoseconds: UInt64) {
        calls.sleep(nanoseconds: nanoseconds)
    }

    /// Fills `buffer` from the kernel's random source (`getrandom`, `getentropy`).
    public func fillRandom(_ buffer: inout MutableSpan<UInt8>) throws(FileSystemError) {
        let result = unsafe buffer.withUnsafeMutableBytes { bytes in
            var filled = 0
            while filled < bytes.count {
                let count = unsafe calls.random(UnsafeMutableRawBufferPointer(rebasing: bytes[filled...]))
                if count < 0 { return count }
                filled += count
            }
            return filled
        }
        _ = try checked(result, .fillRandom, "")
    }
}
