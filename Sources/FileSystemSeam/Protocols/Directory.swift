/// A held directory: the capability to act on the names inside it.
///
/// Every `name` is exactly one path component. A name that is empty, `.` or `..`, or that contains `/` or NUL
/// is refused with `.invalidArgument` before anything is done; one that is longer than the file system allows
/// gives `.nameTooLong`. No operation follows a symbolic link at `name`. A directory that is renamed or
/// unlinked elsewhere stays usable through the handle, as POSIX says.
///
/// Locks belong to the open file description behind the handle; they end with ``close()``, with the last
/// reference to the handle, or with the process.
public protocol Directory: AnyObject, Sendable {
    /// Opens, and with `.create` makes, a file. `O_NOFOLLOW`, `O_CLOEXEC` and `O_NONBLOCK` are always set, so
    /// a symbolic link gives `.symbolicLinkLoop` and a FIFO never hangs the caller. A directory gives
    /// `.isDirectory`, however it is opened; options that mean nothing together give `.invalidArgument`.
    ///
    /// - Parameter permissions: applied when the file is created; the process's umask is applied on top.
    func open(_ name: String, _ options: OpenOptions, permissions: Permissions) throws(FileSystemError) -> any File

    /// Opens a subdirectory. A symbolic link gives `.symbolicLinkLoop`, anything else that is no directory
    /// `.notDirectory`.
    func subdirectory(_ name: String) throws(FileSystemError) -> any Directory

    /// Opens this same directory again: a second handle with an open file description, hence locks, of its own.
    func reopened() throws(FileSystemError) -> any Directory

    /// Makes one directory. Chains are made by ``Directory/makeDirectories(_:permissions:)``.
    func makeDirectory(_ name: String, permissions: Permissions) throws(FileSystemError)

    /// Renames `name` to `newName` in `target`, which must be on the same file system.
    ///
    /// - Parameter exclusive: when true an existing `newName` gives `.exists`; when false it is replaced in
    ///   one step that no observer can see half done. Two names of the same file are both left as they are,
    ///   as POSIX demands of rename. Where the system cannot rename without replacing, a file stands for a moment
    ///   under both names, and stays so after a crash then, or an error when neither can be removed.
    func rename(
        _ name: String,
        to newName: String,
        in target: any Directory,
        exclusive: Bool
    ) throws(FileSystemError)

    /// Gives the file `name` a second name. An existing `newName` gives `.exists`.
    func link(_ name: String, to newName: String, in target: any Directory) throws(FileSystemError)

    /// Removes a file's name. A directory gives `.isDirectory`.
    func remove(_ name: String) throws(FileSystemError)

    /// Removes an empty directory.
    func removeDirectory(_ name: String) throws(FileSystemError)

    /// Every name in the directory but `.` and `..`, in the file system's own order, which means nothing.
    func entries() throws(FileSystemError) -> [DirectoryEntry]

    /// What stands at `name`; a symbolic link is described, not followed.
    func status(of name: String) throws(FileSystemError) -> FileStatus

    /// What stands at `name` as far as it can be told without its times; see ``FileExtent``.
    func extent(of name: String) throws(FileSystemError) -> FileExtent

    /// What this directory itself is.
    func status() throws(FileSystemError) -> FileStatus

    /// Makes the names in this directory durable: creations, renames and removals that returned before this
    /// call survive a power cut once it returns. The contents of the files are not covered.
    func sync() throws(FileSystemError)

    /// Takes an advisory lock on the directory itself (`flock`).
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

    /// Starts watching for changes of the names and files in this directory.
    func watch() throws(FileSystemError) -> any DirectoryWatch

    /// Closes the handle and drops its locks. Never syncs. Closing twice is harmless; any other use of a
    /// closed handle gives `.badDescriptor`, whatever else is wrong with the call.
    func close() throws(FileSystemError)
}

/// A stream of "something changed" from ``Directory/watch()``.
public protocol DirectoryWatch: AnyObject, Sendable {
    /// Waits until something in the directory changed since the last return, or the time is over.
    ///
    /// - Returns: true when something may have changed (spurious wake-ups are allowed), false on time-out.
    func wait(timeoutNanoseconds: UInt64) throws(FileSystemError) -> Bool

    /// Stops watching. Closing twice is harmless.
    func close() throws(FileSystemError)
}
