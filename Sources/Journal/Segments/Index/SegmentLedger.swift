internal import FileSystemSeam

/// What the records of a journal in segments add up to: the runs of the index, and the tail after them.
///
/// When a run turns out to be damaged, the question that noticed it throws, ``damage`` says so, and nothing is answered
/// from the runs any more: whoever holds the ledger makes the index anew, or reads all records for the answer.
struct SegmentLedger: Sendable {
    let maker: IndexKeyMaker
    private(set) var runs: IndexRuns
    var tail: TailIndex
    /// The last record; nil when there is none.
    var last: JournalHead?

    init(_ maker: IndexKeyMaker, _ runs: IndexRuns = IndexRuns(), tail: TailIndex, last: JournalHead? = nil) {
        self.maker = maker
        self.runs = runs
        self.tail = tail
        self.last = last
    }

    /// The index that the next record gets.
    var nextIndex: UInt64 { tail.nextIndex }

    /// The text of the last record's digest; empty when there is none.
    var lastDigest: [UInt8] { last.map { Array($0.digest.utf8) } ?? [] }

    /// Which file of the index was found damaged.
    var damage: IndexDamage? { runs.damage }

    /// Notes that an answer of the runs was wrong: a record is not what they say it is.
    ///
    /// - Returns: what to throw; see ``damage``.
    mutating func blameRuns() -> JournalError {
        runs.blame()
        return Self.error(IndexDamage(file: IndexRun.directoryName))
    }

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

    /// Takes other runs, which cover no more records than there are.
    mutating func adopt(_ runs: IndexRuns) {
        self.runs = runs
        tail = tail.dropping(before: runs.lastIndex + 1)
    }
}

// MARK: - Questions

extension SegmentLedger {
    /// The uses of a grant or nonce.
    mutating func uses(_ key: IndexKey) throws(JournalError) -> UseTotals {
        let before = try self.before(key)
        try checkKnown(key)
        guard let group = tail[key] else { return before }
        return UseTotals(
            useCount: before.useCount + group.count,
            maximumUses: group.maximumUses ?? before.maximumUses,
            latest: group.latest
        )
    }

    /// The record that a key of which the first one counts stands for.
    mutating func first(_ key: IndexKey) throws(JournalError) -> UInt64? {
        try checkKnown(key)
        do {
            return try runs.first(key) ?? tail[key]?.first
        } catch {
            throw Self.error(error)
        }
    }

    /// A tail that counts its records only has no answer. It must not be taken for "none": that would be a second use.
    private func checkKnown(_ key: IndexKey) throws(JournalError) {
        if !tail.knows(key) { throw Self.error(IndexDamage(file: IndexRun.directoryName)) }
    }

    /// What the runs say of a grant or nonce.
    mutating func before(_ key: IndexKey) throws(JournalError) -> UseTotals {
        if let known = tail.remembered(key) { return known }
        do {
            let before = try runs.totals(key)
            tail.remember(before, of: key)
            return before
        } catch {
            throw Self.error(error)
        }
    }

    /// The state of a record; nil when no run covers it.
    mutating func state(of index: UInt64) throws(JournalError) -> RecordState? {
        do {
            return try runs.state(of: index)
        } catch {
            throw Self.error(error)
        }
    }

    /// Never seen by callers: whoever asked looks at ``damage`` and finds the answer in the records.
    private static func error(_ damage: IndexDamage) -> JournalError {
        .io(FileSystemError(operation: .read, name: damage.file, code: .inputOutput), file: damage.file)
    }

    /// Which use of its nonce a use is.
    mutating func nonceUseNumber(of index: UInt64, nonce: IndexKey) throws(JournalError) -> UInt64 {
        if let state = try state(of: index) { return UInt64(state.nonceUseCount) }
        let before = try before(nonce).useCount
        try checkKnown(nonce)
        // Where all records were read for this answer, they were read as far as the use.
        if tail.isOverflowing { return before + (tail[nonce]?.count ?? 0) }
        return before + tail.count(ofNonce: nonce, upTo: index)
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

    /// The facts about a nonce of a grant that was asked for just before.
    mutating func nonce(_ nonceDigest: String, ofKnown grant: String) throws(JournalError) -> NonceFacts {
        // Where the runs know no use of the grant they know none of its nonces.
        if tail.remembered(maker.key(.grant, grant))?.useCount == 0 {
            tail.remember(UseTotals(), of: maker.key(.nonce, grant: grant, nonceDigest))
        }
        return try nonce(nonceDigest, of: grant)
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

    mutating func firstUse(ofGrant grant: String, idempotencyKey: String) throws(JournalError) -> UInt64? {
        try first(maker.key(.idempotencyKey, grant: grant, idempotencyKey))
    }

    mutating func firstUse(id: String) throws(JournalError) -> UInt64? { try first(maker.key(.useID, id)) }
}
