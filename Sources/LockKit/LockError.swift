public import FileSystemSeam

/// What can go wrong with a lock. Every case names the place, and its description the remedy.
public enum LockError: Error, Sendable, Hashable {
    /// The file system failed.
    case io(FileSystemError, file: String)
    /// The directory that the lock lies in is not there, or was removed.
    case directoryMissing(path: String)
    /// Something that cannot be a lock file stands at the name: a symbolic link, a directory, a device.
    case notALockFile(path: String, reason: String)
    /// What is to be the lock's gate cannot be: the directory that the lock hangs on, or nothing.
    case unusableGate(path: String, reason: String)
    /// Someone else held the lock for the whole waiting time.
    case timedOut(path: String, waitedMilliseconds: UInt64)
    /// The task that waited was cancelled. Nothing is held.
    case cancelled(path: String)
    /// This handle holds the lock, or is acquiring it, already.
    case reentrant(path: String)
    /// This handle holds the lock shared. Making it exclusive would give up the shared lock first.
    case upgradeRefused(path: String)
    /// The guard was made by another process, of which this one is a fork. This process holds nothing.
    case forked(path: String, holder: Int32)
    /// The lock file, or its directory, no longer stands at the name: others may hold what they take for this lock.
    case lockFileReplaced(path: String)
    /// The lock lies on a file system whose locks other machines, or other clients, may not see.
    case unsupportedFilesystem(path: String, type: String)
    /// The lock is held; the marker, when there is one, names the owner.
    case held(path: String, marker: MarkerEvidence?)
    /// The lock is held and no marker stands there: its owner is just coming or going.
    case wouldBlock(path: String)
    /// Nobody holds the lock, but a marker stands there: its owner ended without removing it.
    case staleMarker(path: String, MarkerEvidence)
    /// The marker is not the one that was inspected.
    case markerChanged(path: String)
    /// The marker of a held lock was removed or replaced by somebody.
    case markerReplaced(path: String)
    /// A value cannot stand in a marker.
    case invalidValue(member: String, reason: String)
    /// A takeover is not what the lock, the marker, the caller and the clock demand.
    case takeoverRefused(TakeoverRefusal)
    /// A takeover cannot be read.
    case malformedTakeover(reason: String)
    /// No slot of the epoch file can be read, so that the last epoch is not known.
    case epochUnreadable(path: String)
    /// A file holds the last epoch that can be written, after which none comes, or a marker one of the last 2³², which
    /// the epoch file does not know. Nothing was changed.
    case epochsExhausted(path: String)
    /// Who asked for the lock could not say which epoch the protected store has seen.
    case minimumEpochUnknown(path: String, reason: String)
    /// An epoch is older than the newest that was seen.
    case fenced(epoch: UInt64, highestSeen: UInt64)
}

extension LockError {
    /// A short, stable name, for programs.
    public var code: String {
        switch self {
        case .io: "io"
        case .directoryMissing: "directory_missing"
        case .notALockFile: "not_a_lock_file"
        case .unusableGate: "unusable_gate"
        case .timedOut: "lock_timeout"
        case .cancelled: "cancelled"
        case .reentrant: "reentrant"
        case .upgradeRefused: "upgrade_refused"
        case .forked: "forked"
        case .lockFileReplaced: "lock_file_replaced"
        case .unsupportedFilesystem: "unsupported_filesystem"
        case .held: "held"
        case .wouldBlock: "would_block"
        case .staleMarker: "stale_marker"
        case .markerChanged: "marker_changed"
        case .markerReplaced: "marker_replaced"
        case .invalidValue: "invalid_value"
        case .takeoverRefused: "takeover_refused"
        case .malformedTakeover: "malformed_takeover"
        case .epochUnreadable: "epoch_unreadable"
        case .epochsExhausted: "epochs_exhausted"
        case .minimumEpochUnknown: "minimum_epoch_unknown"
        case .fenced: "fenced"
        }
    }
}
