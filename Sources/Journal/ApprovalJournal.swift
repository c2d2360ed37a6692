internal import Canonical
public import FileSystemSeam

/// An approval-use journal: has this (grant, nonce) been consumed, how often, and may it be once more now?
///
///     let journal = ApprovalJournal(at: "approvals", fileSystem: PosixFileSystem())
///     let use = ApprovalUse(
///         grantID: grant, grantDigest: grantDigest, nonceDigest: ApprovalJournal.nonceDigest(nonce),
///         actor: "agent://indexer", action: "catalog.rebuild", subject: "urn:catalog:eu/7")
///     let reservation = try journal.reserve(use, maximumUses: 1)
///
/// When ``reserve(_:maximumUses:perGrant:)`` or an append returns, its record is on stable storage (unless
/// ``JournalOptions/durability`` says otherwise) and linked into a chain of digests that ``verifyIntegrity(anchor:progress:)``
/// checks. Several processes may use one journal; appends exclude each other by a lock on its directory,
/// readers take no lock and never see a record that is not durable.
///
/// A handle may be used from several threads; their appends queue. It holds no descriptors between calls.
public final class ApprovalJournal: Sendable {
    /// The journal's directory, as given.
    public let path: String
    /// How it was opened.
    public let options: JournalOptions
    let fileSystem: any FileSystem
    let cache = RecordCache()
    let writer = Condition(WriterState())

    /// What a handle remembers between its appends.
    struct WriterState {
        /// A sync failed: nothing more is acknowledged.
        var isPoisoned = false
        /// The journal's directory, once its name and that of its records are durable, and all indexes were
        /// compared with the records; nil before.
        var prepared: FileIdentity?
        /// The last record that this handle saw. It can only be followed by others.
        var lastSeen: JournalHead?
    }

    /// Makes a handle. Nothing is touched until the first call; a directory that is not there is an empty
    /// journal to readers, and made by the first append.
    public init(at path: String, fileSystem: any FileSystem, options: JournalOptions = JournalOptions()) {
        self.path = path
        self.fileSystem = fileSystem
        self.options = options
    }

    /// The digest under which a nonce is recorded: `sha256:` and the SHA-256 of its bytes.
    public static func nonceDigest(_ nonce: [UInt8]) -> String { Digest(hashing: nonce).description }
}

// MARK: - Opening

extension ApprovalJournal {
    /// The journal's directory for reading; nil when it is not there.
    ///
    /// - Throws: `.notAJournal`, `.unsupportedFormat` when something else stands there.
    func storageForReading() throws(JournalError) -> JSONRecordsStorage? {
        let directory: any Directory
        do {
            directory = try fileSystem.openDirectory(path)
        } catch  where error.code == .noEntry {
            return nil
        } catch {
            throw openingError(error)
        }
        let storage = JSONRecordsStorage(directory: directory)
        try checkFormat(of: storage)
        return storage
    }

    func openingError(_ error: FileSystemError) -> JournalError {
        error.code == .notDirectory
            ? .notAJournal(path: path, reason: "a file stands there") : .io(error, file: path)
    }

    /// Refuses what is no journal, or one of an unknown format.
    ///
    /// A directory without a readable manifest is a journal when nothing but parts of one stand in it: a crash
    /// may have come before the manifest was written, or an existing tool may never have got that far.
    func checkFormat(of storage: JSONRecordsStorage) throws(JournalError) {
        switch try storage.manifest() {
        case .format: return
        case .unknown(let found): throw .unsupportedFormat(path: path, found: found)
        case .otherKind:
            throw .notAJournal(path: path, reason: "its \(JournalManifest.fileName) describes something else")
        case .unreadable, nil: break
        }
        let entries: [DirectoryEntry]
        do {
            entries = try storage.directory.entries()
        } catch {
            throw .io(error, file: path)
        }
        if entries.contains(where: { $0.name == JSONRecordsStorage.recordsName }) { return }
        if let stray = entries.first(where: { !JSONRecordsStorage.ownNames.contains($0.name) }) {
            throw .notAJournal(
                path: path,
                reason: "it has no \(JSONRecordsStorage.recordsName) directory, but holds \"\(stray.name)\""
            )
        }
    }

    /// Everything the journal holds, verified; nil when there is no journal.
    ///
    /// The head is read before the records are listed: whatever it names was published before, so it must be in
    /// the listing.
    func snapshot() throws(JournalError) -> (storage: JSONRecordsStorage, snapshot: JournalSnapshot)? {
        guard let storage = try storageForReading() else { return nil }
        return (storage, try snapshot(of: storage))
    }

    func snapshot(
        of storage: JSONRecordsStorage,
        progress: WorkProgress.Handler? = nil
    ) throws(JournalError) -> JournalSnapshot {
        let head = try storage.head()
        let walk = try storage.walk(stopsAtFirst: true, cache: cache, progress: progress)
        if let failure = walk.failures.first { throw failure }
        if let missing = JournalSnapshot.missingRecord(shownBy: head, walk.records) { throw missing }
        return JournalSnapshot(records: walk.records, head: head)
    }
}
