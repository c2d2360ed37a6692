public import FileSystemSeam
public import PlatformProfile

/// What can go wrong with a journal. Every case names the place, and its description the remedy.
///
/// After any of them the journal holds exactly what was acknowledged before. Only after `.outcomeUnknown` the record of
/// the call that failed may stand as well.
public enum JournalError: Error, Sendable, Hashable {
    /// The file system failed. `file` is relative to the journal's directory; where that itself could not be opened it
    /// is the journal's path, and in words what else failed, such as a thread.
    case io(FileSystemError, file: String)
    /// The file system failed when bytes of the record may have been written: it may stand, and then counts from the
    /// next append on, or not. `file` is relative to the journal's directory.
    ///
    /// Reserving again with the idempotency key of the first request returns the use that stands, or records it.
    /// Without one, ask again only after ``ApprovalJournal/create()`` of a new handle, which makes durable what stands,
    /// and a look whether the record is there.
    case outcomeUnknown(FileSystemError, file: String)
    /// A journal that was written anew stands at `path`, whole, but the directory above it could not be synced: a loss of
    /// power may take it away. It is left there, since others may have recorded in it already.
    case copyNotDurable(FileSystemError, path: String)
    /// A record that is stored cannot be read.
    case malformedRecord(index: UInt64, file: String, reason: String)
    /// A record does not link to the one before it.
    case brokenChain(index: UInt64, expected: String, actual: String)
    /// A record's contents do not have the digest it carries.
    case recordTampered(index: UInt64, stored: String, recomputed: String)
    /// A record that once was there is gone.
    case missingRecord(index: UInt64, evidence: String)
    /// Two records have one index.
    case duplicateIndex(index: UInt64, files: [String])
    /// A record is of a kind that this version does not know.
    case unknownKind(index: UInt64, kind: String)
    /// A record's file is not named after its contents.
    case nameMismatch(index: UInt64, expected: String, actual: String)
    /// Someone else held the lock for the whole waiting time, which begins when the handle's earlier calls are done;
    /// see ``JournalOptions/lockTimeoutMilliseconds``.
    case lockBusy(path: String, waitedMilliseconds: UInt64)
    /// The nonce, or with a limit per grant the grant, has no uses left.
    case usesExhausted(grant: String, maximum: UInt32, current: UInt32)
    /// The grant was revoked.
    case grantRevoked(grant: String, revocationIndex: UInt64)
    /// The use may no longer be recorded.
    case expired(expiresAt: String, now: String)
    /// The idempotency key was used before for a different request.
    case idempotencyConflict(grant: String, key: String, existingUseID: String)
    /// The clock stands before the last record, by more than the tolerance.
    case clockRegression(now: String, lastRecord: String)
    /// A sync failed on this handle earlier; nothing more is acknowledged on it. Where a reader's failed, nothing is
    /// reported that only another sync would make durable; what a writer makes durable meanwhile is.
    case poisoned(path: String)
    /// A journal was expected, and none stands at the path; see ``JournalOptions/createsWhenAbsent``.
    case journalMissing(path: String, reason: String)
    /// Something that is not a journal stands at the path.
    case notAJournal(path: String, reason: String)
    /// The journal has a format or version that this version does not know.
    case unsupportedFormat(path: String, found: String)
    /// A value given by the caller cannot be recorded.
    case invalidArgument(member: String, reason: String)
    /// The journal is older than an anchor says, or than this handle found or left it when it last appended, or was
    /// about to.
    case rolledBack(expected: JournalHead, found: JournalHead?)
    /// The platform is not the one that a profile describes, or the profile cannot be relied on. Nothing was touched.
    case platform(PlatformError)
}

extension JournalError {
    /// A short, stable name, for programs.
    public var code: String {
        switch self {
        case .io: "io"
        case .outcomeUnknown: "outcome_unknown"
        case .copyNotDurable: "copy_not_durable"
        case .malformedRecord: "malformed_record"
        case .brokenChain: "broken_chain"
        case .recordTampered: "record_tampered"
        case .missingRecord: "missing_record"
        case .duplicateIndex: "duplicate_index"
        case .unknownKind: "unknown_kind"
        case .nameMismatch: "name_mismatch"
        case .lockBusy: "lock_busy"
        case .usesExhausted: "uses_exhausted"
        case .grantRevoked: "grant_revoked"
        case .expired: "expired"
        case .idempotencyConflict: "idempotency_conflict"
        case .clockRegression: "clock_regression"
        case .poisoned: "poisoned"
        case .journalMissing: "journal_missing"
        case .notAJournal: "not_a_journal"
        case .unsupportedFormat: "unsupported_format"
        case .invalidArgument: "invalid_argument"
        case .rolledBack: "rolled_back"
        case .platform(let error): error.code
        }
    }
}
