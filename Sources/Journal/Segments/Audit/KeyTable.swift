/// What is known of keys: a word for each, in 24 bytes a key at a load of at most 7/8.
///
/// A table with open addresses. Keys are compared as a whole, so that two which begin their search at the same place
/// stay apart.
struct KeyTable {
    /// A key above a small number that is its own, and its word. The number is never 0 where there is a key.
    private struct Slot {
        var high: UInt64 = 0
        var rest: UInt64 = 0
        var word: UInt64 = 0
    }

    private static let numberBitCount: UInt64 = 40
    private var slots: [Slot]
    private(set) var count = 0

    /// - Parameter capacity: how many keys there is room for; it grows when there are more.
    init(capacity: Int = 0) {
        slots = [Slot](repeating: Slot(), count: Self.slotCount(for: capacity))
    }

    /// How many keys fit into some bytes.
    static func keyCount(inBytes count: Int) -> Int { max(1, count / MemoryLayout<Slot>.stride * 7 / 8 - 8) }

    private static func slotCount(for capacity: Int) -> Int { (capacity + 1) * 8 / 7 + 8 }

    /// Where a key stands; it is put there with `number` and the word 0 when it does not stand anywhere yet.
    ///
    /// - Parameters:
    ///   - number: from 1, below 2⁴⁰.
    mutating func place(of key: IndexKey, number: UInt64) -> (place: Int, isNew: Bool) {
        let place = search(key)
        if slots[place].rest != 0 { return (place, false) }
        if (count &+ 1) &* 8 > slots.count &* 7 {
            grow()
            return self.place(of: key, number: number)
        }
        slots[place] = Slot(high: key.high, rest: UInt64(key.low) &<< Self.numberBitCount | number)
        count &+= 1
        return (place, true)
    }

    /// Where a key stands; nil when it stands nowhere.
    func place(of key: IndexKey) -> Int? {
        let place = search(key)
        return slots[place].rest == 0 ? nil : place
    }

    /// The place of a key, or the empty one where it belongs.
    private func search(_ key: IndexKey) -> Int {
        var place = Int(UInt64(slots.count).multipliedFullWidth(by: key.high).high)
        while true {
            let slot = slots[place]
            if slot.rest == 0 { return place }
            if slot.high == key.high, slot.rest &>> Self.numberBitCount == UInt64(key.low) { return place }
            place &+= 1
            if place == slots.count { place = 0 }
        }
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(), count: old.count * 3 / 2)
        for slot in old where slot.rest != 0 {
            let key = IndexKey(high: slot.high, low: UInt32(truncatingIfNeeded: slot.rest &>> Self.numberBitCount))
            slots[search(key)] = slot
        }
    }

    /// The number of the key at a place.
    func number(at place: Int) -> UInt64 { slots[place].rest & (1 &<< Self.numberBitCount &- 1) }

    /// The word of the key at a place.
    subscript(place: Int) -> UInt64 {
        get { slots[place].word }
        set { slots[place].word = newValue }
    }

    /// Sets the number of the key at a place; from 1.
    mutating func setNumber(_ number: UInt64, at place: Int) {
        slots[place].rest = slots[place].rest & ~(1 &<< Self.numberBitCount &- 1) | number
    }
}

/// A part of all keys, so that few of them need to be known at a time.
struct KeyPart: Sendable {
    let number: UInt64
    let count: UInt64

    /// All keys.
    static let whole = KeyPart(number: 0, count: 1)

    /// Whether a key belongs to the part.
    @inline(__always)
    func holds(_ key: IndexKey) -> Bool {
        // Not the bits by which keys are spread over a table.
        count == 1 || ((key.high & 0xFFFF_FFFF) &* count) &>> 32 == number
    }
}
