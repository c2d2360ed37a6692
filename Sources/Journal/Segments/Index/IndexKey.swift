/// What an index is asked for: a value of one sort, as 87 bits of a keyed hash, and which record it stands for.
///
/// The hash is SipHash-2-4 with 128 bits of output, keyed by the journal's identifier: values that meet in 87 bits are
/// not found by chance in a journal of any size, nor by someone who may choose grants but not read the journal.
struct IndexKey: Sendable, Hashable {
    /// The first 64 bits of the hash. Entries of a run are ordered by it.
    let high: UInt64
    /// 24 bits: 23 of the hash, and in the lowest whether the first record of several counts, not the latest.
    let low: UInt32

    /// Whether of several records the first one counts.
    var keepsFirst: Bool { low & 1 == 1 }

    init(high: UInt64, low: UInt32) {
        self.high = high
        self.low = low
    }

    func hash(into hasher: inout Hasher) { hasher.combine(high) }

    static func < (left: IndexKey, right: IndexKey) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}

/// The sorts of values an index is asked for.
enum IndexedValue: UInt8 {
    /// A grant's latest use.
    case grant = 0
    /// A nonce's latest use; the value is the grant and the digest.
    case nonce = 1
    /// The first use with an idempotency key; the value is the grant and the key.
    case idempotencyKey = 2
    /// The first use with an id.
    case useID = 3
    /// A grant's first revocation.
    case revokedGrant = 4

    var keepsFirst: Bool { rawValue >= 2 }
}

/// Makes the keys of one journal.
struct IndexKeyMaker: Sendable, Hashable {
    private let siphash: SipHash

    /// - Parameter journalID: what the keys depend on, so that an index of another journal answers nothing.
    init(journalID: String) { siphash = SipHash(derivingKeyFrom: "holdfast segments index " + journalID) }

    func key(_ sort: IndexedValue, _ value: Span<UInt8>) -> IndexKey {
        var running = siphash
        running.combine(sort.rawValue)
        running.combine(value)
        return running.key(keepsFirst: sort.keepsFirst)
    }

    /// For what belongs to a grant. The length of the grant keeps the two apart.
    func key(_ sort: IndexedValue, grant: Span<UInt8>, _ value: Span<UInt8>) -> IndexKey {
        var running = siphash
        running.combine(sort.rawValue)
        running.combine(UInt64(grant.count))
        running.combine(grant)
        running.combine(value)
        return running.key(keepsFirst: sort.keepsFirst)
    }

    func key(_ sort: IndexedValue, _ value: String) -> IndexKey { key(sort, value.utf8.span) }

    func key(_ sort: IndexedValue, grant: String, _ value: String) -> IndexKey {
        key(sort, grant: grant.utf8.span, value.utf8.span)
    }

    /// A name for the journal that does not tell its identifier: what a run is marked with.
    var mark: UInt64 { key(.grant, "mark").high }
}

extension SipHash {
    fileprivate func key(keepsFirst: Bool) -> IndexKey {
        let (first, second) = finished()
        return IndexKey(high: first, low: UInt32(truncatingIfNeeded: second) & 0xFF_FFFE | (keepsFirst ? 1 : 0))
    }
}
