/// Records that follow each other and are to become a run.
struct IndexChunk {
    let first: UInt64
    /// The digest of the record before the first; 32 bytes, zeros for none.
    let previousDigest: [UInt8]
    /// The digest of the last record, and where its line ends: to be set when all are added.
    var lastDigest: [UInt8] = []
    var end = RecordPosition(segment: 1, offset: 0)
    private(set) var segments = SegmentSum()
    private(set) var revocationCount: UInt64 = 0
    /// The state of each record; counted by ``sum(_:)``.
    private(set) var states: [RecordState] = []
    /// For grants and nonces, in order of records until they are summed up.
    private var latest: [IndexEntry] = []
    /// For keys of which the first record counts.
    private var firsts: [IndexEntry] = []

    init(first: UInt64, after previousDigest: [UInt8]) {
        self.first = first
        self.previousDigest = previousDigest
    }

    var count: UInt64 { UInt64(states.count) }
    var last: UInt64 { first + count - 1 }
    /// At most how many entries its table has.
    var entryCount: UInt64 { UInt64(latest.count + firsts.count) }

    /// Adds the next record.
    mutating func append(_ content: RecordLine.Content, at position: RecordPosition) {
        let index = first + count
        var state = RecordState()
        state.offset = RecordState.offset(position.offset)
        switch content {
        case .use(let use):
            state.kind = .approvalUse
            state.maximumUses = use.maximumUses
            latest.append(IndexEntry(use.grant, index))
            latest.append(IndexEntry(use.nonce, index))
            firsts.append(IndexEntry(use.id, index))
            if let key = use.idempotencyKey { firsts.append(IndexEntry(key, index)) }
        case .revocation(let grant):
            state.kind = .approvalRevocation
            firsts.append(IndexEntry(grant, index))
            revocationCount += 1
        case .checkpoint: break
        }
        if position.segment == index { segments.add(index) }
        states.append(state)
    }

    /// Adds the records that follow.
    mutating func append(_ next: IndexChunk) {
        precondition(next.first == first + count, "records follow each other")
        states += next.states
        latest += next.latest
        firsts += next.firsts
        segments.add(next.segments)
        revocationCount += next.revocationCount
    }

    /// Works out what the records add up to, and brings the entries into order.
    ///
    /// - Parameter before: what the records before the chunk say of a grant or nonce; asked in the order of keys.
    mutating func sum(_ before: (IndexKey) throws(IndexDamage) -> UseTotals) throws(IndexDamage) {
        IndexEntry.sort(&latest)
        var place = 0
        while place < latest.count {
            let key = latest[place].key
            var totals = try before(key)
            while place < latest.count, latest[place].matches(key) {
                count(latest[place].index, key, &totals)
                place += 1
            }
        }
        // Of several entries with one key the last stands for the latest record.
        latest = Self.unique(latest, keepingFirst: false)
        IndexEntry.sort(&firsts)
        firsts = Self.unique(firsts, keepingFirst: true)
    }

    private mutating func count(_ index: UInt64, _ key: IndexKey, _ totals: inout UseTotals) {
        let place = Int(index - first)
        totals.useCount += 1
        if key.isNonce {
            if let maximum = states[place].maximumUses {
                totals.maximumUses = maximum
            } else {
                states[place].maximumUses = totals.maximumUses
            }
            states[place].nonceUseCount = UInt32(clamping: totals.useCount)
            states[place].previousOfNonce = totals.latest ?? 0
        } else {
            states[place].grantUseCount = UInt32(clamping: totals.useCount)
            states[place].previousOfGrant = totals.latest ?? 0
        }
        totals.latest = index
    }

    private static func unique(_ entries: [IndexEntry], keepingFirst: Bool) -> [IndexEntry] {
        var unique: [IndexEntry] = []
        unique.reserveCapacity(entries.count)
        for entry in entries {
            guard let last = unique.last, last.hasSameKey(as: entry) else {
                unique.append(entry)
                continue
            }
            if !keepingFirst { unique[unique.count - 1] = entry }
        }
        return unique
    }

    /// The entries in order, once they are summed up.
    var entries: [IndexEntry] {
        var merged: [IndexEntry] = []
        merged.reserveCapacity(latest.count + firsts.count)
        var other = 0
        for entry in latest {
            while other < firsts.count, firsts[other] < entry {
                merged.append(firsts[other])
                other += 1
            }
            merged.append(entry)
        }
        merged += firsts[other...]
        return merged
    }
}
