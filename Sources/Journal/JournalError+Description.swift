internal import FileSystemSeam
internal import PlatformProfile

extension JournalError: CustomStringConvertible {
    /// One or two sentences: what is wrong, where, and what to do.
    public var description: String { text(restoring: Self.restoreRemedy) }

    /// The same where it is about a bundle: that is mended by another one, whatever has become of the journal.
    package var descriptionOfBundle: String {
        let remedy = "Have the bundle exported again (holdfast journal export)"
        if case .malformedRecord(index: 0, _, let reason) = self { return "\(reason). \(remedy)" }
        return text(restoring: remedy)
    }

    /// - Parameter remedy: what is to be done where records are missing or damaged.
    private func text(restoring remedy: String) -> String {
        switch self {
        case .io(let error, let file):
            "\(file): \(error). \(Self.ioRemedy(error.code))"
        case .outcomeUnknown(let error, let file):
            "\(file): \(error). The record may stand all the same, and then counts. \(Self.unknownRemedy(error.code)): repeat a "
                + "reservation with the idempotency key that it had; without one, look first whether the record stands (holdfast "
                + "journal repair DIR --yes, then journal list)"
        case .copyNotDurable(let error, let path):
            "\(path) stands, and holds every record, but the directory above it could not be synced, so that a loss of power "
                + "may take it away: \(error). It was left, since others may have recorded in it already. Check the disk, then "
                + "write the journal anew under another name: from \(path), if anything was recorded there (holdfast journal "
                + "convert)"
        case .malformedRecord(let index, let file, let reason):
            "record \(index) (\(file)) cannot be read: \(reason). \(remedy)"
        case .brokenChain(index: 1, _, let actual):
            "record 1 does not begin the chain: it names \(Self.quoted(actual)) as the digest before it. \(remedy)"
        case .brokenChain(let index, let expected, let actual):
            "record \(index) does not follow record \(index - 1): it names \(Self.quoted(actual)) as the digest "
                + "before it, which is \(Self.quoted(expected)). \(remedy)"
        case .recordTampered(let index, let stored, let recomputed):
            "record \(index) was altered: it carries the digest \(Self.quoted(stored)) but its contents have "
                + "\(recomputed). \(remedy)"
        case .missingRecord(let index, let evidence):
            "record \(index) is missing: \(evidence). \(remedy)\(Self.indexRemedy(evidence))"
        case .duplicateIndex(let index, let files):
            "record \(index) is there \(files.count) times (\(files.joined(separator: ", "))). Keep the one that "
                + "the following record links to, and move the other out of the journal"
        case .unknownKind(let index, let kind):
            "record \(index) is of the unknown kind \"\(kind)\". Use a version that knows it"
        case .nameMismatch(let index, let expected, let actual):
            "record \(index) stands in the file \(actual), which should be called \(expected). Rename it"
        case .lockBusy(let path, let waited):
            "\(path) was locked by another process for \(waited) ms. Try again, or allow more waiting time"
        case .usesExhausted(let grant, let maximum, let current):
            "no uses left under the grant \"\(grant)\": \(Self.consumed(current, of: maximum)), by this nonce, or by all its nonces "
                + "together where a limit for the grant was given. Ask for a new approval"
        case .grantRevoked(let grant, let index):
            "the grant \"\(grant)\" was revoked by record \(index). Ask for a new approval"
        case .expired(let expiresAt, let now):
            "the use expired at \(expiresAt), and it is \(now). Ask for a new approval"
        case .idempotencyConflict(let grant, let key, let existing):
            "the idempotency key \"\(key)\" of the grant \"\(grant)\" belongs to the use \(existing), which was a "
                + "different request. Use a new key for a new request"
        case .clockRegression(let now, let lastRecord):
            "the clock says \(now), but the last record was made at \(lastRecord). Set the clock right; where that is the "
                + "record's mistake, raise the tolerance (clockToleranceSeconds)"
        case .poisoned(let path):
            "an earlier sync of \(path) failed, so nothing more can be promised through this handle. Check the disk "
                + "and open the journal again"
        case .journalMissing(let path, let reason):
            "no journal stands at \(path): \(reason). Check the path, and whether its file system is mounted; a new journal "
                + "is made with holdfast journal init, or create() of a handle that may make one"
        case .notAJournal(let path, let reason):
            "\(path) is not a journal: \(reason). Name a journal's directory, or an empty or new one"
        case .unsupportedFormat(let path, let found):
            "\(path) has the format \(found), which this version does not know. Use a version that does"
        case .invalidArgument(let member, let reason):
            "\(member) \(reason). Nothing was written"
        case .platform(let error): error.description
        case .rolledBack(let expected, let found):
            "the journal was rolled back: record \(expected.index) with the digest \(expected.digest) was seen "
                + "before, now it \(Self.foundState(found, expected)). \(remedy)"
        }
    }

    /// More can be consumed than are allowed by now: the next one may allow fewer than the one before.
    private static func consumed(_ current: UInt32, of maximum: UInt32) -> String {
        current > maximum ? "\(current) are consumed, and \(maximum) allowed" : "\(current) of \(maximum) are consumed"
    }

    private static let restoreRemedy = "Nothing is appended to it; restore the journal from a copy that verifies"

    /// Where nothing but an index names a record, it may be the index that is wrong.
    private static func indexRemedy(_ evidence: String) -> String {
        guard evidence.hasPrefix("indexes/") else { return "" }
        return ". If no record was removed, and the index is what is wrong, give up what it names: "
            + "rebuildIndexes(discardingEvidence: true), or holdfast journal rebuild-indexes DIR --discard-evidence"
    }

    private static func quoted(_ digest: String) -> String { digest.isEmpty ? "no digest" : digest }

    private static func foundState(_ found: JournalHead?, _ expected: JournalHead) -> String {
        guard let found else { return "is empty" }
        return found.index < expected.index
            ? "ends at record \(found.index)" : "has \(found.digest) there"
    }

    private static func unknownRemedy(_ code: ErrorNumber) -> String {
        switch code {
        case .noSpace, .quotaExceeded: "Make room"
        default: "Check the disk"
        }
    }

    private static func ioRemedy(_ code: ErrorNumber) -> String {
        switch code {
        case .noSpace, .quotaExceeded: "Make room and try again; nothing that was acknowledged is lost"
        case .accessDenied, .notPermitted: "Check who owns the journal and its permissions"
        case .readOnlyFileSystem: "Mount it writable, or only read"
        case .fileTooLarge: "Raise the limit on the size of files (ulimit -f), or find out what is wrong with it"
        case .nameTooLong: "Give a shorter path"
        case .noEntry: "Check the path"
        case .notDirectory, .isDirectory: "Move away what stands there"
        case .symbolicLinkLoop: "Replace the symbolic link by what it points to"
        case .inputOutput: "Check the disk before trusting what it holds"
        case .tooManyOpenFiles, .systemFileTableFull: "Allow more open files (ulimit -n)"
        case .invalidArgument, .noDevice: "What stands there is no plain file: move it away"
        default: "Find out what is wrong with it before trying again"
        }
    }
}
