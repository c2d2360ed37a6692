/// The root of the seam: everything a store may ask of the machine it runs on.
///
/// A store receives one `any FileSystem` and reaches files, clocks, randomness and its own identity only
/// through it. ``PosixFileSystem`` is the real machine; a simulator implements the same protocols and can
/// therefore stop, fail or cut the power at every primitive.
///
/// Each requirement is **one** primitive act: a crash point and a fault point. Compound acts (atomic
/// replacement, directory chains and their like) are extensions, so that a simulator can stop inside them.
public protocol FileSystem: AnyObject, Sendable {
    /// Opens an existing directory as a capability; never creates one.
    ///
    /// - Parameter path: absolute, or relative to the process's working directory. Symbolic links in the
    ///   path are followed: naming the root is the caller's statement, everything below it is no-follow.
    /// - Throws: `.noEntry` when absent, `.notDirectory` when it is something else.
    func openDirectory(_ path: String) throws(FileSystemError) -> any Directory

    /// Opens an existing directory, as ``openDirectory(_:)`` does.
    ///
    /// - Parameter origin: where a relative path begins, instead of the process's working directory.
    func openDirectory(_ path: String, from origin: (any Directory)?) throws(FileSystemError) -> any Directory

    /// What the directory at a path is, without opening it; symbolic links in `path` are followed.
    ///
    /// - Throws: `.noEntry` when absent, `.notDirectory` when it is something else.
    func directoryStatus(_ path: String) throws(FileSystemError) -> FileStatus

    /// What stands at a path; a symbolic link there is described, not followed. Those before the last part are, and so
    /// is a link with a slash behind it.
    ///
    /// The directories above need not be readable: permission to search them is enough.
    ///
    /// - Throws: `.noEntry` when nothing stands there.
    func linkStatus(_ path: String) throws(FileSystemError) -> FileStatus

    /// What stands at a path, as ``linkStatus(_:)`` has it, but for the times; see ``FileExtent``.
    ///
    /// - Parameter origin: where a relative path begins, instead of the process's working directory.
    /// - Throws: `.noEntry` when nothing stands there.
    func linkExtent(_ path: String, from origin: (any Directory)?) throws(FileSystemError) -> FileExtent

    /// The wall clock, in UTC. May jump in either direction.
    func wallClock() -> WallClockTime

    /// A clock that never goes back within one boot; its origin is arbitrary.
    func monotonicClock() -> MonotonicTime

    /// Suspends the calling thread for at least the given time.
    func sleep(nanoseconds: UInt64)

    /// Fills `buffer` with bytes from the machine's cryptographic random source.
    func fillRandom(_ buffer: inout MutableSpan<UInt8>) throws(FileSystemError)

    /// Who is asking: the process, its boot and its namespace.
    var processIdentity: ProcessIdentity { get }

    /// The process that asks, as it tells itself from its parents and forked children. Costs no system call.
    var processInstance: ProcessInstance { get }

    /// Whether a process or a thread has this number, in the process-id namespace of the one who asks and of whatever
    /// user; nil where that cannot be told.
    func isProcessNumberInUse(_ number: Int32) -> Bool?

    /// What the machine says about the mount that holds `directory`, as plain data.
    func mountFacts(of directory: any Directory) throws(FileSystemError) -> MountFacts

    /// As ``mountFacts(of:)``, with ``MountFacts/journalsData`` and ``MountFacts/effectiveOptions``, which take further
    /// questions: for whoever overwrites files in place, or relies on syncs.
    func mountFactsWithJournaling(of directory: any Directory) throws(FileSystemError) -> MountFacts

    /// What the file system that holds `directory` says of itself (`statfs`), in one call: the type's magic number,
    /// sizes and whether it refuses writes. What only the mount table tells may be left empty.
    func mountStatistics(of directory: any Directory) throws(FileSystemError) -> MountFacts

    /// Whether bytes that could not be brought to the disk are told to every handle that had the file open: the next
    /// sync through each of them fails, whichever handle wrote the bytes, and whichever sync or write-back failed.
    ///
    /// So a sync that succeeds covers all that stood in the file when it began, also where several processes write and
    /// sync it at the same time. Linux since 4.13, see fsync(2).
    var tellsEveryHandleOfFailedSyncs: Bool { get }

    /// What looks at the host; nil where nothing can be looked at.
    var hostProbes: (any HostProbes)? { get }
}

extension FileSystem {
    /// The number taken from ``processIdentity``, and for the token, too; for implementations whose processes do not
    /// fork.
    public var processInstance: ProcessInstance {
        let number = processIdentity.processID
        return ProcessInstance(processID: number, token: UInt64(UInt32(bitPattern: number)))
    }

    /// Nil: it cannot be told.
    public func isProcessNumberInUse(_ number: Int32) -> Bool? { nil }

    /// Opens the directory and asks it; for implementations that have nothing better.
    public func directoryStatus(_ path: String) throws(FileSystemError) -> FileStatus {
        let directory = try openDirectory(path)
        let status = try directory.status()
        try directory.close()
        return status
    }

    /// Opens the directory above and asks that, which needs permission to read it; for implementations that have
    /// nothing better.
    public func linkStatus(_ path: String) throws(FileSystemError) -> FileStatus {
        guard let parts = PathParts(path), parts.last.isPathComponent, path.utf8.last != UInt8(ascii: "/") else {
            return try directoryStatus(path)
        }
        let above = try openDirectory(parts.parent)
        defer { try? above.close() }
        return try above.status(of: parts.last)
    }

    /// Taken from ``linkStatus(_:)``; a path from a directory is walked component by component, without following
    /// symbolic links and without `..`. For implementations that have nothing better.
    public func linkExtent(_ path: String, from origin: (any Directory)?) throws(FileSystemError) -> FileExtent {
        guard let origin, !PathParts.isAbsolute(path) else { return FileExtent(try linkStatus(path)) }
        let components = path.walkedComponents
        let isDirectory = path.utf8.last == UInt8(ascii: "/") || path.utf8.suffix(2).elementsEqual("/.".utf8)
        let directory = try origin.walked(isDirectory ? components[...] : components.dropLast())
        defer { try? directory.close() }
        if !isDirectory, let last = components.last { return try directory.extent(of: last) }
        return FileExtent(try directory.status())
    }

    /// Walks a path from a directory component by component, without following symbolic links and without `..`; for
    /// implementations that have nothing better.
    public func openDirectory(
        _ path: String,
        from origin: (any Directory)?
    ) throws(FileSystemError) -> any Directory {
        guard let origin, !PathParts.isAbsolute(path), !path.isEmpty else { return try openDirectory(path) }
        return try origin.walked(path.walkedComponents[...])
    }

    /// Taken from ``mountFacts(of:)``; for implementations to which that costs nothing.
    public func mountStatistics(of directory: any Directory) throws(FileSystemError) -> MountFacts {
        try mountFacts(of: directory)
    }

    /// Taken from ``mountFacts(of:)``; for implementations that tell all they know there.
    public func mountFactsWithJournaling(of directory: any Directory) throws(FileSystemError) -> MountFacts {
        try mountFacts(of: directory)
    }

    /// False: a sync that another handle's failure took the bytes from may succeed.
    public var tellsEveryHandleOfFailedSyncs: Bool { false }

    /// None.
    public var hostProbes: (any HostProbes)? { nil }
}

extension String {
    /// The names on a path, without those that lead nowhere.
    fileprivate var walkedComponents: [String] {
        utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }.filter { $0 != "." }
    }
}

extension Directory {
    /// Opens the directory at the end of a chain that begins in this one.
    fileprivate func walked(_ components: ArraySlice<String>) throws(FileSystemError) -> any Directory {
        var directory = try reopened()
        for component in components {
            let above = directory
            defer { try? above.close() }
            directory = try above.subdirectory(component)
        }
        return directory
    }
}
