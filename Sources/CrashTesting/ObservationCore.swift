internal import FileSystemSeam

/// The inner loop of an exploration: what is decided, what was observed, and what follows from it. A struct of its own,
/// so that one check of exclusive access covers a whole observation or walk.
struct ObservationCore {
    struct Decision {
        var option: Int32
        var count: Int32
    }

    enum Misstep {
        case versions(Int, Int)
        case probes(Int64, Int64)
    }

    /// How versions are tried at a point.
    enum Mode: Hashable {
        case exhaustive
        /// At most two decisions differ from "the newest" or from "the oldest".
        case deviations(fromNewest: Bool)
        case sampled
    }

    var survivors: Survivors
    var table: ObservationTable
    var decisions: [Decision] = []
    var position = 0
    var hash = StateHash(seed: 0)
    var mode = Mode.exhaustive
    var depth = 1
    /// Whether the survivors are given in full: nothing is chosen, nothing remembered.
    var isFixed = false
    /// Why the recovery, or this exploration, does not repeat itself.
    var misstep: Misstep?
    private var random: UInt64

    init(_ layer: Layer, budgetBytes: Int, seed: UInt64) {
        survivors = Survivors(layer)
        table = ObservationTable(budgetBytes: budgetBytes)
        random = seed
    }

    mutating func observe(_ cell: Int, base: Int64) -> Int64 {
        let value = value(of: cell, base: base)
        note(Int64(cell), value)
        return value
    }

    /// A cell's value; decides it when several are possible.
    @inline(__always)
    private mutating func value(of cell: Int, base: Int64) -> Int64 {
        if let value = survivors.settledValue(of: cell, base: base) { return value }
        let count = survivors.gatherVersions(of: cell, base: base)
        return survivors.take(count == 1 ? 0 : choose(count))
    }

    mutating func listing(of directory: Int64, cells: [Int], base: [Int64]) -> [Int64] {
        var values: [Int64] = []
        values.reserveCapacity(cells.count)
        var summary: Int64 = 0
        for (index, cell) in cells.enumerated() {
            let value = value(of: cell, base: base[index])
            if value != 0 { summary &+= Self.spread(Int64(cell), value) }
            values.append(value)
        }
        note(Probe.listing | directory, summary)
        return values
    }

    mutating func names(of inode: Int64, cells: [Int], base: [Int64]) -> [Bool] {
        var found: [Bool] = []
        found.reserveCapacity(cells.count)
        var summary: Int64 = 0
        for (index, cell) in cells.enumerated() {
            var names = false
            if survivors.mayHave(cell, inode, base: base[index]) {
                names = value(of: cell, base: base[index]) == inode
            }
            if names { summary &+= Self.spread(Int64(cell), inode) }
            found.append(names)
        }
        note(Probe.names | inode, summary)
        return found
    }

    mutating func observeBoot() { note(Probe.boot, Int64(depth)) }

    private static func spread(_ cell: Int64, _ value: Int64) -> Int64 {
        var hash = StateHash(seed: 7)
        hash.mix(cell, value)
        return Int64(bitPattern: hash.low)
    }

    private mutating func choose(_ count: Int) -> Int {
        if position == decisions.count {
            var option: Int32 = 0
            if mode == .sampled {
                random ^= random << 13
                random ^= random >> 7
                random ^= random << 17
                option = Int32(random >> 33) % Int32(count)
            }
            decisions.append(Decision(option: option, count: Int32(count)))
        }
        let decision = decisions[position]
        position += 1
        if decision.count != Int32(count) { misstep = .versions(Int(decision.count), count) }
        let option = min(Int(decision.option), count - 1)
        return mode == .deviations(fromNewest: false) ? count - 1 - option : option
    }

    @inline(__always)
    private mutating func note(_ code: Int64, _ value: Int64) {
        if isFixed { return }
        let known = table.find(hash)
        if known < 0 {
            table.insert(hash, code)
        } else if known != code {
            // Put into words later: the disk is busy with this very read.
            misstep = .probes(known, code)
        }
        hash.mix(code, value)
    }

    // MARK: - Walking without running

    /// Follows the decision tree from the root of the present point. Returns a leaf, or nil where it is unknown.
    mutating func walk(_ disk: SimDisk) -> Int? {
        while true {
            let code = table.find(hash)
            if code < 0 { return nil }
            let payload = Int(code & Probe.payload)
            switch code & ~Probe.payload {
            case Probe.leaf: return payload
            case Probe.boot: hash.mix(code, Int64(depth))
            case Probe.listing:
                let cells = disk.nameCells(of: Int64(payload))
                _ = listing(of: Int64(payload), cells: cells, base: cells.map(disk.baseValue))
            case Probe.names:
                let cells = disk.mentions(of: Int64(payload))
                _ = names(of: Int64(payload), cells: cells, base: cells.map(disk.baseValue))
            default:
                let value = value(of: payload, base: disk.baseValue(payload))
                hash.mix(code, value)
            }
            if misstep != nil { return nil }
        }
    }

    /// Moves on to the next prefix of decisions; false when all were tried.
    mutating func advance() -> Bool {
        if mode == .sampled {
            decisions.removeAll(keepingCapacity: true)
            return true
        }
        while let last = decisions.popLast() {
            if last.option + 1 >= last.count { continue }
            if mode != .exhaustive, last.option == 0 {
                var deviations = 0
                for decision in decisions where decision.option != 0 { deviations += 1 }
                if deviations >= 2 { continue }
            }
            decisions.append(Decision(option: last.option + 1, count: last.count))
            return true
        }
        return false
    }
}
