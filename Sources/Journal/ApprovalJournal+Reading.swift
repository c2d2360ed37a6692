internal import FileSystemSeam

/// A recorded use that was asked for.
public struct FoundUse: Sendable, Hashable {
    /// The record.
    public let record: StoredRecord
    /// What it says.
    public let use: ApprovalUse
    /// Which use of its nonce it is, from 1.
    public let nonceUseNumber: UInt32
    /// Whether it is within its limit.
    public let replay: ReplayCheck
}

extension ApprovalJournal {
    /// Answers whether the next use of a nonce would be allowed. Records nothing: between the answer and a
    /// reservation another process may consume it, so only ``reserve(_:maximumUses:perGrant:)`` decides.
    ///
    /// The maximum is the hint, else what the latest use of the nonce that names one gives, else none. The answer
    /// passes when fewer uses are recorded and the grant is not revoked. Where there is no journal its level is
    /// ``ReplayLevel/notPerformed`` and it does not pass.
    ///
    /// - Throws: when the journal cannot be read whole: an answer from a part of it could allow a second use.
    public func checkReplay(
        grant: String,
        nonceDigest: String,
        maximumUsesHint: UInt32? = nil
    ) throws(JournalError) -> ReplayCheck {
        guard let (storage, snapshot) = try snapshot() else { return .notPerformed }
        try checkIndexes(storage, snapshot, grant: grant, nonceDigest: nonceDigest)
        return ReplayCheck(
            nextUseOf: nonceDigest,
            in: snapshot.ledger.grant(grant),
            hint: maximumUsesHint
        )
    }

    /// Finds the latest use of a nonce.
    ///
    /// - Returns: nil when there is none, or no journal.
    public func findUse(
        grant: String,
        nonceDigest: String,
        maximumUsesHint: UInt32? = nil
    ) throws(JournalError) -> FoundUse? {
        guard let (storage, snapshot) = try durableSnapshot() else { return nil }
        try checkIndexes(storage, snapshot, grant: grant, nonceDigest: nonceDigest)
        guard let index = snapshot.ledger.grant(grant).nonce(nonceDigest).indexes.last else { return nil }
        return found(index, in: snapshot, hint: maximumUsesHint)
    }

    /// Finds a use by its id; the first, should a foreign tool have recorded it twice.
    ///
    /// - Returns: nil when there is none, or no journal.
    public func findUse(id: String, maximumUsesHint: UInt32? = nil) throws(JournalError) -> FoundUse? {
        guard let (_, snapshot) = try durableSnapshot(),
            let index = snapshot.ledger.useIDs[ExactText(id)]
        else { return nil }
        return found(index, in: snapshot, hint: maximumUsesHint)
    }

    private func found(_ index: UInt64, in snapshot: JournalSnapshot, hint: UInt32?) -> FoundUse {
        let use = snapshot.use(at: index)
        let grant = snapshot.ledger.grant(use.grantID)
        let number = grant.nonce(use.nonceDigest).indexes.prefix { $0 <= index }.count
        return FoundUse(
            record: snapshot.record(at: index),
            use: use,
            nonceUseNumber: UInt32(clamping: number),
            replay: ReplayCheck(recorded: use, in: grant, hint: hint)
        )
    }

    /// The uses of a grant, in order. None when there is no journal.
    public func uses(forGrant grant: String) throws(JournalError) -> [StoredRecord] {
        guard let (storage, snapshot) = try durableSnapshot() else { return [] }
        try checkIndexes(storage, snapshot, grant: grant, nonceDigest: nil)
        return snapshot.ledger.grant(grant).indexes.map { snapshot.record(at: $0) }
    }

    /// Records of all kinds, in order, from an index on.
    ///
    /// - Parameters:
    ///   - index: the first to return, from 1.
    ///   - limit: how many at most; nil for all.
    public func records(from index: UInt64 = 1, limit: Int? = nil) throws(JournalError) -> [StoredRecord] {
        guard let (_, snapshot) = try durableSnapshot() else { return [] }
        let rest = snapshot.records.dropFirst(Int(clamping: index == 0 ? 0 : index - 1))
        return Array(rest.prefix(max(0, limit ?? rest.count)))
    }

    /// The last record; nil when there is none, or no journal.
    public func head() throws(JournalError) -> JournalHead? { try durableSnapshot()?.snapshot.last }

    /// A snapshot of which every record is durable.
    ///
    /// Records beyond the head are published, but whoever published them may not have synced the directory yet;
    /// some may never have been meant to be synced. Syncing is no change, so a reader does it before it reports
    /// them.
    private func durableSnapshot() throws(JournalError) -> (storage: JSONRecordsStorage, snapshot: JournalSnapshot)? {
        guard let (storage, snapshot) = try snapshot() else { return nil }
        if options.durability == .durable {
            let unsynced = try storage.firstUnsynced()
            let uncertain = snapshot.uncertainRecords(firstUnsynced: unsynced)
            try storage.sync(unsynced == nil ? [] : uncertain, directoryToo: !uncertain.isEmpty)
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
            if case .record(let name) = $0.entry { name.index == index } else { false }
        }
        if !isNewer { throw .missingRecord(index: index, evidence: "\(file) names it") }
    }
}
