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
    /// - Throws: when the journal cannot be read as far as the answer needs: one from a part of it could allow a
    ///   second use.
    public func checkReplay(
        grant: String,
        nonceDigest: String,
        maximumUsesHint: UInt32? = nil
    ) throws(JournalError) -> ReplayCheck {
        guard let facts = try storage.facts(grant: grant, nonceDigest: nonceDigest) else { return .notPerformed }
        return ReplayCheck(nextUseBy: facts, hint: maximumUsesHint)
    }

    /// Finds the latest use of a nonce.
    ///
    /// - Returns: nil when there is none, or no journal.
    public func findUse(
        grant: String,
        nonceDigest: String,
        maximumUsesHint: UInt32? = nil
    ) throws(JournalError) -> FoundUse? {
        guard let found = try storage.latestUse(grant: grant, nonceDigest: nonceDigest) else { return nil }
        return try FoundUse(found, hint: maximumUsesHint)
    }

    /// Finds a use by its id; the first, should a foreign tool have recorded it twice.
    ///
    /// - Returns: nil when there is none, or no journal.
    public func findUse(id: String, maximumUsesHint: UInt32? = nil) throws(JournalError) -> FoundUse? {
        guard let found = try storage.use(id: id) else { return nil }
        return try FoundUse(found, hint: maximumUsesHint)
    }

    /// The uses of a grant, in order. None when there is no journal.
    ///
    /// - Complexity: holds all of them in memory; ``forEachUse(ofGrant:_:)`` does not.
    public func uses(forGrant grant: String) throws(JournalError) -> [StoredRecord] {
        var uses: [StoredRecord] = []
        try forEachUse(ofGrant: grant) { (record) throws(JournalError) in
            uses.append(record)
            return true
        }
        return uses
    }

    /// Calls `body` with the uses of a grant, in order, until it returns false.
    public func forEachUse(
        ofGrant grant: String,
        _ body: (StoredRecord) throws(JournalError) -> Bool
    ) throws(JournalError) {
        try storage.forEachUse(ofGrant: grant, body)
    }

    /// Records of all kinds, in order, from an index on.
    ///
    /// - Parameters:
    ///   - index: the first to return, from 1.
    ///   - limit: how many at most; nil for all.
    /// - Complexity: holds all of them in memory; ``forEachRecord(from:_:)`` does not.
    public func records(from index: UInt64 = 1, limit: Int? = nil) throws(JournalError) -> [StoredRecord] {
        var records: [StoredRecord] = []
        let limit = limit ?? .max
        if limit <= 0 { return [] }
        try forEachRecord(from: index) { (record) throws(JournalError) in
            records.append(record)
            return records.count < limit
        }
        return records
    }

    /// Calls `body` with the records of all kinds from an index on, in order, until it returns false.
    ///
    /// - Parameter index: the first, from 1.
    public func forEachRecord(
        from index: UInt64 = 1,
        _ body: (StoredRecord) throws(JournalError) -> Bool
    ) throws(JournalError) {
        try storage.forEachRecord(from: max(1, index), body)
    }

    /// The last record; nil when there is none, or no journal.
    public func head() throws(JournalError) -> JournalHead? { try storage.head() }
}

extension FoundUse {
    init(_ recorded: RecordedUse, hint: UInt32?) throws(JournalError) {
        let use = try SegmentView.use(recorded.record)
        self.init(
            record: recorded.record,
            use: use,
            nonceUseNumber: UInt32(clamping: recorded.nonceUseNumber),
            replay: ReplayCheck(recorded: use, by: recorded.facts, hint: hint)
        )
    }
}
