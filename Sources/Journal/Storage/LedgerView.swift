/// What the records up to now add up to, as far as the rules ask.
protocol LedgerView {
    /// The uses and the revocation of a grant.
    mutating func grant(_ grant: String) throws(JournalError) -> GrantFacts
    /// The uses of one nonce of a grant.
    mutating func nonce(_ nonceDigest: String, of grant: String) throws(JournalError) -> NonceFacts
    /// The use that an idempotency key of a grant belongs to, and its record.
    mutating func firstUse(
        ofGrant grant: String,
        idempotencyKey: String
    ) throws(JournalError) -> (index: UInt64, use: ApprovalUse)?
    /// The first record of a use with an id.
    mutating func firstUse(id: String) throws(JournalError) -> UInt64?
}

/// Everything that matters about one grant.
struct GrantFacts: Sendable, Hashable {
    /// How many uses it has, over all nonces.
    var useCount: UInt64 = 0
    /// The record of its first revocation.
    var revocationIndex: UInt64?
}

/// Everything that matters about one nonce of one grant.
struct NonceFacts: Sendable, Hashable {
    /// How many uses it has.
    var useCount: UInt64 = 0
    /// The maximum that the latest use which names one gives.
    var maximumUses: UInt32?
    /// The record of its latest use.
    var latestIndex: UInt64?
}

extension LedgerView {
    /// What the next use of a nonce is judged by.
    mutating func facts(grant: String, nonceDigest: String) throws(JournalError) -> UseFacts {
        let nonce = try nonce(nonceDigest, of: grant)
        return UseFacts(
            useCount: nonce.useCount,
            maximumUses: nonce.maximumUses,
            revocationIndex: try self.grant(grant).revocationIndex
        )
    }
}
