internal import FileSystemSeam

extension LockError: CustomStringConvertible {
    /// One or two sentences: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .io(let error, let file):
            "\(file): \(error). \(Self.remedy(for: error.code))"
        case .directoryMissing(let path):
            "\(path) is not there, so no lock can be made in it. Make the directory first"
        case .notALockFile(let path, let reason):
            "\(path) cannot be a lock file: \(reason). Move it away, or name another file"
        case .unusableGate(let path, let reason):
            "\(path) cannot be locked through a gate: \(reason). Give it a gate directory that nothing else locks"
        case .timedOut(let path, let waited):
            "\(path) was locked by another holder for \(waited) ms. Try again, or allow more waiting time"
        case .cancelled(let path):
            "waiting for \(path) was cancelled, and nothing is held. Ask again when the lock is still wanted"
        case .reentrant(let path):
            "this handle of \(path) holds the lock, or is acquiring it, already. Use the guard that is there, or "
                + "a handle for each holder"
        case .upgradeRefused(let path):
            "this handle holds \(path) shared, and a shared lock cannot become exclusive without being given up "
                + "first. Release it, then take it exclusively and look again at what it protects"
        case .forked(let path, let holder):
            "\(path) is held by the process \(holder), of which this one is a fork; this one holds nothing. "
                + "Take the lock in the process that uses it"
        case .lockFileReplaced(let path):
            "\(path) was removed or replaced while it was held, so others may hold a lock of the same name. Stop "
                + "using what it protects, and find out who removed it"
        case .unsupportedFilesystem(let path, let type):
            "\(path) lies on \(type), where other clients may not see locks. Put it on a local file system, or "
                + "allow network file systems when only one machine uses it"
        case .held(let path, let evidence):
            "\(path) is held by \(evidence?.ownerDescription ?? "an unknown owner"). Wait for it to end, or end it; a "
                + "takeover of a held lock is not possible"
        case .wouldBlock(let path):
            "\(path) is held and has no marker: its owner is just acquiring or releasing it. Try again"
        case .staleMarker(let path, let evidence):
            "nobody holds \(path), but its marker stands: \(evidence.ownerDescription) ended without removing it. Look "
                + "at the state it left, then take the lock over"
        case .markerChanged(let path):
            "\(path) is not the marker that was inspected. Inspect it again"
        case .markerReplaced(let path):
            "the marker \(path) was removed or replaced while the lock was held. Stop using what it protects, and find "
                + "out who did it"
        case .invalidValue(let member, let reason):
            "\(member) \(reason). Nothing was written"
        case .takeoverRefused(let refusal):
            "the takeover is refused: \(refusal)"
        case .malformedTakeover(let reason):
            "the takeover cannot be read: \(reason). Have it made again"
        case .epochUnreadable(let path):
            "\(path) holds no readable epoch. Find out the highest epoch that the protected store has seen, and "
                + "acquire the lock with that as the minimum. A stale marker that tells an epoch is taken over in that "
                + "acquisition, or moved away once this file was moved aside by hand: the marker's epoch is then counted "
                + "on from"
        case .epochsExhausted(let path):
            "\(path) holds the epoch \(UInt64.max), after which none comes, or one so near to it that no counting "
                + "reaches it. Find out the highest epoch that the protected store has seen, move this file aside by "
                + "hand while nobody holds the lock, and acquire it with that as the minimum"
        case .minimumEpochUnknown(let path, let reason):
            "\(path) was not acquired, since the epoch that the protected store has seen could not be told: \(reason). "
                + "Make the store readable, and try again"
        case .fenced(let epoch, let highestSeen):
            "the epoch \(epoch) is over: \(highestSeen) was seen. Acquire the lock "
                + "with that as the minimum"
        }
    }

    private static func remedy(for code: ErrorNumber) -> String {
        switch code {
        case .accessDenied, .notPermitted: "Give this user access, or use one that has it"
        case .noSpace, .quotaExceeded: "Make room, and try again"
        case .tooManyOpenFiles, .systemFileTableFull: "Close files, or raise the limit, and try again"
        case .readOnlyFileSystem: "Put the lock on a file system that can be written"
        default: "Look at the disk and the file, and try again"
        }
    }
}
