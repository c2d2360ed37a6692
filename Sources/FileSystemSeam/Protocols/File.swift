/// An open file.
///
/// Reads and writes return counts, which may be short, and never move a shared file offset. Retrying after
/// `EINTR` is done below this protocol, in one place. Compound acts such as
/// ``File/writeAll(_:at:)`` are extensions.
///
/// After a `sync` threw, what the file holds on disk is unknown: on Linux the pages are marked clean, so a
/// second sync may report a success that means nothing. Treat the handle as poisoned.
public protocol File: AnyObject, Sendable {
    /// Reads up to `buffer.count` bytes from `offset`.
    ///
    /// - Returns: the bytes read; 0 only at or after the end of the file, or for an empty buffer.
    func read(into buffer: inout MutableSpan<UInt8>, at offset: Int64) throws(FileSystemError) -> Int

    /// Writes up to `bytes.count` bytes at `offset`, growing the file when needed. A file opened with
    /// `.append` refuses positioned writes with `.invalidArgument`, since Linux would append regardless.
    ///
    /// - Returns: the bytes written, at least 1 unless `bytes` is empty.
    func write(_ bytes: Span<UInt8>, at offset: Int64) throws(FileSystemError) -> Int

    /// Writes up to `bytes.count` bytes at the end of the file in one system call. Needs `.append`
    /// (else `.invalidArgument`); appends of several processes never overlap.
    ///
    /// - Returns: the bytes written, at least 1 unless `bytes` is empty.
    func append(_ bytes: Span<UInt8>) throws(FileSystemError) -> Int

    /// Cuts the file, or grows it with zeros, to exactly `size` bytes.
    func truncate(to size: Int64) throws(FileSystemError)

    /// Reserves space so that writes below `size` do not run out of it; grows the file to `size` with zeros
    /// when it is shorter, never shrinks it. `.notSupported` where the file system cannot.
    func allocate(to size: Int64) throws(FileSystemError)

    /// What the file is now.
    func status() throws(FileSystemError) -> FileStatus

    /// Which file this is and how long, without its times; see ``FileExtent``.
    func extent() throws(FileSystemError) -> FileExtent

    /// Sets the permission bits through the descriptor.
    func setPermissions(_ permissions: Permissions) throws(FileSystemError)

    /// Makes what was written durable, or orders it, as the level says.
    func sync(_ level: SyncLevel) throws(FileSystemError)

    /// Takes an advisory lock on this open file description (`flock`).
    ///
    /// - Returns: false when `blocking` is false and another open file description holds a conflicting lock.
    func lock(_ mode: LockMode, blocking: Bool) throws(FileSystemError) -> Bool

    /// Takes an advisory lock, as ``lock(_:blocking:)`` does, and waits for it at most so long.
    ///
    /// The time is counted on the monotonic clock; 0 tries once. Where the system cannot wait with a limit, the
    /// lock is tried again and again, with pauses of at most a millisecond.
    ///
    /// - Returns: false when the time is over and another open file description still holds a conflicting lock.
    func lock(_ mode: LockMode, timeoutNanoseconds: UInt64) throws(FileSystemError) -> Bool

    /// Gives up the lock that is held through this handle, if any, and keeps the handle open.
    ///
    /// The lock belongs to the open file description: a forked child that has inherited it, and unlocks or locks it,
    /// does so for its parent, too. Whoever keeps a handle for many locks looks first whether it is still the process
    /// that opened it.
    func unlock() throws(FileSystemError)

    /// Keeps the handle, and the locks taken through it, open in a program that replaces this one (`execve`), for as
    /// long as it or what it leaves running lives. `.notSupported` where there are no programs.
    func keepAcrossExec() throws(FileSystemError)

    /// Maps the first `length` bytes read-only. Nil when this file system offers no maps; every caller needs
    /// a path that reads instead. A negative length, or one beyond the end of the file, gives
    /// `.invalidArgument`; a file that is not open for `.read` gives `.accessDenied` unless `length` is 0.
    func map(length: Int) throws(FileSystemError) -> (any FileMapping)?

    /// Closes the handle and drops its locks. Never syncs. Closing twice is harmless; any other use of a
    /// closed handle gives `.badDescriptor`, whatever else is wrong with the call.
    func close() throws(FileSystemError)
}

/// A read-only window on a file, from ``File/map(length:)``. It stays valid after the file is closed and
/// must not be read past a later truncation.
public protocol FileMapping: AnyObject, Sendable {
    /// The number of bytes mapped.
    var count: Int { get }

    /// Copies mapped bytes from `offset` into `buffer`.
    ///
    /// - Returns: the bytes copied: `min(buffer.count, count - offset)`, or 0 past the end.
    func copy(into buffer: inout MutableSpan<UInt8>, from offset: Int) -> Int
}
