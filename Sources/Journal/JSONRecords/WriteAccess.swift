internal import FileSystemSeam

/// The right to write, which only the holder of the lock has.
struct WriteAccess {
    let journal: JSONRecordsJournal
    let storage: JSONRecordsStorage
    private(set) var snapshot: JournalSnapshot
    /// What the indexes should hold, once that was worked out.
    private var indexes: ExpectedIndexes?
    /// Whether an index lacks what it should hold.
    private var areIndexesStale = false

    init(journal: JSONRecordsJournal, storage: JSONRecordsStorage, snapshot: JournalSnapshot) {
        self.journal = journal
        self.storage = storage
        self.snapshot = snapshot
    }

    /// What the indexes should hold.
    private mutating func expectedIndexes() -> ExpectedIndexes {
        if let indexes { return indexes }
        let expected = ExpectedIndexes(snapshot.records)
        indexes = expected
        return expected
    }

    /// Refuses to write after records that an index shows to be missing. Indexes that are not up to date are mended by
    /// ``catchUp()``, behind the records that they name: an index that outlives a record says that it was lost.
    mutating func compareIndexes() throws(JournalError) {
        let expected = expectedIndexes()
        let audit = try storage.auditIndexes(expected) { $0 < snapshot.nextIndex }
        if let (index, file) = audit.missing.min(by: { $0.index < $1.index }) {
            throw .missingRecord(index: index, evidence: "\(file) names it")
        }
        areIndexesStale = audit.stale != nil
    }

    /// Refuses to write a record when the index of its grant or nonce names one that is missing: it may have come
    /// and gone since all indexes were compared.
    private mutating func compareIndexes(of record: JournalRecord) throws(JournalError) {
        let expected = expectedIndexes()
        for place in ExpectedIndexes.places(of: record) {
            let audit = try storage.auditIndex(place.name, in: place.kind, expected) { $0 < snapshot.nextIndex }
            if let (index, file) = audit.missing.first {
                throw .missingRecord(index: index, evidence: "\(file) names it")
            }
        }
    }

    /// Whether `journal.json` says what it should.
    var hasManifest: Bool {
        get throws(JournalError) { try JournalManifest.content(in: storage.directory) == .manifest(.jsonRecords) }
    }

    /// The identifier that another tool may have given the journal.
    private func journalID() throws(JournalError) -> String? { try JournalManifest.journalID(in: storage.directory) }

    /// How many records are made durable before that is noted.
    private static let batchCount = 64

    /// Makes durable what others published, before anything is built on it or said about it, and brings the caches
    /// forward that a crash left behind. A writer without syncs notes instead which records are not known to be
    /// durable.
    ///
    /// That may be every record: a head that a power cut emptied tells nothing. So it is noted on the way how far this
    /// came, and who is killed meanwhile leaves the next one less to do.
    ///
    /// - Complexity: O(*n*) in the records beyond the head; a sync for each, and one for every 64 of them.
    mutating func catchUp() throws(JournalError) {
        let isDurable = journal.place.isDurable
        let unsynced = isDurable ? try storage.firstUnsynced() : nil
        let uncertain = snapshot.uncertainRecords(firstUnsynced: unsynced)
        if isDurable {
            var rest = uncertain
            while !rest.isEmpty {
                let batch = rest.prefix(Self.batchCount)
                try storage.secure(batch)
                rest = rest.dropFirst(batch.count)
                if let last = batch.last, !rest.isEmpty { note(last, isUnsyncedNoted: unsynced != nil) }
            }
        } else if let first = uncertain.first {
            // Somebody else's, who may have been killed before the sync. Once the head names them nothing else tells.
            try storage.noteUnsynced(from: first.index)
        }
        if let last = snapshot.last, !uncertain.isEmpty {
            updateIndexes(uncertain.map(\.record))
            try? storage.writeHead(last)
        }
        if areIndexesStale { try? storage.rebuildIndexes(expectedIndexes()) }
        areIndexesStale = false
        if unsynced != nil { try storage.forgetUnsynced() }
    }

    /// Notes up to which record all are durable: in the head, if it names no later one, and in the note that a writer
    /// without syncs has left. Both are caches: what cannot be written is only done again.
    private func note(_ last: StoredRecord, isUnsyncedNoted: Bool) {
        if isUnsyncedNoted { try? storage.writeUnsynced(from: last.index + 1) }
        if case .head(let head) = snapshot.head, head.index >= last.index { return }
        try? storage.writeHead(last.head)
    }

    /// Decides a request, and records it when it is granted.
    mutating func answer(_ request: JournalRequest) throws(JournalError) -> JournalAnswer {
        switch request {
        case .append(let record, let signer, let seen):
            if let seen, !snapshot.holds(seen) {
                throw .rolledBack(expected: seen, found: snapshot.head(at: seen.index))
            }
            let named = try record.naming(journalID) { snapshot.records.first?.digest ?? "" }
            return .appended(try append(named, signedBy: signer))
        case .reserve(var use, let perGrant):
            snapshot.replay()
            let rules = ReservationRules(clock: journal.fileSystem.wallClock())
            switch try rules.decide(use, perGrant: perGrant, on: &snapshot) {
            case .existing(let reservation): return .reserved(reservation)
            case .append(let number):
                use.useNumber = number
                return .reserved(Reservation(try append(.use(use)), useNumber: number))
            }
        }
    }

    /// Appends a record: stamped, validated, linked, durable.
    ///
    /// Indexes, head and manifest are written afterwards. When that fails, the record stands nevertheless and is
    /// acknowledged, and the next append brings them forward.
    private mutating func append(
        _ record: JournalRecord,
        signedBy signer: HubSigner? = nil
    ) throws(JournalError) -> StoredRecord {
        let stamp = journal.place.stamp
        try stamp.checkClock(after: snapshot.last)
        let previous = snapshot.last?.digest ?? ""
        let complete = try stamp.completed(record, signedBy: signer, after: previous)
        try RecordValidation.check(complete)
        let sealed = complete.sealed(after: previous)
        let index = snapshot.nextIndex
        try compareIndexes(of: sealed)
        if !journal.place.isDurable { try storage.noteUnsynced(from: index) }
        let bytes = try storage.publish(
            sealed,
            at: index,
            isDurable: journal.place.isDurable
        )
        let stored = StoredRecord(index: index, record: sealed, bytes: bytes)
        snapshot.append(stored)
        indexes?.add(sealed, at: index)
        journal.cache[RecordName(of: sealed, at: index).text] = stored
        updateIndexes([sealed])
        try? storage.writeHead(JournalHead(index: index, digest: stored.digest, updatedAt: sealed.createdAt))
        if (try? hasManifest) != true { try? JournalManifest.jsonRecords.write(to: storage.directory) }
        return stored
    }

    /// Brings forward the index files that concern some records.
    private mutating func updateIndexes(_ records: [JournalRecord]) {
        let expected = expectedIndexes()
        var done: [String: Set<ExactText>] = [:]
        for place in records.flatMap({ ExpectedIndexes.places(of: $0) })
        where done[place.kind, default: []].insert(ExactText(place.name)).inserted {
            try? storage.writeIndex(place.name, in: place.kind, expected.indexes(place.kind, place.name))
        }
    }
}
