internal import FileSystemSeam

extension JSONRecordsJournal {
    func facts(in directory: any Directory, grant: String, nonceDigest: String) throws(JournalError) -> UseFacts {
        let (storage, snapshot) = try durableSnapshot(of: directory)
        try checkIndexes(storage, snapshot, grant: grant, nonceDigest: nonceDigest)
        return snapshot.ledger.facts(grant: grant, nonceDigest: nonceDigest)
    }

    func latestUse(
        in directory: any Directory,
        grant: String,
        nonceDigest: String
    ) throws(JournalError) -> RecordedUse? {
        let (storage, snapshot) = try durableSnapshot(of: directory)
        try checkIndexes(storage, snapshot, grant: grant, nonceDigest: nonceDigest)
        guard let index = snapshot.ledger.grant(grant).nonce(nonceDigest).indexes.last else { return nil }
        return recorded(index, in: snapshot)
    }

    func use(in directory: any Directory, id: String) throws(JournalError) -> RecordedUse? {
        let snapshot = try durableSnapshot(of: directory).snapshot
        guard let index = snapshot.ledger.useIDs[ExactText(id)] else { return nil }
        return recorded(index, in: snapshot)
    }

    private func recorded(_ index: UInt64, in snapshot: JournalSnapshot) -> RecordedUse {
        let use = snapshot.use(at: index)
        let ledger = snapshot.ledger
        let grant = ledger.grant(use.grantID)
        return RecordedUse(
            record: snapshot.record(at: index),
            nonceUseNumber: UInt64(grant.nonce(use.nonceDigest).indexes.prefix { $0 <= index }.count),
            facts: ledger.facts(grant: use.grantID, nonceDigest: use.nonceDigest)
        )
    }

    func forEachUse(
        in directory: any Directory,
        ofGrant grant: String,
        _ body: (StoredRecord) throws(JournalError) -> Bool
    ) throws(JournalError) {
        let (storage, snapshot) = try durableSnapshot(of: directory)
        try checkIndexes(storage, snapshot, grant: grant, nonceDigest: nil)
        for index in snapshot.ledger.grant(grant).indexes {
            guard try body(snapshot.record(at: index)) else { return }
        }
    }

    func forEachRecord(
        in directory: any Directory,
        from index: UInt64,
        _ body: (StoredRecord) throws(JournalError) -> Bool
    ) throws(JournalError) {
        for record in try durableSnapshot(of: directory).snapshot.records.dropFirst(Int(clamping: index - 1)) {
            guard try body(record) else { return }
        }
    }

    func head(in directory: any Directory) throws(JournalError) -> JournalHead? {
        try durableSnapshot(of: directory).snapshot.last
    }

    /// A snapshot of which every record is durable.
    ///
    /// Records beyond the head are published, but whoever published them may not have synced the directory yet;
    /// some may never have been meant to be synced. Syncing is no change, so a reader does it before it reports
    /// them.
    ///
    /// - Throws: `.poisoned` when that has failed before in this handle.
    private func durableSnapshot(
        of directory: any Directory
    ) throws(JournalError) -> (storage: JSONRecordsStorage, snapshot: JournalSnapshot) {
        let storage = JSONRecordsStorage(directory: directory)
        let snapshot = try snapshot(of: storage)
        if place.isDurable {
            let unsynced = try storage.firstUnsynced()
            let uncertain = snapshot.uncertainRecords(firstUnsynced: unsynced)
            if !uncertain.isEmpty {
                try place.readerSyncs.run(path: path) { () throws(JournalError) in
                    try storage.sync(unsynced == nil ? [] : uncertain)
                }
            }
        }
        return (storage, snapshot)
    }

    /// Refuses to answer about a grant or nonce whose index names a record that is not there.
    private func checkIndexes(
        _ storage: JSONRecordsStorage,
        _ snapshot: JournalSnapshot,
        grant: String,
        nonceDigest: String?
    ) throws(JournalError) {
        // An append publishes its record before it writes the index: what is listed later than the records may
        // name a newer one, which then is there.
        let expected = ExpectedIndexes(snapshot.records)
        let audit = try storage.auditIndexes(grant: grant, nonceDigest: nonceDigest, expected) {
            $0 < snapshot.nextIndex
        }
        guard let (index, file) = audit.missing.first else { return }
        let entries = try storage.recordEntries()
        let isNewer = entries.contains {
            if case .record(index, _) = $0.entry { true } else { false }
        }
        if !isNewer { throw .missingRecord(index: index, evidence: "\(file) names it") }
    }
}
