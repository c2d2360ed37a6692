/// The index over the last records, in memory: those that no run covers yet.
///
/// It knows what these records alone add up to; what came before is asked of the runs when it is needed, and then
/// remembered. So that opening a journal reads its last records and nothing else.
struct TailIndex: Sendable {
    /// One record.
    struct Record: Sendable {
        var position: RecordPosition
        var content: RecordLine.Content
    }

    /// What some records of one grant, nonce, key or id add up to.
    struct Group: Sendable {
        /// The first and the last of them.
        var first: UInt64
        var latest: UInt64
        /// How many there are.
        var count: UInt64 = 1
        /// The maximum that the latest one which names one gives.
        var maximumUses: UInt32?
        /// What the runs say of the records before; nil until it was asked for.
        var before: Before?
    }

    /// What records of one grant or nonce add up to that a run covers.
    struct Before: Sendable, Hashable {
        var useCount: UInt64 = 0
        var maximumUses: UInt32?
        /// The latest of them; nil for none.
        var latest: UInt64?
    }

    /// The index of the first record here.
    let firstIndex: UInt64
    private(set) var records: [Record] = []
    private(set) var byteCount: Int64 = 0
    private var groups: [IndexKey: Group] = [:]
    /// How many revocations are among the records.
    private(set) var revocationCount = 0

    init(firstIndex: UInt64) { self.firstIndex = firstIndex }

    /// The index of the record that comes next.
    var nextIndex: UInt64 { firstIndex + UInt64(records.count) }

    /// The record at an index that is here.
    func record(at index: UInt64) -> Record { records[Int(index - firstIndex)] }

    func contains(_ index: UInt64) -> Bool { index >= firstIndex && index < nextIndex }

    subscript(key: IndexKey) -> Group? { groups[key] }

    /// Remembers what the runs say of a key.
    mutating func remember(_ before: Before, of key: IndexKey) { groups[key]?.before = before }

    /// Adds the next record.
    mutating func append(_ content: RecordLine.Content, at position: RecordPosition, byteCount: Int) {
        let index = nextIndex
        switch content {
        case .use(let use):
            add(use.grant, index)
            add(use.nonce, index, maximumUses: use.maximumUses)
            add(use.id, index)
            if let key = use.idempotencyKey { add(key, index) }
        case .revocation(let grant):
            add(grant, index)
            revocationCount += 1
        case .checkpoint: break
        }
        records.append(Record(position: position, content: content))
        self.byteCount += Int64(byteCount)
    }

    private mutating func add(_ key: IndexKey, _ index: UInt64, maximumUses: UInt32? = nil) {
        var group = groups[key] ?? Group(first: index, latest: index, count: 0)
        group.latest = index
        group.count += 1
        if let maximumUses { group.maximumUses = maximumUses }
        groups[key] = group
    }

    /// How many uses of a nonce stand here up to and including a record.
    func count(ofNonce key: IndexKey, upTo index: UInt64) -> UInt64 {
        var count: UInt64 = 0
        for (offset, record) in records.enumerated() where firstIndex + UInt64(offset) <= index {
            if case .use(let use) = record.content, use.nonce == key { count += 1 }
        }
        return count
    }
}
