/// The index over the last records, in memory: those that no run covers yet.
///
/// It knows what these records alone add up to; what came before is asked of the runs when it is needed, and then
/// remembered. So that opening a journal reads its last records and nothing else.
///
/// It holds a bounded number of records. When there are more, because the runs were lost and nobody may write, it only
/// counts them, and keeps what it was asked to look out for.
struct TailIndex: Sendable {
    /// One record.
    struct Record: Sendable {
        var position: RecordPosition
        var content: RecordLine.Content
        /// The length of its line, with the line feed.
        var byteCount: Int

        /// Where its line ends, in its own segment.
        var end: RecordPosition {
            RecordPosition(segment: position.segment, offset: position.offset + Int64(byteCount))
        }
    }

    /// What some records of one grant, nonce, key or id add up to.
    struct Group: Sendable {
        /// The first and the last of them.
        var first: UInt64
        var latest: UInt64
        /// How many there are.
        var count: UInt64 = 0
        /// The maximum that the latest one which names one gives.
        var maximumUses: UInt32?
        /// What the runs say of the records before; nil until it was asked for.
        var before: UseTotals?

        /// None yet, before the one at an index.
        init(first index: UInt64, before: UseTotals?) {
            first = index
            latest = index
            self.before = before
        }

        /// Adds the next one.
        mutating func add(_ index: UInt64, _ maximumUses: UInt32?) {
            latest = index
            count += 1
            if let maximumUses { self.maximumUses = maximumUses }
        }
    }

    /// The index of the first record here.
    let firstIndex: UInt64
    /// The index of the record that comes next.
    private(set) var nextIndex: UInt64
    private(set) var records: [Record] = []
    private(set) var byteCount: Int64 = 0
    /// Whether there were more records than it holds.
    private(set) var isOverflowing: Bool
    private var capacity: Int
    /// What it looks out for when there are too many records; nil for everything.
    private let filter: Set<IndexKey>?
    private var groups: [IndexKey: Group] = [:]
    /// What the runs said of keys that no record here has yet.
    private var asked: [IndexKey: UseTotals] = [:]
    private static let askedMaximum = 1024
    /// For how many keys there is room as soon as there is one: most journals that are opened hold some records.
    private static let firstCapacity = 48

    /// An empty tail.
    init(firstIndex: UInt64, capacity: Int) {
        self.firstIndex = firstIndex
        self.capacity = capacity
        nextIndex = firstIndex
        filter = nil
        isOverflowing = false
    }

    /// An empty tail that keeps nothing but what some keys stand for.
    init(firstIndex: UInt64, lookingOutFor keys: Set<IndexKey>) {
        self.firstIndex = firstIndex
        capacity = 0
        nextIndex = firstIndex
        filter = keys
        isOverflowing = true
    }

    /// A tail of which only the number of records is known.
    init(overflowingUpTo nextIndex: UInt64) {
        firstIndex = 1
        capacity = 0
        self.nextIndex = nextIndex
        filter = []
        isOverflowing = true
    }

    /// Whether it has kept what a key stands for.
    func knows(_ key: IndexKey) -> Bool { !isOverflowing || filter?.contains(key) ?? false }

    /// How many records it can still take; nil for any number.
    var remainingCapacity: Int? { capacity == .max ? nil : capacity - records.count }

    /// How many records there are.
    var count: UInt64 { nextIndex - firstIndex }

    /// Whether it holds the record at an index.
    func holds(_ index: UInt64) -> Bool { !isOverflowing && index >= firstIndex && index < nextIndex }

    /// The record at an index that it holds.
    func record(at index: UInt64) -> Record { records[Int(index - firstIndex)] }

    subscript(key: IndexKey) -> Group? { groups[key] }

    /// Adds the next record.
    mutating func append(_ content: RecordLine.Content, at position: RecordPosition, byteCount: Int) {
        let index = nextIndex
        nextIndex += 1
        if !isOverflowing, records.count == capacity { overflow() }
        if isOverflowing, filter?.isEmpty ?? true { return }
        if groups.isEmpty { groups.reserveCapacity(Self.firstCapacity) }
        switch content {
        case .use(let use):
            add(use.grant, index)
            add(use.nonce, index, maximumUses: use.maximumUses)
            add(use.id, index)
            if let key = use.idempotencyKey { add(key, index) }
        case .revocation(let grant): add(grant, index)
        case .checkpoint: break
        }
        if isOverflowing { return }
        records.append(Record(position: position, content: content, byteCount: byteCount))
        self.byteCount += Int64(byteCount)
    }

    /// From now on it holds however many records come: a writer that cannot write an index decides by what it holds.
    mutating func holdEverything() {
        precondition(!isOverflowing, "what was not kept cannot be held")
        capacity = .max
    }

    private mutating func overflow() {
        isOverflowing = true
        records = []
        groups = [:]
        asked = [:]
    }

    private mutating func add(_ key: IndexKey, _ index: UInt64, maximumUses: UInt32? = nil) {
        if let filter, !filter.contains(key) { return }
        let before = asked.isEmpty ? nil : asked.removeValue(forKey: key)
        groups[key, default: Group(first: index, before: before)].add(index, maximumUses)
    }

    /// Remembers what the runs say of a key.
    mutating func remember(_ before: UseTotals, of key: IndexKey) {
        if groups[key] != nil {
            groups[key]?.before = before
        } else {
            if asked.count >= Self.askedMaximum { asked.removeAll(keepingCapacity: true) }
            asked[key] = before
        }
    }

    /// What the runs said of a key, when they were asked.
    func remembered(_ key: IndexKey) -> UseTotals? { groups[key]?.before ?? asked[key] }

    /// How many uses of a nonce it holds up to and including a record.
    func count(ofNonce key: IndexKey, upTo index: UInt64) -> UInt64 {
        var count: UInt64 = 0
        for (offset, record) in records.enumerated() where firstIndex + UInt64(offset) <= index {
            if case .use(let use) = record.content, use.nonce == key { count += 1 }
        }
        return count
    }

    /// The uses of a grant that it holds, in order.
    func uses(ofGrant key: IndexKey) -> [UInt64] {
        var indexes: [UInt64] = []
        for (offset, record) in records.enumerated() {
            if case .use(let use) = record.content, use.grant == key { indexes.append(firstIndex + UInt64(offset)) }
        }
        return indexes
    }

    /// The records from an index on, as a tail of their own.
    func dropping(before index: UInt64) -> TailIndex {
        var rest = TailIndex(firstIndex: max(index, firstIndex), capacity: capacity)
        // As many will come as there were.
        rest.groups.reserveCapacity(groups.count)
        for record in records.dropFirst(Int(clamping: rest.firstIndex - firstIndex)) {
            rest.append(record.content, at: record.position, byteCount: record.byteCount)
        }
        return rest
    }
}
