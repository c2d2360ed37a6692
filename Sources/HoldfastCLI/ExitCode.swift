/// How a command ended, as the number the shell sees.
///
/// The numbers from 64 up are those of BSD's `sysexits.h`. Scripts depend on them: a meaning never changes.
public enum ExitCode: Int32, Sendable, CaseIterable {
    /// Done, or verified.
    case done = 0
    /// The rules refuse: a replay, a revoked grant, a conflict, a journal that does not verify.
    case refused = 1
    /// The command line itself is wrong (`EX_USAGE`).
    case usage = 64
    /// The input is there and malformed (`EX_DATAERR`).
    case malformedInput = 65
    /// The input is not there (`EX_NOINPUT`).
    case missingInput = 66
    /// Something that must not happen (`EX_SOFTWARE`).
    case internalError = 70
    /// Reading or writing failed (`EX_IOERR`).
    case inputOutput = 74
    /// A lock was not free in time (`EX_TEMPFAIL`).
    case lockTimeout = 75

    /// What the number says, for help pages and the manual.
    var meaning: String {
        switch self {
        case .done: "done, or verified"
        case .refused:
            "refused by the rules: a replay, a revoked or expired grant, a conflict, a mismatch, a journal that does "
                + "not verify, or a lock that is held when the time-out is 0"
        case .usage:
            "the command line is wrong, or asks for what the store's contents do not allow, such as a new journal where "
                + "something stands; nothing was done"
        case .malformedInput: "the input is malformed; nothing was done"
        case .missingInput: "a file or directory that is needed is not there"
        case .internalError: "an internal error, or a store that must be opened anew"
        case .inputOutput: "reading or writing failed"
        case .lockTimeout: "another process held the lock for too long; nothing was done"
        }
    }
}
