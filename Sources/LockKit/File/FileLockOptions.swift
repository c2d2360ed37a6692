public import FileSystemSeam

/// How a ``FileLock`` is taken.
public struct FileLockOptions: Sendable {
    /// What the lock hangs on.
    public enum Anchor: Sendable {
        /// The lock file alone. Whoever removes the file of a held lock lets a second holder in.
        case file
        /// The directory that the lock file lies in, then the file. Removing the file lets nobody in; but all locks
        /// in one directory that are anchored on it exclude each other.
        case directory
        /// Another directory, then the file: the directory of a store whose lock file lies in a subdirectory.
        case other(any Directory)
    }

    /// What the lock hangs on.
    public var anchor: Anchor
    /// Whether everyone passes a gate, one at a time, on the way to the lock.
    ///
    /// Whoever waits for the lock keeps the gate shut for those who come later: a writer then waits for at most two
    /// holds of readers, and a holder that comes back at once stands behind those who wait. All handles of one lock
    /// must agree on this. A lock on a directory itself needs ``gateDirectory`` for it. A child that was forked
    /// meanwhile has the gate open, too; where the one who waited is killed before it passed, the gate stays shut until
    /// the child ends.
    public var writerPreference: Bool
    /// The directory to lock as the gate, instead of a file `<name>.gate` beside the lock file. It must not be the one
    /// that the lock hangs on: whoever passed the gate would wait for itself there.
    public var gateDirectory: (any Directory)?
    /// Whether the lock may lie on a network file system; see ``LockError/unsupportedFilesystem(path:type:)``.
    public var allowsNetworkFileSystems: Bool
    /// Whether the lock file stays open between two holds, and with it the anchor, where that is a directory that is
    /// held anyway.
    ///
    /// Taking the lock again then costs two system calls less for each, and giving it up unlocks them instead of
    /// closing them. A program that was started during a hold and inherits the file keeps the lock no longer than its
    /// parent, if that lives to give it up. A forked child that goes on without starting a program shares what is kept:
    /// when its parent is killed during a hold, also one that began later, the lock is held until the child has ended.
    public var keepsFileOpen: Bool
    /// Whether the lock file is only ever opened for reading, so that it can be a program or script that is run during
    /// the hold: what is open for writing is not run. NFS and some others lock nothing exclusively through such a file.
    public var opensForReading: Bool

    /// Makes options.
    public init(
        anchor: Anchor = .file,
        writerPreference: Bool = false,
        gateDirectory: (any Directory)? = nil,
        allowsNetworkFileSystems: Bool = false,
        keepsFileOpen: Bool = false,
        opensForReading: Bool = false
    ) {
        self.anchor = anchor
        self.writerPreference = writerPreference
        self.gateDirectory = gateDirectory
        self.allowsNetworkFileSystems = allowsNetworkFileSystems
        self.keepsFileOpen = keepsFileOpen
        self.opensForReading = opensForReading
    }
}
