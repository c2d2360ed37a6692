/// What the records of a journal in segments add up to: the runs of the index, and the tail after them.
struct SegmentLedger: Sendable {
    let maker: IndexKeyMaker
    var tail: TailIndex
    /// The last record; nil when there is none.
    var last: JournalHead?

    init(_ maker: IndexKeyMaker) {
        self.maker = maker
        tail = TailIndex(firstIndex: 1)
    }

    /// The index that the next record gets.
    var nextIndex: UInt64 { tail.nextIndex }

    /// The text of the last record's digest; empty when there is none.
    var lastDigest: [UInt8] { last.map { Array($0.digest.utf8) } ?? [] }

    /// Adds the next record.
    mutating func append(
        _ content: RecordLine.Content,
        at position: RecordPosition,
        byteCount: Int,
        digest: String,
        createdAt: String
    ) {
        last = JournalHead(index: nextIndex, digest: digest, updatedAt: createdAt)
        tail.append(content, at: position, byteCount: byteCount)
    }
}

// MARK: - Questions

extension SegmentLedger {
    /// The uses of a grant or nonce.
    mutating func uses(_ key: IndexKey) throws(JournalError) -> TailIndex.Before {
        guard let group = tail[key] else { return try before(key) }
        let before: TailIndex.Before
        if let known = group.before {
            before = known
        } else {
            before = try self.before(key)
            tail.remember(before, of: key)
        }
        return TailIndex.Before(
            useCount: before.useCount + group.count,
            maximumUses: group.maximumUses ?? before.maximumUses,
            latest: group.latest
        )
    }

    /// The record that a key of which the first one counts stands for.
    func first(_ key: IndexKey) throws(JournalError) -> UInt64? { tail[key]?.first }

    /// What the runs say of a grant or nonce.
    private func before(_ key: IndexKey) throws(JournalError) -> TailIndex.Before { TailIndex.Before() }

    /// Where a record stands.
    func position(of index: UInt64) throws(JournalError) -> RecordPosition { tail.record(at: index).position }

    /// Which use of its nonce a use is.
    mutating func nonceUseNumber(of index: UInt64, nonce: IndexKey) throws(JournalError) -> UInt64 {
        try uses(nonce).useCount - (tail[nonce]?.count ?? 0) + tail.count(ofNonce: nonce, upTo: index)
    }

    /// The facts about a grant.
    mutating func grant(_ grant: String) throws(JournalError) -> GrantFacts {
        GrantFacts(
            useCount: try uses(maker.key(.grant, grant)).useCount,
            revocationIndex: try first(maker.key(.revokedGrant, grant))
        )
    }

    /// The facts about a nonce.
    mutating func nonce(_ nonceDigest: String, of grant: String) throws(JournalError) -> NonceFacts {
        let uses = try uses(maker.key(.nonce, grant: grant, nonceDigest))
        return NonceFacts(useCount: uses.useCount, maximumUses: uses.maximumUses, latestIndex: uses.latest)
    }

    /// What the next use of a nonce is judged by.
    mutating func facts(grant: String, nonceDigest: String) throws(JournalError) -> UseFacts {
        let nonce = try nonce(nonceDigest, of: grant)
        return UseFacts(
            useCount: nonce.useCount,
            maximumUses: nonce.maximumUses,
            revocationIndex: try first(maker.key(.revokedGrant, grant))
        )
    }

    /// The records of the uses of a grant, in order.
    func uses(ofGrant grant: String) throws(JournalError) -> [UInt64] {
        let key = maker.key(.grant, grant)
        var indexes: [UInt64] = []
        for (offset, record) in tail.records.enumerated() {
            if case .use(let use) = record.content, use.grant == key {
                indexes.append(tail.firstIndex + UInt64(offset))
            }
        }
        return indexes
    }

    func firstUse(ofGrant grant: String, idempotencyKey: String) throws(JournalError) -> UInt64? {
        try first(maker.key(.idempotencyKey, grant: grant, idempotencyKey))
    }

    func firstUse(id: String) throws(JournalError) -> UInt64? { try first(maker.key(.useID, id)) }
}
