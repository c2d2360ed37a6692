internal import FileSystemSeam

/// A 128-bit hash of a sequence of observations. Not cryptographic: an accidental collision among 2³² states has a
/// chance of about 2⁻⁶⁵.
struct StateHash: Hashable {
    var high: UInt64
    var low: UInt64

    /// The hash of nothing, told apart by `seed`.
    init(seed: UInt64) {
        high = seed ^ 0x9E37_79B9_7F4A_7C15
        low = seed &* 0xC2B2_AE3D_27D4_EB4F ^ 0x1656_67B1_9E37_79F9
    }

    /// Appends one observation: what was looked at and what was seen.
    @inline(__always)
    mutating func mix(_ code: Int64, _ value: Int64) {
        let left = (high ^ UInt64(bitPattern: code)).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        let right = (low ^ UInt64(bitPattern: value)).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        high = left.high ^ right.low &+ 0xE703_7ED1_A0B4_28DB
        low = right.high ^ left.low &+ 0x8EBC_6AF0_9C88_C6E3 ^ high
    }
}

/// What a recovery looked at, packed into one integer; the payload of the seen-set.
enum Probe {
    static let listing: Int64 = 1 << 40
    static var names: Int64 { ForeseenStep.names }
    static let boot: Int64 = 3 << 40
    static let leaf: Int64 = 4 << 40
    static let mark: Int64 = 5 << 40
    static let payload: Int64 = (1 << 40) - 1
}

/// The seen-set: a hash of observations leads to what a recovery looks at next, or to the leaf it ended in.
/// Because a recovery is a function of what it observed, this is a decision tree that is walked without running it.
struct ObservationTable {
    private struct Slot {
        var high: UInt64 = 0
        var low: UInt64 = 0
        var payload: Int64 = -1
    }

    private var slots = [Slot](repeating: Slot(), count: 1 << 12)
    private(set) var count = 0
    private let budgetBytes: Int
    /// Bytes of what the payloads lead to, which belong to the same budget.
    var otherBytes = 0
    /// Whether something could not be remembered because the budget was used up.
    private(set) var isFull = false

    var bytes: Int { slots.count * MemoryLayout<Slot>.stride + otherBytes }

    /// The smallest table is made in any case.
    init(budgetBytes: Int) { self.budgetBytes = budgetBytes }

    /// What was stored under a hash, or -1.
    @inline(__always)
    func find(_ hash: StateHash) -> Int64 {
        var index = Int(truncatingIfNeeded: hash.low) & (slots.count &- 1)
        while slots[index].payload >= 0 {
            if slots[index].low == hash.low, slots[index].high == hash.high { return slots[index].payload }
            index = (index &+ 1) & (slots.count &- 1)
        }
        return -1
    }

    /// Stores a payload under a hash that is not there yet, unless the budget is used up; says whether it did.
    @discardableResult
    mutating func insert(_ hash: StateHash, _ payload: Int64) -> Bool {
        if count * 2 >= slots.count, !isFull {
            // While it grows, the old slots and the new ones are there. Where that is too much it gets a bit fuller.
            if slots.count * 3 * MemoryLayout<Slot>.stride + otherBytes <= budgetBytes {
                grow()
            } else if count * 4 >= slots.count * 3 || bytes > budgetBytes {
                isFull = true
            }
        }
        if isFull { return false }
        place(Slot(high: hash.high, low: hash.low, payload: payload))
        count += 1
        return true
    }

    /// What was stored under a hash, or -1; then `payload` is stored, unless the budget is used up.
    @inline(__always)
    mutating func findOrInsert(_ hash: StateHash, _ payload: Int64) -> Int64 {
        var index = Int(truncatingIfNeeded: hash.low) & (slots.count &- 1)
        while slots[index].payload >= 0 {
            if slots[index].low == hash.low, slots[index].high == hash.high { return slots[index].payload }
            index = (index &+ 1) & (slots.count &- 1)
        }
        if count * 2 < slots.count, !isFull {
            slots[index] = Slot(high: hash.high, low: hash.low, payload: payload)
            count += 1
        } else {
            insert(hash, payload)
        }
        return -1
    }

    private mutating func place(_ slot: Slot) {
        var index = Int(truncatingIfNeeded: slot.low) & (slots.count &- 1)
        while slots[index].payload >= 0 { index = (index &+ 1) & (slots.count &- 1) }
        slots[index] = slot
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(), count: old.count * 2)
        for slot in old where slot.payload >= 0 { place(slot) }
    }
}
