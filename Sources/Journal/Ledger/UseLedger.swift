/// What the records add up to: who used what how often, and what was revoked.
///
/// It is replayed from the records in order. Every question about uses is answered here, for every layout.
struct UseLedger: Sendable {
    /// The uses of one nonce of one grant.
    struct NonceUses: Sendable {
        /// The records, in order.
        var indexes: [UInt64] = []
        /// The maximum that the latest use which names one gives.
        var maximumUses: UInt32?
    }

    /// Everything about one grant.
    struct GrantUses: Sendable {
        /// The records of its uses, in order.
        var indexes: [UInt64] = []
        /// Its nonces.
        var nonces: [ExactText: NonceUses] = [:]
        /// The record of the use that each idempotency key belongs to.
        var idempotencyKeys: [ExactText: UInt64] = [:]
        /// The record of its first revocation.
        var revocationIndex: UInt64?
    }

    private(set) var grants: [ExactText: GrantUses] = [:]
    private(set) var useIDs: [ExactText: UInt64] = [:]

    /// Adds the next record.
    mutating func apply(_ record: StoredRecord) {
        switch record.record {
        case .use(let use):
            grants[ExactText(use.grantID), default: GrantUses()].add(use, at: record.index)
            let id = ExactText(use.useID)
            if useIDs[id] == nil { useIDs[id] = record.index }
        case .revocation(let revocation):
            let grant = ExactText(revocation.grantID)
            if grants[grant, default: GrantUses()].revocationIndex == nil {
                grants[grant, default: GrantUses()].revocationIndex = record.index
            }
        case .checkpoint:
            break
        }
    }

    /// Everything about a grant; empty for one that no record names.
    func grant(_ id: String) -> GrantUses { grants[ExactText(id)] ?? GrantUses() }

    /// What the next use of a nonce is judged by.
    func facts(grant: String, nonceDigest: String) -> UseFacts {
        let grant = self.grant(grant)
        let nonce = grant.nonce(nonceDigest)
        return UseFacts(
            useCount: UInt64(nonce.indexes.count),
            maximumUses: nonce.maximumUses,
            revocationIndex: grant.revocationIndex
        )
    }
}

extension UseLedger.NonceUses {
    fileprivate mutating func add(_ use: ApprovalUse, at index: UInt64) {
        indexes.append(index)
        if let maximum = use.maximumUses { maximumUses = maximum }
    }
}

extension UseLedger.GrantUses {
    mutating func add(_ use: ApprovalUse, at index: UInt64) {
        indexes.append(index)
        nonces[ExactText(use.nonceDigest), default: UseLedger.NonceUses()].add(use, at: index)
        if let key = use.idempotencyKey, idempotencyKeys[ExactText(key)] == nil {
            idempotencyKeys[ExactText(key)] = index
        }
    }

    /// The uses of one nonce; none for one that no record names.
    func nonce(_ digest: String) -> UseLedger.NonceUses { nonces[ExactText(digest)] ?? UseLedger.NonceUses() }
}
