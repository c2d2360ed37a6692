public import FileSystemSeam
public import PlatformProfile

/// What can go wrong with a session log. Every case names the place, and its description the remedy.
///
/// After any of them the log holds everything that was acknowledged before. Only `.io`, `.partlyAppended` and
/// `.notDurable` may leave events written although the call failed.
public enum EventLogError: Error, Sendable, Hashable {
    /// The file system failed. `file` is relative to the session's directory, or that directory itself.
    case io(FileSystemError, file: String)
    /// Someone else held the lock for the whole waiting time. Nothing was written.
    case lockBusy(path: String, waitedMilliseconds: UInt64)
    /// No lock can be taken: something else stands at its name. Nothing was written.
    case lockUnusable(path: String, reason: String)
    /// An event cannot be written; `position` counts the events of the batch from 0. Nothing was written.
    case invalidEvent(position: Int, EventError)
    /// An event's line is longer than allowed. Nothing was written.
    case lineTooLong(position: Int, byteCount: Int, maximum: Int)
    /// The lines of a batch, of two events at least, are together longer than allowed. Nothing was written.
    case batchTooLong(byteCount: Int, maximum: Int)
    /// The highest sequence number was given. Nothing was written.
    case numbersExhausted(path: String)
    /// A sync failed on this handle earlier; nothing more is acknowledged on it.
    case poisoned(path: String)
    /// The file system took only the beginning of an append: these events stand in the log with these numbers, as many
    /// as fit, and the others of the append do not. None of them was synced.
    case partlyAppended(path: String, sequenceNumbers: Range<UInt64>, FileSystemError)
    /// The events stand in the log with these numbers, but could not be synced: they may not survive a loss of power.
    case notDurable(path: String, sequenceNumbers: Range<UInt64>, reason: String)
    /// Something that is not a session log stands at the path.
    case notALog(path: String, reason: String)
    /// The events became shorter than what was read of them already, or were replaced.
    case eventsReplaced(path: String, readBytes: Int64, size: Int64)
    /// There is a seal, and the events are not what it says.
    case sealBroken(path: String, reason: String)
    /// The seal could not be signed. None was written.
    case sealUnsigned(path: String, reason: String)
    /// The seal cannot be read, or has a version that this one does not know.
    case malformedSeal(path: String, reason: String)
    /// The platform is not the one that a profile describes, or the profile cannot be relied on. Nothing was touched.
    case platform(PlatformError)
}

extension EventLogError {
    /// A short, stable name, for programs.
    public var code: String {
        switch self {
        case .io: "io"
        case .lockBusy: "lock_busy"
        case .lockUnusable: "lock_unusable"
        case .invalidEvent: "invalid_event"
        case .lineTooLong: "line_too_long"
        case .batchTooLong: "batch_too_long"
        case .numbersExhausted: "numbers_exhausted"
        case .poisoned: "poisoned"
        case .partlyAppended: "partly_appended"
        case .notDurable: "not_durable"
        case .notALog: "not_a_log"
        case .eventsReplaced: "events_replaced"
        case .sealBroken: "seal_broken"
        case .sealUnsigned: "seal_unsigned"
        case .malformedSeal: "malformed_seal"
        case .platform(let error): error.code
        }
    }

    /// What it means that the events could not be opened.
    static func opening(_ error: FileSystemError, in path: String) -> EventLogError {
        switch error.code {
        case .isDirectory: .notALog(path: path, reason: "\(LogFiles.events) is a directory")
        case .symbolicLinkLoop:
            .notALog(path: path, reason: "\(LogFiles.events) is a symbolic link, which is not followed")
        default: .io(error, file: LogFiles.events)
        }
    }
}

extension EventLogError: CustomStringConvertible {
    /// One or two sentences: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .io(let error, let file):
            "\(file): \(error). \(Self.ioRemedy(error.code))"
        case .lockBusy(let path, let waited):
            "\(path) was locked by another process for \(waited) ms. Nothing was written; try again, or allow more "
                + "waiting time"
        case .lockUnusable(let path, let reason):
            "the log in \(path) cannot be locked: \(reason). Nothing was written"
        case .invalidEvent(let position, let error):
            "event \(position) of this append cannot be written: \(error). Nothing was written"
        case .lineTooLong(let position, let byteCount, let maximum):
            "event \(position) of this append is \(byteCount) bytes long, and at most \(maximum) are allowed. Nothing "
                + "was written; shorten it, or put the bulk into an artifact"
        case .batchTooLong(let byteCount, let maximum):
            "this append is \(byteCount) bytes long, and at most \(maximum) are written at once, so that nobody waits "
                + "long for the lock. Nothing was written; append it in parts"
        case .numbersExhausted(let path):
            "the log in \(path) has given its highest sequence number. Nothing was written; begin a new session"
        case .poisoned(let path):
            "an earlier sync of \(path) failed, so nothing more can be promised through this handle. Check the disk, "
                + "open the log again, and take what this handle did not acknowledge as lost at the next loss of power"
        case .partlyAppended(let path, let numbers, let error):
            "\(LogFiles.events): \(error). Of this append \(path) holds \(Self.text(numbers)), and nothing behind; "
                + "do not append that again. \(Self.roomRemedy(error.code)), and append the rest"
        case .notDurable(let path, let numbers, let reason):
            "\(path) holds \(Self.text(numbers)), but a loss of power may take it: \(reason). Do not append it again "
                + "without looking"
        case .notALog(let path, let reason):
            "\(path) is not a session log: \(reason). Name a session's directory; appending makes one of an empty "
                + "or new one"
        case .eventsReplaced(let path, let readBytes, let size):
            "the events in \(path) are \(size) bytes long, but \(readBytes) were read before: someone cut or replaced "
                + "them. Begin reading anew"
        case .sealBroken(let path, let reason):
            "the events in \(path) are not those that were sealed: \(reason). Restore them from a copy; the seal is "
                + "left as it is"
        case .sealUnsigned(let path, let reason):
            "the seal of \(path) was not signed: \(reason). None was written; name a key, or try again"
        case .platform(let error): error.description
        case .malformedSeal(let path, let reason):
            "the seal of \(path) cannot be read: \(reason). Use a version that knows it, or restore it from a copy"
        }
    }

    private static func text(_ numbers: Range<UInt64>) -> String {
        guard let first = numbers.first, let last = numbers.last, first < last else {
            return "event \(numbers.lowerBound)"
        }
        return "the events \(first) to \(last)"
    }

    /// What a write lacks that took a part, or nothing: a full disk, a quota and a limit look the same half way.
    private static func roomRemedy(_ code: ErrorNumber) -> String {
        switch code {
        case .noSpace, .quotaExceeded: "Make room on the disk, in the quota, or under the limit on the size of files"
        case .fileTooLarge: "Raise the limit on the size of files (ulimit -f)"
        default: "Check the disk"
        }
    }

    private static func ioRemedy(_ code: ErrorNumber) -> String {
        switch code {
        case .noSpace, .quotaExceeded, .fileTooLarge:
            "\(roomRemedy(code)), and try again; nothing that was acknowledged is lost"
        case .accessDenied, .notPermitted: "Check who owns the session's directory and its permissions"
        case .readOnlyFileSystem: "Mount it writable, or only read"
        case .nameTooLong: "Give a shorter path"
        case .noEntry: "Check the path"
        case .notDirectory, .isDirectory: "Move away what stands there"
        case .symbolicLinkLoop: "Replace the symbolic link by what it points to"
        case .inputOutput: "Check the disk before trusting what it holds"
        case .tooManyOpenFiles, .systemFileTableFull: "Allow more open files (ulimit -n)"
        default: "Nothing that was acknowledged is lost"
        }
    }
}
