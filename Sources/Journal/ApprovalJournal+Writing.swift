internal import Canonical
public import FileSystemSeam

/// A record that was appended.
public struct AppendedRecord: Sendable, Hashable {
    /// Its place in the journal, from 1.
    public let index: UInt64
    /// Its digest.
    public let digest: String
    /// Its own identifier: use, revocation or checkpoint id.
    public let id: String
}

extension ApprovalJournal {
    /// Makes the journal's directory and says what it is, durably. An existing journal is left as it is.
    ///
    /// - Throws: `.notAJournal` or `.unsupportedFormat` when something else stands there.
    public func create() throws(JournalError) {
        try withWriteAccess { (access) throws(JournalError) in
            if try !access.hasManifest { try access.storage.writeManifest(.jsonRecords) }
        }
    }

    /// Appends a use as it is, numbered by the caller, without asking any rule: for callers that import uses.
    ///
    /// - Throws: `.invalidArgument` before anything is written; see ``JournalError``.
    public func append(_ use: ApprovalUse) throws(JournalError) -> AppendedRecord { try append(.use(use)) }

    /// Appends a revocation: from now on no use of its grant is reserved.
    ///
    /// - Throws: `.invalidArgument` before anything is written; see ``JournalError``.
    public func append(_ revocation: ApprovalRevocation) throws(JournalError) -> AppendedRecord {
        try append(.revocation(revocation))
    }

    /// Appends a checkpoint as it is.
    ///
    /// - Throws: `.invalidArgument` before anything is written; see ``JournalError``.
    public func append(_ checkpoint: JournalCheckpoint) throws(JournalError) -> AppendedRecord {
        try append(.checkpoint(checkpoint))
    }

    private func append(_ record: JournalRecord) throws(JournalError) -> AppendedRecord {
        try withWriteAccess { (access) throws(JournalError) in
            let stored = try access.append(record)
            return AppendedRecord(index: stored.index, digest: stored.digest, id: stored.record.id)
        }
    }

    /// Writes every index anew from the records, under the lock.
    ///
    /// An index that names a record which is not there can be all that is left of a use that was removed together with
    /// the head. Rebuilding would forget it, and the use could be consumed again; so it is refused.
    ///
    /// - Parameters:
    ///   - discardingEvidence: rebuilds all the same. For whoever knows that no record was removed and an index file
    ///     was damaged.
    ///   - progress: told how many records are read.
    /// - Returns: how many records were walked, of all kinds.
    /// - Throws: `.missingRecord` when an index names a record that is not there; see ``JournalError``.
    public func rebuildIndexes(
        discardingEvidence: Bool = false,
        progress: WorkProgress.Handler? = nil
    ) throws(JournalError) -> UInt64 {
        guard try storageForReading() != nil else { return 0 }
        let comparison: IndexComparison = discardingEvidence ? .never : .always
        return try withWriteAccess(comparing: comparison, progress) { (access) throws(JournalError) in
            try access.storage.rebuildIndexes(ExpectedIndexes(access.snapshot.records))
            return UInt64(access.snapshot.records.count)
        }
    }

    /// Runs `body` under the journal's lock, on records that are whole and durable.
    ///
    /// - Parameters:
    ///   - comparison: when all indexes are compared with the records first.
    ///   - progress: told how many records are read.
    func withWriteAccess<Result: Sendable>(
        comparing comparison: IndexComparison = .once,
        _ progress: WorkProgress.Handler? = nil,
        _ body: (inout WriteAccess) throws(JournalError) -> Result
    ) throws(JournalError) -> Result {
        try writer.withLock { (state) throws(JournalError) in
            if state.isPoisoned { throw .poisoned(path: path) }
            do throws(JournalError) {
                return try self.lockedWriteAccess(&state, comparison, progress, body)
            } catch {
                if case .io(let cause, _) = error, cause.operation == .sync || cause.operation == .syncDirectory {
                    state.isPoisoned = true
                }
                throw error
            }
        }
    }

    private func lockedWriteAccess<Result>(
        _ state: inout WriterState,
        _ comparison: IndexComparison,
        _ progress: WorkProgress.Handler?,
        _ body: (inout WriteAccess) throws(JournalError) -> Result
    ) throws(JournalError) -> Result {
        let storage = try storageForWriting(&state)
        let lock = try JournalLock(
            on: storage,
            path: path,
            fileSystem: fileSystem,
            timeoutMilliseconds: options.lockTimeoutMilliseconds
        )
        // What stands at the path may have been replaced by a journal of another format while waiting.
        try checkFormat(of: storage)
        if state.prepared == nil { try storage.preparedRecords() }
        var access = WriteAccess(
            journal: self,
            storage: storage,
            snapshot: try snapshot(of: storage, progress: progress)
        )
        if let seen = state.lastSeen, !access.snapshot.holds(seen) {
            throw .rolledBack(expected: seen, found: access.snapshot.head(at: seen.index))
        }
        let isPrepared = state.prepared != nil
        if comparison == .always || (comparison == .once && !isPrepared) { try access.compareIndexes() }
        try access.catchUp()
        state.lastSeen = access.snapshot.last
        if !isPrepared && comparison != .never { state.prepared = try storage.identity }
        let result = try body(&access)
        state.lastSeen = access.snapshot.last
        _ = consume lock
        return result
    }

    /// The journal's directory for writing, made when it is not there.
    ///
    /// Its name is made durable also when it stood already: whoever made it may have been killed before the sync.
    private func storageForWriting(_ state: inout WriterState) throws(JournalError) -> JSONRecordsStorage {
        if let storage = try storageForReading() {
            if let prepared = state.prepared, try storage.identity == prepared { return storage }
            state.prepared = nil
        }
        do {
            return JSONRecordsStorage(
                directory: try fileSystem.openDirectory(path, creating: .ownerDirectory)
            )
        } catch {
            throw openingError(error)
        }
    }
}

/// When a writer compares all indexes with the records before it works.
enum IndexComparison {
    /// The first time that this handle writes to the directory.
    case once
    /// Every time.
    case always
    /// Not at all: the indexes are replaced, whatever they say.
    case never
}

/// The right to write, which only the holder of the lock has.
struct WriteAccess {
    let journal: ApprovalJournal
    let storage: JSONRecordsStorage
    private(set) var snapshot: JournalSnapshot

    init(journal: ApprovalJournal, storage: JSONRecordsStorage, snapshot: JournalSnapshot) {
        self.journal = journal
        self.storage = storage
        self.snapshot = snapshot
    }

    /// The time, as records carry it: whole seconds of UTC.
    var now: Timestamp {
        Timestamp(secondsSinceEpoch: journal.fileSystem.wallClock().secondsSinceEpoch)
    }

    /// Refuses to write after records that an index shows to be missing, and mends indexes that are not up to date.
    func compareIndexes() throws(JournalError) {
        let expected = ExpectedIndexes(snapshot.records)
        let audit = try storage.auditIndexes(expected) { $0 < snapshot.nextIndex }
        if let (index, file) = audit.missing.min(by: { $0.index < $1.index }) {
            throw .missingRecord(index: index, evidence: "\(file) names it")
        }
        if audit.stale != nil { try? storage.rebuildIndexes(expected) }
    }

    /// Refuses to write a record when the index of its grant or nonce names one that is missing: it may have come
    /// and gone since all indexes were compared.
    private func compareIndexes(of record: JournalRecord) throws(JournalError) {
        let expected = ExpectedIndexes(snapshot.records)
        for place in ExpectedIndexes.places(of: record) {
            let audit = try storage.auditIndex(place.name, in: place.kind, expected) { $0 < snapshot.nextIndex }
            if let (index, file) = audit.missing.first {
                throw .missingRecord(index: index, evidence: "\(file) names it")
            }
        }
    }

    /// Whether `journal.json` says what it should.
    var hasManifest: Bool {
        get throws(JournalError) { try storage.manifest() == .format(.jsonRecords) }
    }

    /// Makes durable what others published, before anything is built on it or said about it, and brings the
    /// caches forward that a crash left behind.
    func catchUp() throws(JournalError) {
        let isDurable = journal.options.durability == .durable
        let unsynced = isDurable ? try storage.firstUnsynced() : nil
        let uncertain = snapshot.uncertainRecords(firstUnsynced: unsynced)
        if isDurable {
            for record in uncertain { try storage.secure(record) }
        }
        if let last = snapshot.last, !uncertain.isEmpty {
            updateIndexes(uncertain.map(\.record))
            try? storage.writeHead(last)
        }
        if unsynced != nil { try storage.forgetUnsynced() }
    }

    /// Appends a record: stamped, validated, linked, durable.
    ///
    /// Indexes, head and manifest are written afterwards. When that fails, the record stands nevertheless and is
    /// acknowledged, and the next append brings them forward.
    mutating func append(_ record: JournalRecord) throws(JournalError) -> StoredRecord {
        try checkClock()
        let complete = try completed(record)
        try RecordValidation.check(complete)
        let sealed = complete.sealed(after: snapshot.last?.digest ?? "")
        let index = snapshot.nextIndex
        try compareIndexes(of: sealed)
        if journal.options.durability != .durable { try storage.noteUnsynced(from: index) }
        let bytes = try storage.publish(
            sealed,
            at: index,
            isDurable: journal.options.durability == .durable
        )
        let stored = StoredRecord(index: index, record: sealed, bytes: bytes)
        snapshot.append(stored)
        journal.cache[RecordName(of: sealed, at: index).text] = stored
        updateIndexes([sealed])
        try? storage.writeHead(JournalHead(index: index, digest: stored.digest, updatedAt: sealed.createdAt))
        if (try? hasManifest) != true { try? storage.writeManifest(.jsonRecords) }
        return stored
    }

    /// Brings forward the index files that concern some records.
    private func updateIndexes(_ records: [JournalRecord]) {
        let expected = ExpectedIndexes(snapshot.records)
        var done: [String: Set<ExactText>] = [:]
        for place in records.flatMap({ ExpectedIndexes.places(of: $0) })
        where done[place.kind, default: []].insert(ExactText(place.name)).inserted {
            try? storage.writeIndex(place.name, in: place.kind, expected.indexes(place.kind, place.name))
        }
    }

    /// A clock that runs behind the records would stamp times that contradict their order.
    private func checkClock() throws(JournalError) {
        guard let last = snapshot.last, let time = try? Timestamp(parsing: last.updatedAt) else { return }
        if ClockRule.isRegression(
            from: time.secondsSinceEpoch,
            to: now.secondsSinceEpoch,
            toleranceSeconds: journal.options.clockToleranceSeconds
        ) {
            throw .clockRegression(now: now.description, lastRecord: last.updatedAt)
        }
    }

    /// The record with the id and time that the caller left to the journal.
    private func completed(_ record: JournalRecord) throws(JournalError) -> JournalRecord {
        switch record {
        case .use(var use):
            if use.useID.isEmpty { use.useID = try identifier("use") }
            if use.createdAt.isEmpty { use.createdAt = now.description }
            return .use(use)
        case .revocation(var revocation):
            if revocation.revocationID.isEmpty { revocation.revocationID = try identifier("rev") }
            if revocation.createdAt.isEmpty { revocation.createdAt = now.description }
            return .revocation(revocation)
        case .checkpoint(var checkpoint):
            if checkpoint.checkpointID.isEmpty { checkpoint.checkpointID = try identifier("cp") }
            if checkpoint.createdAt.isEmpty { checkpoint.createdAt = now.description }
            return .checkpoint(checkpoint)
        }
    }

    /// A random identifier: the prefix, `_` and 32 hexadecimal digits.
    private func identifier(_ prefix: String) throws(JournalError) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        do {
            var span = bytes.mutableSpan
            try journal.fileSystem.fillRandom(&span)
        } catch {
            throw .io(error, file: journal.path)
        }
        return "\(prefix)_\(Hex.encode(bytes))"
    }
}
