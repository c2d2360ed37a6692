internal import FileSystemSeam

/// The inner loop of an exploration: what is decided, what was observed, and what follows from it. A struct of its own,
/// so that one check of exclusive access covers a whole observation or walk.
struct ObservationCore {
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
    /// Decisions that will be taken up again, those kept last at the end; the first ``keptCount`` are in use.
    private var kept: [Survivors.Decisions] = []
    private var keptCount = 0
    var table: ObservationTable
    /// What was observed. A run first sees again what a walk foresaw, then it goes on by itself.
    var trail = Trail()
    var mode = Mode.exhaustive
    var depth = 1
    /// Whether the survivors are given in full: nothing is chosen, nothing remembered.
    var isFixed = false
    /// Why the recovery, or this exploration, does not repeat itself.
    private(set) var misstep: Misstep?
    /// The value of each cell below all micro-operations; 0 for the cells that recoveries have added.
    private let baseline: [Int64]
    private var random: XorShift

    init(_ layer: Layer, baseline: [Int64], budgetBytes: Int, random: XorShift) {
        survivors = Survivors(layer)
        table = ObservationTable(budgetBytes: budgetBytes)
        self.baseline = baseline
        self.random = random
    }

    // MARK: - A run

    // A run first sees again what a walk foresaw. Cells among that do not come here; `seen` counts them too.

    /// Ends a run that made `seen` observations.
    mutating func endRun(seen: Int) {
        if seen < trail.steps.count { misstep = misstep ?? .probes(trail.steps[seen].code, Probe.leaf) }
    }

    mutating func observe(_ cell: Int, seen: Int) -> Int64 {
        if seen < trail.steps.count { stray(Int64(cell), seen) }
        let value = value(of: cell)
        if isFixed { return value }
        remember(Int64(cell))
        trail.note(Int64(cell), value)
        return value
    }

    mutating func listing(of directory: Int64, cells: [Int], seen: Int) -> [Int64] {
        foreseen(Probe.listing | directory, seen) ?? observeListing(of: directory, cells: cells)
    }

    mutating func names(of inode: Int64, cells: [Int], seen: Int) -> NamesFound {
        if let list = foreseen(Probe.names | inode, seen) { return .list(list) }
        return observeNames(of: inode, cells: cells)
    }

    mutating func observeBoot(seen: Int) {
        if foreseen(Probe.boot, seen) == nil { noteTogether(Probe.boot, Int64(depth), []) }
    }

    private mutating func foreseen(_ code: Int64, _ seen: Int) -> [Int64]? {
        if seen >= trail.steps.count { return nil }
        let step = trail.steps[seen]
        if step.code == code { return trail.values(of: step) }
        stray(code, seen)
        return nil
    }

    /// The run looks at something else than the same run did before. It goes on somehow; the exploration ends after it.
    private mutating func stray(_ code: Int64, _ seen: Int) {
        misstep = misstep ?? .probes(trail.steps[seen].code, code)
    }

    // MARK: - Observing

    /// A cell's value; decides it when several are possible.
    @inline(__always)
    private mutating func value(of cell: Int) -> Int64 {
        let base = cell < baseline.count ? baseline[cell] : 0
        if let value = survivors.settledValue(of: cell, base: base) { return value }
        let count = survivors.gatherValues(of: cell, base: base)
        return survivors.take(count == 1 ? 0 : choose(count))
    }

    private mutating func observeListing(of directory: Int64, cells: [Int]) -> [Int64] {
        var values: [Int64] = []
        values.reserveCapacity(cells.count)
        var summary: Int64 = 0
        for cell in cells {
            let value = value(of: cell)
            if value != 0 { summary &+= Self.spread(Int64(cell), value) }
            values.append(value)
        }
        noteTogether(Probe.listing | directory, summary, values)
        return values
    }

    private mutating func observeNames(of inode: Int64, cells: [Int]) -> NamesFound {
        var summary: Int64 = 0
        if cells.count > NamesFound.bitMaximum {
            let list = cells.map { names($0, inode, &summary) ? inode : 0 }
            noteTogether(Probe.names | inode, summary, list)
            return .list(list)
        }
        var bits: UInt64 = 0
        for (place, cell) in cells.enumerated() where names(cell, inode, &summary) { bits |= 1 &<< UInt64(place) }
        if !isFixed {
            remember(Probe.names | inode)
            trail.note(Probe.names | inode, summary, seen: Int64(bits))
        }
        return .bits(bits)
    }

    /// Whether a cell names an inode. Only that is decided, and added to the hash of all such cells.
    private mutating func names(_ cell: Int, _ inode: Int64, _ summary: inout Int64) -> Bool {
        let base = cell < baseline.count ? baseline[cell] : 0
        if let settled = survivors.settledValue(of: cell, base: base) {
            if settled != inode { return false }
        } else if !survivors.mayHave(cell, inode, base: base) || value(of: cell) != inode {
            return false
        }
        summary &+= Self.spread(Int64(cell), inode)
        return true
    }

    private mutating func noteTogether(_ code: Int64, _ summary: Int64, _ values: [Int64]) {
        if isFixed { return }
        remember(code)
        trail.note(code, summary, together: values)
    }

    private static func spread(_ cell: Int64, _ value: Int64) -> Int64 {
        var hash = StateHash(seed: 7)
        hash.mix(cell, value)
        return Int64(bitPattern: hash.low)
    }

    private mutating func choose(_ count: Int) -> Int {
        let decision: Trail.Decision
        if let met = trail.decision(survivors) {
            decision = met
        } else {
            var option: Int32 = 0
            if mode == .sampled {
                option = Int32(random.next() >> 33) % Int32(count)
            }
            decision = Trail.Decision(option: option, count: Int32(count))
            trail.decide(decision)
        }
        if decision.count != Int32(count) { misstep = misstep ?? .versions(Int(decision.count), count) }
        let option = min(Int(decision.option), count - 1)
        return mode == .deviations(fromNewest: false) ? count - 1 - option : option
    }

    /// Remembers what is looked at after what was observed so far.
    @inline(__always)
    private mutating func remember(_ code: Int64) {
        let found = table.find(trail.hash, after: trail.place)
        if found < 0 {
            trail.place = table.insert(trail.hash, code, after: trail.place)
            return
        }
        trail.place = found
        let known = table.payload(at: found)
        // Put into words later: the disk is busy with this very read.
        if known != code { misstep = misstep ?? .probes(known, code) }
    }

    // MARK: - Crash points

    /// Keeps the present decisions for ``takeUpKept()``.
    mutating func keepDecisions() {
        if keptCount == kept.count { kept.append(Survivors.Decisions()) }
        kept[keptCount].hold(survivors)
        keptCount += 1
    }

    /// Takes up the decisions kept last, which stay kept.
    mutating func takeUpKept() { survivors.restore(kept[keptCount - 1]) }

    /// Takes up the decisions kept last, and keeps them no longer.
    mutating func takeUpAndForgetKept() {
        takeUpKept()
        keptCount -= 1
    }

    /// Whether more than `maximum` different sectors may hold one thing or another.
    mutating func hasUndecidedSectors(moreThan maximum: Int) -> Bool {
        survivors.hasUndecidedSectors(moreThan: maximum) { cell in cell < baseline.count ? baseline[cell] : 0 }
    }

    /// Requires the micro-operation issued last before a point to have survived: without it, all there is belongs to
    /// the point before.
    ///
    /// - Returns: false when nobody can tell it from that, since the micro-operation left everything as it was.
    mutating func requireLastNode(before point: PersistenceOrder.Point) -> Bool {
        let node = survivors.lastNode(before: point)
        let isIdle = survivors.isIdle(node) { cell in cell < baseline.count ? baseline[cell] : 0 }
        survivors.include(node)
        return !isIdle
    }

    // MARK: - Walking without running

    /// Follows the decision tree from where the trail ends. Returns a leaf, or nil where the tree is unknown.
    mutating func walk(_ disk: SimDisk) -> Int? {
        while true {
            let place = table.find(trail.hash, after: trail.place)
            if place < 0 { return nil }
            let code = table.payload(at: place)
            let payload = Int(code & Probe.payload)
            switch code & ~Probe.payload {
            case Probe.leaf: return payload
            case Probe.boot:
                trail.place = place
                trail.note(code, Int64(depth), together: [])
            case Probe.listing: _ = observeListing(of: Int64(payload), cells: disk.nameCells(of: Int64(payload)))
            case Probe.names: _ = observeNames(of: Int64(payload), cells: disk.mentions(of: Int64(payload)))
            default:
                // What was decided at a choice is kept together with where that was come from.
                let value = value(of: payload)
                trail.place = place
                trail.note(code, value)
            }
            if misstep != nil { return nil }
        }
    }

    /// Moves on to the next prefix of decisions, and back to where it leaves the last; false when all were tried.
    mutating func advance() -> Bool {
        if mode == .sampled {
            trail.goBackToFirstChoice(&survivors)
            return true
        }
        while let last = trail.popDecision() {
            if last.option + 1 >= last.count { continue }
            if mode != .exhaustive, last.option == 0 {
                var deviations = 0
                for decision in trail.decisions where decision.option != 0 { deviations += 1 }
                if deviations >= 2 { continue }
            }
            let next = Trail.Decision(option: last.option + 1, count: last.count)
            trail.goBack(deciding: next, &survivors)
            return true
        }
        return false
    }
}
