internal import Canonical
internal import FileSystemSeam

/// Whether a use may be reserved: the rules, the same for every layout.
///
/// They are asked in this order: a use with the same idempotency key, revocation, expiry, the limit of the nonce, the
/// limit of the grant, the id.
struct ReservationRules {
    let clock: WallClockTime

    /// What is to be done.
    enum Decision {
        /// Nothing: the use is recorded already.
        case existing(Reservation)
        /// The use is to be appended, with this number.
        case append(useNumber: UInt32)
    }

    /// Decides on a request.
    ///
    /// - Throws: `.idempotencyConflict`, `.grantRevoked`, `.expired`, `.usesExhausted`, `.invalidArgument`: refused.
    func decide(
        _ request: ApprovalUse,
        perGrant: UInt32?,
        on view: inout some LedgerView
    ) throws(JournalError) -> Decision {
        if let existing = try existingUse(for: request, on: &view) { return .existing(existing) }
        let grant = try view.grant(request.grantID)
        if let index = grant.revocationIndex {
            throw .grantRevoked(grant: request.grantID, revocationIndex: index)
        }
        try checkExpiry(of: request)
        let nonce = try view.nonce(request.nonceDigest, of: request.grantID)
        try checkLimit(request.maximumUses ?? nonce.maximumUses, nonce.useCount, request.grantID)
        try checkLimit(perGrant, grant.useCount, request.grantID)
        guard let number = UInt32(exactly: grant.useCount + 1) else {
            throw .usesExhausted(grant: request.grantID, maximum: .max, current: .max)
        }
        if !request.useID.isEmpty, try view.firstUse(id: request.useID) != nil {
            throw .invalidArgument(member: "use_id", reason: "\"\(request.useID)\" is recorded already")
        }
        return .append(useNumber: number)
    }

    /// The use that the request's idempotency key belongs to; nil when it is new.
    private func existingUse(
        for request: ApprovalUse,
        on view: inout some LedgerView
    ) throws(JournalError) -> Reservation? {
        guard let key = request.idempotencyKey,
            let (index, existing) = try view.firstUse(ofGrant: request.grantID, idempotencyKey: key)
        else { return nil }
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
        let remainder = clock.nanosecondsSinceEpoch % 1_000_000_000
        let nanoseconds = UInt32(remainder < 0 ? remainder + 1_000_000_000 : remainder)
        if Timestamp(secondsSinceEpoch: clock.secondsSinceEpoch, nanoseconds: nanoseconds) >= time {
            let now = Timestamp(secondsSinceEpoch: clock.secondsSinceEpoch)
            throw .expired(expiresAt: expiresAt, now: now.description)
        }
    }

    private func checkLimit(_ maximum: UInt32?, _ count: UInt64, _ grant: String) throws(JournalError) {
        guard let maximum, count >= UInt64(maximum) else { return }
        throw .usesExhausted(grant: grant, maximum: maximum, current: UInt32(clamping: count))
    }
}
