public import FileSystemSeam

/// How far a look at the platform goes.
public enum ProbeDepth: String, Sendable, Hashable, CaseIterable, Comparable {
    /// Only what the system says: no file is made, nothing is locked. At most 2 ms.
    case passive
    /// Everything is tried once or a few times, in a directory of its own that is removed. At most 50 ms.
    case standard
    /// As `standard`, with enough syncs for a median that can be relied on.
    case deep

    private var rank: Int { self == .passive ? 0 : self == .standard ? 1 : 2 }

    /// A passive look comes first.
    public static func < (left: ProbeDepth, right: ProbeDepth) -> Bool { left.rank < right.rank }
}

/// What stands at the store's path.
public enum PathStatus: Sendable, Hashable {
    /// A directory.
    case directory
    /// Something else.
    case notDirectory
    /// Nothing.
    case missing
    /// It could not be looked at.
    case probeFailed(ErrorNumber)
}

/// What the host and a store's path really do, as far as it was looked at.
///
///     let evidence = PlatformObserver(PosixFileSystem.shared).observe("approvals", depth: .standard)
///     print(evidence.mount.value?.type ?? "unknown", evidence.sync.directory)
public struct PlatformEvidence: Sendable, Hashable {
    /// How far the look went.
    public var depth: ProbeDepth
    /// The path, as given.
    public var path: String
    /// What stands there.
    public var pathStatus: PathStatus
    /// Whether the path's last part is a symbolic link.
    public var isSymbolicLink: Evidence<Bool>
    /// The directory's device and inode.
    public var identity: FileIdentity?
    /// What holds it.
    public var mount: Evidence<MountEvidence> = .unknown
    /// What syncs do.
    public var sync = SyncEvidence()
    /// What locks do.
    public var locks = LockEvidence()
    /// What names do.
    public var names = NameEvidence()
    /// What reads, maps and space do.
    public var contents = ContentEvidence()
    /// Whether the device keeps writes in a cache that only a flush empties.
    public var deviceWritesBack: Evidence<Bool> = .unknown
    /// What the host says of itself.
    public var host: Evidence<HostFacts> = .unknown
    /// Whether the monotonic clock went on while it was looked at, and did not go back.
    public var monotonicClock: Evidence<Bool> = .unknown
    /// A moment of the monotonic clock of this boot, when the look began.
    public var processClockEpochMarkerNanoseconds: UInt64
    /// How long the look took.
    public var elapsedNanoseconds: UInt64 = 0

    init(path: String, depth: ProbeDepth, status: PathStatus, startNanoseconds: UInt64) {
        self.path = path
        self.depth = depth
        pathStatus = status
        isSymbolicLink = .unknown
        processClockEpochMarkerNanoseconds = startNanoseconds
    }

    /// Whether what is synced may not be there after a power cut: the options say so, or syncs are quicker than a
    /// device that flushes its cache. A device that writes through has nothing to flush; one that does not tell is
    /// taken for one that has.
    public var durabilitySuspect: Bool {
        if mount.value?.optionsGiveUpDurability == true { return true }
        if deviceWritesBack.value == false { return false }
        guard mount.value?.source == .local, let median = sync.file.value else { return false }
        return median < 20_000
    }
}

/// What syncs do: the median time each takes, in nanoseconds.
public struct SyncEvidence: Sendable, Hashable {
    /// `File.sync(.full)` after a write.
    public var file: Evidence<UInt64> = .unknown
    /// `File.sync(.data)` after a write.
    public var data: Evidence<UInt64> = .unknown
    /// `File.sync(.barrier)` after a write.
    public var barrier: Evidence<UInt64> = .unknown
    /// `Directory.sync()` after a creation.
    public var directory: Evidence<UInt64> = .unknown

    /// Nothing was looked at.
    public init() {}
}

/// What locks do.
public struct LockEvidence: Sendable, Hashable {
    /// Whether a lock keeps out a second handle of this process.
    public var excludesHandles: Evidence<Bool> = .unknown
    /// Whether a lock of another process keeps this one out.
    public var excludesProcesses: Evidence<Bool> = .unknown
    /// Whether a lock ends with a killed process.
    public var endsWithProcess: Evidence<Bool> = .unknown
    /// Whether a directory can be locked, and that keeps out a second handle.
    public var excludesOnDirectories: Evidence<Bool> = .unknown
    /// Whether a symbolic link in place of a lock file is refused in the act of opening.
    public var refusesSymbolicLinks: Evidence<Bool> = .unknown

    /// Nothing was looked at.
    public init() {}
}

/// What names do.
public struct NameEvidence: Sendable, Hashable {
    /// Whether a rename replaces an existing name.
    public var renameReplaces: Evidence<Bool> = .unknown
    /// Whether an exclusive rename refuses an existing name.
    public var exclusiveRenameRefuses: Evidence<Bool> = .unknown
    /// Whether a file can have two names.
    public var links: Evidence<Bool> = .unknown
    /// Whether an open file can be used after its last name was removed.
    public var removedFilesStayUsable: Evidence<Bool> = .unknown
    /// Whether files can be made without a name.
    public var unnamedFiles: Evidence<Bool> = .unknown
    /// Whether names that differ in case are different.
    public var caseMatters: Evidence<Bool> = .unknown
    /// Whether names that differ in Unicode normalisation are different.
    public var normalizationMatters: Evidence<Bool> = .unknown

    /// Nothing was looked at.
    public init() {}
}

/// What reads, maps and space do.
public struct ContentEvidence: Sendable, Hashable {
    /// Whether reads at an offset give what was written there.
    public var positionedReads: Evidence<Bool> = .unknown
    /// Whether a shared map and the file show each other's writes.
    public var sharedMaps: Evidence<Bool> = .unknown
    /// Whether space can be reserved.
    public var preallocation: Evidence<Bool> = .unknown
    /// Whether space can be given back from the middle of a file, which then reads as zeros.
    public var holePunching: Evidence<Bool> = .unknown
    /// Whether the time of change differs between two writes that are some milliseconds apart.
    public var fineModificationTimes: Evidence<Bool> = .unknown

    /// Nothing was looked at.
    public init() {}
}
