/// What an index is asked for: a value of one sort, as 86 bits of a keyed hash.
///
/// The hash is SipHash-2-4 with 128 bits of output, keyed by the journal's identifier: values that meet in 86 bits are
/// not found by chance in a journal of any size, nor by someone who may choose grants but not read the journal.
struct IndexKey: Sendable, Hashable {
    /// The first 64 bits of the hash. Entries of a run are ordered by it.
    let high: UInt64
    /// 24 bits: 22 of the hash; then whether it is a nonce; and in the lowest whether of several records the first one
    /// counts, not the latest.
    let low: UInt32

    /// Whether of several records the first one counts.
    var keepsFirst: Bool { low & 1 == 1 }
    var isNonce: Bool { low & 3 == 2 }
    /// Whether it is a grant as a key of revocations.
    var isRevocation: Bool { low & 3 == 3 }

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

    fileprivate var bits: UInt32 { self == .nonce ? 2 : self == .grant ? 0 : self == .revokedGrant ? 3 : 1 }
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
        return running.key(sort.bits)
    }

    /// For what belongs to a grant. The length of the grant keeps the two apart.
    func key(_ sort: IndexedValue, grant: Span<UInt8>, _ value: Span<UInt8>) -> IndexKey {
        var running = siphash
        running.combine(sort.rawValue)
        running.combine(UInt64(grant.count))
        running.combine(grant)
        running.combine(value)
        return running.key(sort.bits)
    }

    func key(_ sort: IndexedValue, _ value: String) -> IndexKey { key(sort, value.utf8.span) }

    func key(_ sort: IndexedValue, grant: String, _ value: String) -> IndexKey {
        key(sort, grant: grant.utf8.span, value.utf8.span)
    }

    /// A name for the journal that does not tell its identifier: what a run is marked with.
    var mark: UInt64 { key(.grant, "mark").high }

    /// The check of a page: over its place and its contents, so that no page passes for another.
    func check(_ bytes: Span<UInt8>, run: UInt64, page: UInt64) -> UInt64 {
        var running = siphash
        running.combine(run)
        running.combine(page)
        running.combine(bytes)
        return running.finished().first
    }
}

extension SipHash {
    fileprivate func key(_ bits: UInt32) -> IndexKey {
        let (first, second) = finished()
        return IndexKey(high: first, low: UInt32(truncatingIfNeeded: second) & 0xFF_FFFC | bits)
    }
}
