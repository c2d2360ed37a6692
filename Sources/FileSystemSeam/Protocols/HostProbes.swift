/// What only a look at the host asks of the machine: no store needs it to work.
///
/// Children are started for what may end a process, or what one process cannot see. They inherit nothing, and end with
/// the process that started them.
public protocol HostProbes: AnyObject, Sendable {
    /// Kernel, architecture and limits.
    var hostFacts: HostFacts { get }

    /// Makes a directory `name` that is removed with the files in it by ``ScratchDirectory/remove()``, and when this
    /// process ends before, also when it is killed.
    ///
    /// A kill of the whole process group spares the child process that removes it. The directory stays where that is
    /// ended, too: by a power cut, by the kill of a whole cgroup, and with the first process of a process-id namespace.
    /// After a kill, children that were forked meanwhile and run no other program are waited for as well.
    ///
    /// - Throws: `.exists` when something stands at the name, which stays as it is; `.notSupported` where nothing can
    ///   be promised.
    func scratchDirectory(
        _ name: String,
        in directory: any Directory
    ) throws(FileSystemError) -> any ScratchDirectory

    /// Makes a symbolic link.
    func makeSymbolicLink(
        _ name: String,
        to target: String,
        in directory: any Directory
    ) throws(FileSystemError)

    /// Makes a file without a name in this directory, and lets go of it.
    ///
    /// - Throws: `.notSupported` where there is no such thing.
    func makeUnnamedFile(in directory: any Directory) throws(FileSystemError)

    /// Has another process take an exclusive lock on a file that is open for writing and that nobody else uses, looks
    /// whether that keeps this process out, ends the other one, and looks again.
    ///
    /// - Throws: `.timedOut` when the other process does not answer.
    func otherProcessLock(
        on file: any File,
        timeoutNanoseconds: UInt64
    ) throws(FileSystemError) -> OtherProcessLock

    /// Whether a shared map of a file's first 4096 bytes shows what is written to the file, and the file what is
    /// written to the map. Asked of a file of that length that is open for reading and writing; it is overwritten.
    /// False also when the map ends the process that looks at it.
    ///
    /// - Throws: `.timedOut` when the process that looks does not answer, and why a map is refused.
    func sharedMapIsCoherent(of file: any File, timeoutNanoseconds: UInt64) throws(FileSystemError) -> Bool

    /// Gives back the space of a part of a file that is open for writing; it then reads as zeros, and the length stays.
    ///
    /// - Throws: `.notSupported` where there are no holes.
    func punchHole(in file: any File, at offset: Int64, count: Int64) throws(FileSystemError)

    /// Where an open directory stands, with all symbolic links resolved. Another name may lead there, too.
    ///
    /// - Throws: `.noEntry` for one that was removed.
    func resolvedPath(of directory: any Directory) throws(FileSystemError) -> String

    /// Whether the device below a directory keeps writes in a cache that only a flush empties; nil when that is not
    /// told.
    func writesBack(below directory: any Directory) -> Bool?
}

/// A directory from ``HostProbes/scratchDirectory(_:in:)``.
public protocol ScratchDirectory: AnyObject, Sendable {
    /// The directory.
    var directory: any Directory { get }

    /// Removes it with the files in it, also when the child process that was to do so was killed. Once; a second time
    /// nothing happens. The directory above must still be open.
    ///
    /// - Throws: why it still stands.
    func remove() throws(FileSystemError)
}

/// What came of ``HostProbes/otherProcessLock(on:timeoutNanoseconds:)``.
public struct OtherProcessLock: Sendable, Hashable {
    /// Whether the lock of the other process kept this one out.
    public var excludes: Bool
    /// Whether the lock ended with that process.
    public var endsWithProcess: Bool

    /// Makes one from its parts.
    public init(excludes: Bool, endsWithProcess: Bool) {
        self.excludes = excludes
        self.endsWithProcess = endsWithProcess
    }
}

/// What the host says of itself.
public struct HostFacts: Sendable, Hashable {
    /// The kernel's name, `Linux`; empty when unknown.
    public var kernelName: String
    /// The kernel's release; empty when unknown.
    public var kernelRelease: String
    /// The architecture, as the kernel names it; empty when unknown.
    public var architecture: String
    /// The size of a page in bytes; 0 when unknown.
    public var pageSizeBytes: UInt64
    /// How many bytes a process may lock in memory; `.max` for no limit.
    public var lockableBytes: UInt64
    /// What the monotonic clock can tell apart, in nanoseconds; 0 when unknown.
    public var clockResolutionNanoseconds: UInt64
    /// Whether pages can be left out of memory dumps.
    public var hidesFromDumps: Bool
    /// Whether pages can be wiped in forked children.
    public var wipesOnFork: Bool
    /// The random id of this boot; empty when unknown.
    public var bootID: String
    /// What the kernel's clocks count by, `tsc`; empty when unknown.
    public var clockSource: String
    /// What contains this process: `docker`, `podman`, the name that a service manager gives, `namespace` for a
    /// process-id namespace of its own, or `none`; empty when unknown.
    public var container: String

    /// Makes facts from their parts.
    public init(
        kernelName: String,
        kernelRelease: String,
        architecture: String,
        pageSizeBytes: UInt64,
        lockableBytes: UInt64,
        clockResolutionNanoseconds: UInt64,
        hidesFromDumps: Bool,
        wipesOnFork: Bool,
        bootID: String = "",
        clockSource: String = "",
        container: String = ""
    ) {
        self.kernelName = kernelName
        self.kernelRelease = kernelRelease
        self.architecture = architecture
        self.pageSizeBytes = pageSizeBytes
        self.lockableBytes = lockableBytes
        self.clockResolutionNanoseconds = clockResolutionNanoseconds
        self.hidesFromDumps = hidesFromDumps
        self.wipesOnFork = wipesOnFork
        self.bootID = bootID
        self.clockSource = clockSource
        self.container = container
    }
}
