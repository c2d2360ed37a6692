/// The seen-set: a hash of observations leads to what a recovery looks at next, or to the leaf it ended in.
/// Because a recovery is a function of what it observed, this is a decision tree that is walked without running it.
///
/// What a run looks at is stored behind what it looked at before, so that a branch is read in the order in which it
/// lies in memory. Only where it begins is found by its hash.
struct ObservationTable {
    private struct Entry {
        var hash: StateHash
        var payload: Int64
    }

    /// In the order in which they were met.
    private var entries: [Entry] = []
    /// The places of those that do not stand behind what leads to them: open addressing by hash, -1 for none.
    private var slots = [Int32](repeating: -1, count: 1 << 10)
    private var slotsInUse = 0
    private let budgetBytes: Int
    /// Bytes of what the payloads lead to, which belong to the same budget.
    var otherBytes = 0 {
        didSet { if bytes > budgetBytes { isFull = true } }
    }
    /// Whether something could not be remembered because the budget was used up.
    private(set) var isFull = false

    private static let entryBytes = MemoryLayout<Entry>.stride
    private static let slotBytes = MemoryLayout<Int32>.stride

    var bytes: Int { entries.capacity * Self.entryBytes + slots.count * Self.slotBytes + otherBytes }

    /// The smallest table is made in any case.
    init(budgetBytes: Int) {
        self.budgetBytes = budgetBytes
        entries.reserveCapacity(1 << 12)
    }

    /// What was stored at a place.
    @inline(__always)
    func payload(at place: Int) -> Int64 { entries[place].payload }

    /// The place of a hash, or -1.
    ///
    /// - Parameter previous: the place of the hash that the last observation made this one of; -1 where that is not
    ///   stored, or there is none.
    @inline(__always)
    func find(_ hash: StateHash, after previous: Int) -> Int {
        if previous >= 0 {
            let next = previous &+ 1
            // What follows was stored later, and there is nothing that was.
            if next == entries.count { return -1 }
            if entries[next].hash == hash { return next }
        }
        return lookUp(hash)
    }

    private func lookUp(_ hash: StateHash) -> Int {
        var slot = Int(truncatingIfNeeded: hash.low) & (slots.count &- 1)
        while slots[slot] >= 0 {
            let place = Int(slots[slot])
            if entries[place].hash == hash { return place }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
        return -1
    }

    /// Stores a payload under a hash that is not there yet.
    ///
    /// - Parameter previous: as in ``find(_:after:)``.
    /// - Returns: its place; -1 where the budget is used up, and it was not stored.
    @inline(__always)
    @discardableResult
    mutating func insert(_ hash: StateHash, _ payload: Int64, after previous: Int) -> Int {
        let place = entries.count
        let isFound = previous >= 0 && previous &+ 1 == place
        if isFull || place == entries.capacity && !growEntries() || !isFound && !hasFreeSlot() { return -1 }
        entries.append(Entry(hash: hash, payload: payload))
        if !isFound {
            Self.enter(hash, Int32(truncatingIfNeeded: place), &slots)
            slotsInUse &+= 1
        }
        return place
    }

    private static func enter(_ hash: StateHash, _ place: Int32, _ slots: inout [Int32]) {
        var slot = Int(truncatingIfNeeded: hash.low) & (slots.count &- 1)
        while slots[slot] >= 0 { slot = (slot &+ 1) & (slots.count &- 1) }
        slots[slot] = place
    }

    // While one of the two grows, what was there and what is made are there.

    private mutating func growEntries() -> Bool {
        let capacity = entries.capacity
        let affordable = max(0, budgetBytes - bytes) / Self.entryBytes
        let wanted = min(capacity * 2, affordable, Int(Int32.max))
        if wanted < capacity + capacity / 8 {
            isFull = true
            return false
        }
        entries.reserveCapacity(wanted)
        return true
    }

    private mutating func hasFreeSlot() -> Bool {
        if slotsInUse * 2 < slots.count { return true }
        if slots.count * 2 * Self.slotBytes <= budgetBytes - bytes {
            var grown = [Int32](repeating: -1, count: slots.count * 2)
            for place in slots where place >= 0 { Self.enter(entries[Int(place)].hash, place, &grown) }
            slots = grown
        } else if slotsInUse * 4 >= slots.count * 3 {
            // Where that was too much it got a bit fuller.
            isFull = true
        }
        return !isFull
    }
}
