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
    /// In this order: a use that was reserved before with the same idempotency key is returned again, also when its
    /// grant was revoked or is exhausted since (the same request is one with the same grant, nonce digest, actor,
    /// action and subject; other members are not compared, and what they say now is not recorded; any other is a
    /// conflict); a revoked grant, an expired use, an exhausted nonce and an exhausted grant are refused, with nothing
    /// written; then the use is numbered and appended. When this returns, the use is durable.
    ///
    /// - Parameters:
    ///   - use: its `useNumber` is overwritten with the count of the grant's uses plus one.
    ///   - maximumUses: how many uses of this nonce are allowed. When nil, what `use` says; when that is nil too,
    ///     what the latest recorded use of the nonce says; else there is no limit.
    ///   - perGrant: how many uses of the grant are allowed over all nonces; nil for no such limit.
    /// - Throws: `.idempotencyConflict`, `.grantRevoked`, `.expired`, `.usesExhausted`: refused by the rules.
    ///   `.lockBusy`, `.clockRegression`, `.invalidArgument`: nothing was written. `.platform`, `.notAJournal`,
    ///   `.unsupportedFormat`, `.journalMissing`: nothing was touched, since what is there is not what is wanted.
    ///   `.poisoned`: an earlier sync failed; open the journal anew. `.io`, `.outcomeUnknown`: see ``JournalError``.
    ///   The verification failures: the journal cannot be trusted, and nothing is appended to it.
    public func reserve(
        _ use: ApprovalUse,
        maximumUses: UInt32? = nil,
        perGrant: UInt32? = nil
    ) throws(JournalError) -> Reservation {
        try commit(.reservation(of: use, maximumUses: maximumUses, perGrant: perGrant)).reservation
    }
}
