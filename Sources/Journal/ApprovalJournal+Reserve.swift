internal import Canonical
internal import FileSystemSeam

/// A use that was reserved.
public struct Reservation: Sendable, Hashable {
    /// The record's place in the journal, from 1.
    public let index: UInt64
    /// The record's digest.
    public let digest: String
    /// The id of the use.
    public let useID: String
    /// Which use of its grant it is, from 1, over all of its nonces.
    public let useNumber: UInt32
    /// Whether it had been reserved before, with the same idempotency key.
    public let isExisting: Bool
}

extension ApprovalJournal {
    /// Consumes one use of a grant, or refuses; all in one critical section.
    ///
    /// In this order: a use that was reserved before with the same idempotency key is returned again; a revoked
    /// grant, an expired use, an exhausted nonce and an exhausted grant are refused, with nothing written; then
    /// the use is numbered and appended. When this returns, the use is durable.
    ///
    /// - Parameters:
    ///   - use: its `useNumber` is overwritten with the count of the grant's uses plus one.
    ///   - maximumUses: how many uses of this nonce are allowed. When nil, what `use` says; when that is nil too,
    ///     what the latest recorded use of the nonce says; else there is no limit.
    ///   - perGrant: how many uses of the grant are allowed over all nonces; nil for no such limit.
    /// - Throws: `.idempotencyConflict`, `.grantRevoked`, `.expired`, `.usesExhausted`: refused by the rules.
    ///   `.lockBusy`, `.clockRegression`, `.invalidArgument`: nothing was written. `.io`: see ``JournalError``.
    ///   The verification failures: the journal cannot be trusted, and nothing is appended to it.
    public func reserve(
        _ use: ApprovalUse,
        maximumUses: UInt32? = nil,
        perGrant: UInt32? = nil
    ) throws(JournalError) -> Reservation {
        var request = use
        if let maximumUses { request.maximumUses = maximumUses }
        // Checked before the lock is taken and before any rule is asked: what cannot be recorded has no answer.
        try RecordValidation.checkRequest(request)
        return try withWriteAccess { [request] (access) throws(JournalError) in
            try access.reserve(request, perGrant: perGrant)
        }
    }
}

extension WriteAccess {
    fileprivate mutating func reserve(_ request: ApprovalUse, perGrant: UInt32?) throws(JournalError) -> Reservation {
        let grant = snapshot.ledger.grant(request.grantID)
        if let existing = try existingUse(for: request, in: grant) { return existing }
        if let index = grant.revocationIndex {
            throw .grantRevoked(grant: request.grantID, revocationIndex: index)
        }
        try checkExpiry(of: request)
        let nonce = grant.nonce(request.nonceDigest)
        try checkLimit(request.maximumUses ?? nonce.maximumUses, nonce.indexes.count, request.grantID)
        try checkLimit(perGrant, grant.indexes.count, request.grantID)
        guard let number = UInt32(exactly: grant.indexes.count + 1) else {
            throw .usesExhausted(grant: request.grantID, maximum: .max, current: .max)
        }
        if !request.useID.isEmpty, snapshot.ledger.useIDs[ExactText(request.useID)] != nil {
            throw .invalidArgument(member: "use_id", reason: "\"\(request.useID)\" is recorded already")
        }
        var numbered = request
        numbered.useNumber = number
        let stored = try append(.use(numbered))
        return Reservation(
            index: stored.index,
            digest: stored.digest,
            useID: stored.record.id,
            useNumber: number,
            isExisting: false
        )
    }

    /// The use that the request's idempotency key belongs to; nil when it is new.
    private func existingUse(
        for request: ApprovalUse,
        in grant: UseLedger.GrantUses
    ) throws(JournalError) -> Reservation? {
        guard let key = request.idempotencyKey, let index = grant.idempotencyKeys[ExactText(key)] else { return nil }
        let existing = snapshot.use(at: index)
        let isSame =
            ExactText.isSame(existing.nonceDigest, request.nonceDigest)
            && ExactText.isSame(existing.actor, request.actor)
            && ExactText.isSame(existing.action, request.action)
            && ExactText.isSame(existing.subject, request.subject)
        guard isSame else {
            throw .idempotencyConflict(grant: request.grantID, key: key, existingUseID: existing.useID)
        }
        return Reservation(
            index: index,
            digest: existing.recordDigest,
            useID: existing.useID,
            useNumber: existing.useNumber,
            isExisting: true
        )
    }

    private func checkExpiry(of request: ApprovalUse) throws(JournalError) {
        guard let expiresAt = request.expiresAt, let time = try? Timestamp(parsing: expiresAt) else { return }
        let clock = journal.fileSystem.wallClock()
        let remainder = clock.nanosecondsSinceEpoch % 1_000_000_000
        let nanoseconds = UInt32(remainder < 0 ? remainder + 1_000_000_000 : remainder)
        if Timestamp(secondsSinceEpoch: clock.secondsSinceEpoch, nanoseconds: nanoseconds) >= time {
            throw .expired(expiresAt: expiresAt, now: now.description)
        }
    }

    private func checkLimit(_ maximum: UInt32?, _ count: Int, _ grant: String) throws(JournalError) {
        guard let maximum, count >= Int(maximum) else { return }
        throw .usesExhausted(grant: grant, maximum: maximum, current: UInt32(clamping: count))
    }
}

extension RecordValidation {
    /// Checks a request as if it were complete: what the journal fills in later stands for itself.
    fileprivate static func checkRequest(_ request: ApprovalUse) throws(JournalError) {
        var complete = request
        if complete.useID.isEmpty { complete.useID = "use_" }
        if complete.createdAt.isEmpty { complete.createdAt = Timestamp(secondsSinceEpoch: 0).description }
        try check(.use(complete))
    }
}
