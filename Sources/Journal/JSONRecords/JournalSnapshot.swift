/// A journal as it was read at one time: its records, verified, and what they add up to.
struct JournalSnapshot: Sendable {
    /// The records, in order, without a gap.
    private(set) var records: [StoredRecord]
    /// What they add up to, once somebody asked in advance.
    private var replayed: UseLedger?
    /// What the head file said.
    let head: HeadFile.Content

    init(records: [StoredRecord], head: HeadFile.Content) {
        self.records = records
        self.head = head
    }

    /// What the records add up to.
    ///
    /// - Complexity: O(*n*) each time, O(1) after ``replay()``.
    var ledger: UseLedger {
        if let replayed { return replayed }
        var ledger = UseLedger()
        for record in records { ledger.apply(record) }
        return ledger
    }

    /// Has ``ledger`` at hand from now on.
    mutating func replay() { replayed = ledger }

    /// The last record, as a head names it; nil when there is none.
    var last: JournalHead? { head(at: UInt64(records.count)) }

    /// A record, as a head names it; the last one when there are fewer, nil when there is none.
    func head(at index: UInt64) -> JournalHead? {
        let place = Int(clamping: min(index, UInt64(records.count))) - 1
        guard place >= 0 else { return nil }
        return records[place].head
    }

    /// The index that the next record gets.
    var nextIndex: UInt64 { UInt64(records.count) + 1 }

    /// The record at an index that is known to be there.
    func record(at index: UInt64) -> StoredRecord { records[Int(index - 1)] }

    /// The use at the index of a use.
    func use(at index: UInt64) -> ApprovalUse {
        guard case .use(let use) = record(at: index).record else {
            preconditionFailure("record \(index) is no use, although the ledger counts it as one")
        }
        return use
    }

    /// The records that are published, but perhaps not yet durable: those that the head does not cover, and those
    /// that a writer without syncs made.
    func uncertainRecords(firstUnsynced: UInt64?) -> ArraySlice<StoredRecord> {
        var covered: UInt64 = 0
        if case .head(let head) = head { covered = head.index }
        if let firstUnsynced { covered = min(covered, max(firstUnsynced, 1) - 1) }
        return records.dropFirst(Int(clamping: covered))
    }

    /// Whether a head that was seen before is still part of the chain.
    func holds(_ head: JournalHead) -> Bool {
        head.index <= UInt64(records.count) && records[Int(head.index - 1)].digest == head.digest
    }

    mutating func append(_ record: StoredRecord) {
        records.append(record)
        replayed?.apply(record)
    }

    /// Compares the head with the records: a head that names a record which is not there shows a loss.
    static func missingRecord(shownBy head: HeadFile.Content, _ records: [StoredRecord]) -> JournalError? {
        guard case .head(let head) = head, head.index > 0 else { return nil }
        guard head.index <= UInt64(records.count) else {
            return .missingRecord(
                index: UInt64(records.count) + 1,
                evidence: "\(HeadFile.directoryName)/\(HeadFile.fileName) names record \(head.index)"
            )
        }
        guard records[Int(head.index - 1)].digest == head.digest else {
            return .missingRecord(
                index: head.index,
                evidence: "\(HeadFile.directoryName)/\(HeadFile.fileName) names another record there, with the "
                    + "digest \(head.digest)"
            )
        }
        return nil
    }
}

extension JournalSnapshot: LedgerView {
    func grant(_ grant: String) -> GrantFacts {
        let grant = ledger.grant(grant)
        return GrantFacts(useCount: UInt64(grant.indexes.count), revocationIndex: grant.revocationIndex)
    }

    func nonce(_ nonceDigest: String, of grant: String) -> NonceFacts {
        let nonce = ledger.grant(grant).nonce(nonceDigest)
        return NonceFacts(
            useCount: UInt64(nonce.indexes.count),
            maximumUses: nonce.maximumUses,
            latestIndex: nonce.indexes.last
        )
    }

    func firstUse(ofGrant grant: String, idempotencyKey: String) -> (index: UInt64, use: ApprovalUse)? {
        ledger.grant(grant).idempotencyKeys[ExactText(idempotencyKey)].map { ($0, use(at: $0)) }
    }

    func firstUse(id: String) -> UInt64? { ledger.useIDs[ExactText(id)] }
}
