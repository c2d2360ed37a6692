/// One line of a run's table: a key, and the record it stands for.
///
///     16 bytes, little-endian: the high word of the key; 24 bits of the low one, then 40 bits of record index
struct IndexEntry: Sendable, Hashable {
    let high: UInt64
    /// The key's low bits above the record's index.
    let rest: UInt64

    static let byteCount = 16
    private static let indexBitCount: UInt64 = 40

    init(high: UInt64, rest: UInt64) {
        self.high = high
        self.rest = rest
    }

    init(_ key: IndexKey, _ index: UInt64) {
        high = key.high
        rest = UInt64(key.low) &<< Self.indexBitCount | index
    }

    var index: UInt64 { rest & (1 &<< Self.indexBitCount &- 1) }
    var key: IndexKey { IndexKey(high: high, low: UInt32(truncatingIfNeeded: rest &>> Self.indexBitCount)) }

    /// Whether of several records the first one counts.
    var keepsFirst: Bool { rest &>> Self.indexBitCount & 1 == 1 }

    @inline(__always)
    func hasSameKey(as other: IndexEntry) -> Bool {
        high == other.high && rest &>> Self.indexBitCount == other.rest &>> Self.indexBitCount
    }

    @inline(__always)
    func matches(_ key: IndexKey) -> Bool {
        high == key.high && rest &>> Self.indexBitCount == UInt64(key.low)
    }

    /// Of two entries with one key the one that counts.
    @inline(__always)
    static func winner(_ left: IndexEntry, _ right: IndexEntry) -> IndexEntry {
        (left.index < right.index) == left.keepsFirst ? left : right
    }

    /// By key, then by record.
    @inline(__always)
    static func < (left: IndexEntry, right: IndexEntry) -> Bool {
        left.high != right.high ? left.high < right.high : left.rest < right.rest
    }

    /// The greatest record index that an entry can hold.
    static let indexMaximum: UInt64 = 1 << indexBitCount - 1
}
