public import FileSystemSeam
public import Signing

/// An exclusive lock with a file beside it that says who holds it.
///
/// The lock is the kernel's: `flock` on the directory, then on the companion file `<name>.flock`. The marker `<name>`
/// is evidence for people and tools, and decides nothing: a marker without a held lock is stale, whoever it names, and
/// a held lock is held, whatever the marker says.
///
/// | lock | marker | state | ``acquire(_:timeout:stale:minimumEpoch:)`` |
/// |---|---|---|---|
/// | free | absent | idle | acquires |
/// | free | present | stale | `.staleMarker`, or with a ``SignedTakeover`` moves the marker away and acquires |
/// | held | present, its owner is among the holders, or these are not known | held | `.held` |
/// | held | present, held by another process | in transition | `.held` |
/// | held | absent | in transition | waits, or `.wouldBlock` |
///
/// ```
/// flock directory, flock companion, look at device and inode again
/// epoch:   write the slot of <name>.epoch, sync
/// marker:  write .<name>.tmp, sync, rename to <name> without replacing, sync the directory
/// …
/// release: read the marker; when it is still ours, rename it to .<name>.tmp, read it again, unlink it, sync the directory;
///          close the companion and directory
/// ```
///
/// In this order a crash leaves at most a marker that nobody holds the lock of. The companion and the epoch file stay.
/// With a ``SignedTakeover`` the stale marker has its name in quarantine, durably, before the new one takes its place
/// in one step: wherever that is interrupted, a marker stands.
///
/// One directory has one marker lock: all locks that hang on a directory exclude each other, and the marker of one says
/// nothing about the other.
public final class MarkerLock: Sendable {
    /// The marker's path.
    public let path: String
    /// How it is made.
    public let options: MarkerLockOptions
    let fileSystem: any FileSystem
    let directoryPath: String
    let name: String
    let lock: FileLock

    /// A lock in a directory, which must be there when it is acquired.
    ///
    /// - Parameter name: the marker's; nil for that of the form.
    public init(
        inDirectory directory: String,
        name: String? = nil,
        fileSystem: any FileSystem,
        options: MarkerLockOptions = MarkerLockOptions()
    ) {
        let name = name ?? options.form.name
        // What is left of a name without a directory.
        let directory = directory.isEmpty ? "." : directory
        let separator = directory.utf8.last == UInt8(ascii: "/") ? "" : "/"
        path = directory + separator + name
        directoryPath = directory
        self.name = name
        self.fileSystem = fileSystem
        self.options = options
        lock = FileLock(
            at: "\(path).flock",
            fileSystem: fileSystem,
            options: FileLockOptions(
                anchor: .directory,
                allowsNetworkFileSystems: options.allowsNetworkFileSystems
            )
        )
    }

    /// What a takeover calls this lock.
    public var lockID: String { options.lockID ?? path }
}

/// How a ``MarkerLock`` is made.
public struct MarkerLockOptions: Sendable, Hashable {
    /// What the marker calls itself.
    public var form: MarkerForm
    /// What a takeover calls the lock; nil for the marker's path. Give one where the path differs between machines.
    public var lockID: String?
    /// Whether the lock may lie on a network file system; see ``LockError/unsupportedFilesystem(path:type:)``.
    public var allowsNetworkFileSystems: Bool

    /// Makes options.
    public init(
        form: MarkerForm = .restoreActiveStore,
        lockID: String? = nil,
        allowsNetworkFileSystems: Bool = false
    ) {
        self.form = form
        self.lockID = lockID
        self.allowsNetworkFileSystems = allowsNetworkFileSystems
    }
}

/// What ``MarkerLock/acquire(_:timeout:stale:minimumEpoch:)`` does with a marker that nobody holds the lock of.
public enum StaleMarkerPolicy: Sendable {
    /// Throws `.staleMarker`.
    case refuse
    /// Moves the marker to quarantine when the takeover is right and one of these keys signed it.
    case takeover(SignedTakeover, trustedKeys: [VerifyingKey])
}
