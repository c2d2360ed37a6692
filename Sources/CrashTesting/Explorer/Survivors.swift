internal import FileSystemSeam

/// A ``PersistenceOrder`` laid out for the explorer's inner loop: immutable arrays of its own, because every property
/// of another module's struct is a call that copies.
final class Layer {
    let order: PersistenceOrder
    let words: Int
    let before: [UInt64]
    let after: [UInt64]
    let floors: [UInt64]
    /// By cell id, where its versions begin in ``nodes``, -1 where nothing happened.
    let starts: [Int32]
    /// The versions of all cells, newest first, each cell's ended by -1 (undefined below) or -2 (born with the value).
    let nodes: [Int32]
    let values: [Int64]
    /// The sector cell of each node that changes a sector, else -1.
    let sectors: [Int32]

    /// About how much memory it takes.
    var bytes: Int {
        var bytes =
            8 * (before.count + after.count + order.floors.count + values.count) + 4 * (starts.count + nodes.count)
        bytes += 40 * order.nodes.count + 16 * order.effects.count + 48 * order.points.count
        bytes += 4 * order.chainOfCell.count + 24 * order.chains.count + 12 * order.chainNodes.count
        return bytes + 16 * 32
    }

    init(_ order: PersistenceOrder) {
        self.order = order
        words = order.words
        before = order.before
        after = order.after
        floors = order.floors
        var starts: [Int32] = []
        var nodes: [Int32] = []
        var values: [Int64] = []
        let chains = order.chains
        let chainNodes = order.chainNodes
        let chainValues = order.chainValues
        for index in order.chainOfCell {
            if index < 0 {
                starts.append(-1)
                continue
            }
            starts.append(Int32(nodes.count))
            let chain = chains[Int(index)]
            for position in Int(chain.start)..<Int(chain.start + chain.count) {
                nodes.append(chainNodes[position])
                values.append(chainValues[position])
            }
            nodes.append(chain.isBorn ? -2 : -1)
            values.append(chain.birth)
        }
        self.starts = starts
        self.nodes = nodes
        self.values = values
        var sectors: [Int32] = []
        for node in order.nodes {
            let isSector = node.kind == .data || node.kind == .garbage
            sectors.append(isSector ? order.effects[Int(node.first)].cell : -1)
        }
        self.sectors = sectors
    }

    /// Where a cell's versions begin, or -1.
    @inline(__always)
    func start(_ cell: Int) -> Int { cell < starts.count ? Int(starts[cell]) : -1 }
}

/// What is decided about which micro-operations survived: of the first crash's layer and, when a recovery was
/// crashed too, of its own. A node is in, out, or not yet decided; the in-nodes are closed downwards, the
/// out-nodes upwards, so every undecided node can still go either way.
struct Survivors {
    let first: Layer
    private(set) var second: Layer?
    private(set) var inside: [UInt64]
    private(set) var outside: [UInt64]
    /// The first ``candidateCount`` are those of the cell in question, and likewise below: they keep their places.
    private var candidates: [Candidate] = []
    private var candidateCount = 0
    /// Where each run of ``candidates`` with one value ends; the last run reaches down to what is there in any case.
    private var runEnds: [Int] = []
    private var runCount = 0

    private struct Candidate {
        /// Bit index of the node, -1 for "none of them".
        var bit: Int
        var value: Int64
    }

    init(_ layer: Layer) {
        first = layer
        inside = [UInt64](repeating: 0, count: layer.words)
        outside = inside
    }

    // MARK: - Starting points

    // Explorations come here often: the arrays keep their memory.

    /// Forgets all decisions: at `point` of the first layer, its floor is in and later nodes are out.
    mutating func begin(at point: PersistenceOrder.Point) {
        second = nil
        inside.removeAll(keepingCapacity: true)
        outside.removeAll(keepingCapacity: true)
        add(first, at: point)
    }

    /// Lays the micro-operations of a recovery over the present decisions, and crashes it at one of its points.
    mutating func overlay(_ layer: Layer, at point: PersistenceOrder.Point) {
        second = layer
        inside.removeLast(inside.count - first.words)
        outside.removeLast(outside.count - first.words)
        add(layer, at: point)
    }

    private mutating func add(_ layer: Layer, at point: PersistenceOrder.Point) {
        let words = layer.words
        for word in 0..<words {
            inside.append(layer.floors[point.floor &* words &+ word])
            outside.append(Self.word(word, from: point.nodes))
        }
    }

    /// The nodes from one on.
    static func nodes(from first: Int, words: Int) -> [UInt64] { (0..<words).map { word($0, from: first) } }

    private static func word(_ word: Int, from first: Int) -> UInt64 {
        let before = min(max(0, first &- word &* 64), 64)
        return before == 64 ? 0 : ~0 &<< UInt64(before)
    }

    /// The node that was issued last before a point of the layer that was laid last.
    func lastNode(before point: PersistenceOrder.Point) -> Int {
        (second == nil ? 0 : first.words * 64) + point.nodes - 1
    }

    /// Takes up decisions made before.
    mutating func restore(inside: [UInt64], outside: [UInt64], second: Layer?) {
        self.inside = inside
        self.outside = outside
        self.second = second
    }

    /// What is decided, to be taken up again.
    struct Decisions {
        fileprivate var inside: [UInt64] = []
        fileprivate var outside: [UInt64] = []
        fileprivate var second: Layer?

        /// Holds other decisions instead.
        mutating func hold(_ survivors: borrowing Survivors) {
            Survivors.assign(survivors.inside, to: &inside)
            Survivors.assign(survivors.outside, to: &outside)
            second = survivors.second
        }
    }

    /// Takes up decisions made before.
    mutating func restore(_ decisions: borrowing Decisions) {
        Self.assign(decisions.inside, to: &inside)
        Self.assign(decisions.outside, to: &outside)
        second = decisions.second
    }

    private static func assign(_ other: [UInt64], to words: inout [UInt64]) {
        words.removeAll(keepingCapacity: true)
        for word in other { words.append(word) }
    }

    /// Takes up decisions of the same shape, the words of those that are in before those that are out, without
    /// allocating.
    mutating func copyDecisions(from words: ArraySlice<UInt64>) {
        let count = inside.count
        for word in 0..<count {
            inside[word] = words[words.startIndex + word]
            outside[word] = words[words.startIndex + count + word]
        }
    }

    // MARK: - Deciding

    /// Decides that a node survived, and with it all that comes before it.
    mutating func include(_ bit: Int) {
        let split = first.words * 64
        if bit < split {
            let words = first.words
            for word in 0..<words { inside[word] |= first.before[bit &* words &+ word] }
        } else if let second {
            let words = second.words
            for word in 0..<words { inside[first.words + word] |= second.before[(bit - split) * words + word] }
        }
    }

    /// Decides that a node did not survive, nor anything that comes after it.
    mutating func exclude(_ bit: Int) {
        let split = first.words * 64
        if bit < split {
            let words = first.words
            for word in 0..<words { outside[word] |= first.after[bit &* words &+ word] }
        } else if let second {
            let words = second.words
            for word in 0..<words { outside[first.words + word] |= second.after[(bit - split) * words + word] }
        }
    }

    func isInside(_ bit: Int) -> Bool { inside[bit >> 6] & (1 << UInt64(bit & 63)) != 0 }
    func isOutside(_ bit: Int) -> Bool { outside[bit >> 6] & (1 << UInt64(bit & 63)) != 0 }

    /// Whether a micro-operation, of whatever point, changes a cell.
    func hasVersions(of cell: Int) -> Bool { first.start(cell) >= 0 || (second.map { $0.start(cell) >= 0 } ?? false) }

    /// The value of a cell when only one is possible and that is seen at once.
    @inline(__always)
    func settledValue(of cell: Int, base: Int64) -> Int64? {
        if let second, second.start(cell) >= 0 { return nil }
        var position = first.start(cell)
        if position < 0 { return base }
        while true {
            let node = Int(first.nodes[position])
            if node < 0 { return node == -1 ? base : first.values[position] }
            if !isOutside(node) { return isInside(node) ? first.values[position] : nil }
            position &+= 1
        }
    }

    /// Lists the values a cell may have, newest first, for ``take(_:)``; returns how many.
    ///
    /// Versions with one value that follow each other are one choice where the newer cannot survive without the older:
    /// nobody can tell them apart, and which of them it is stays open for what depends on it elsewhere. So are all of
    /// them, of both layers, where nothing else is below: that a recovery wrote what it found says nothing about what
    /// it found.
    mutating func gatherValues(of cell: Int, base: Int64) -> Int {
        gather(cell, base)
        runCount = 0
        var above = candidateCount &- 1
        let bottom = candidates[above].value
        while above > 0, candidates[above &- 1].value == bottom { above &-= 1 }
        for place in 0..<above {
            let next = candidates[place &+ 1]
            let candidate = candidates[place]
            if next.value == candidate.value, needs(candidate.bit, next.bit) { continue }
            endRun(at: place &+ 1)
        }
        endRun(at: candidateCount)
        return runCount
    }

    /// Whether a version cannot survive without an older one. Of its layer it needs all, but those that a sync failed for.
    @inline(__always)
    private func needs(_ newer: Int, _ older: Int) -> Bool {
        let split = first.words &* 64
        let offset = newer < split ? 0 : split
        guard older >= offset, let layer = newer < split ? first : second else { return false }
        let place = older &- offset
        let word = layer.before[(newer &- offset) &* layer.words &+ place &>> 6]
        return word & (1 &<< UInt64(place & 63)) != 0
    }

    private mutating func endRun(at end: Int) {
        if runCount == runEnds.count { runEnds.append(end) } else { runEnds[runCount] = end }
        runCount &+= 1
    }

    /// Decides for one of the values listed last.
    mutating func take(_ chosen: Int) -> Int64 {
        let start = chosen == 0 ? 0 : runEnds[chosen &- 1]
        for index in 0..<start { exclude(candidates[index].bit) }
        // What is there in any case needs no decision.
        if chosen < runCount &- 1 { include(candidates[runEnds[chosen] &- 1].bit) }
        return candidates[start].value
    }

    /// Whether a cell may still turn out to have `value`.
    mutating func mayHave(_ cell: Int, _ value: Int64, base: Int64) -> Bool {
        gather(cell, base)
        for place in 0..<candidateCount where candidates[place].value == value { return true }
        return false
    }

    /// Whether a micro-operation leaves in its cells what is there without it, whatever is decided later.
    ///
    /// - Parameter base: the value of a cell below all micro-operations.
    mutating func isIdle(_ bit: Int, base: (Int) -> Int64) -> Bool {
        let split = first.words &* 64
        guard let layer = bit < split ? first : second else { return false }
        let node = layer.order.nodes[bit < split ? bit : bit - split]
        for effect in layer.order.effects[Int(node.first)..<Int(node.first + node.count)] {
            let cell = Int(effect.cell)
            if gatherValues(of: cell, base: base(cell)) > 1 || candidates[0].value != effect.value { return false }
        }
        return true
    }

    /// Lists the versions a cell may have, newest first.
    private mutating func gather(_ cell: Int, _ base: Int64) {
        candidateCount = 0
        if let second, gather(second, cell, offset: first.words &* 64) { return }
        if gather(first, cell, offset: 0) { return }
        add(Candidate(bit: -1, value: base))
    }

    @inline(__always)
    private mutating func add(_ candidate: Candidate) {
        if candidateCount == candidates.count {
            candidates.append(candidate)
        } else {
            candidates[candidateCount] = candidate
        }
        candidateCount &+= 1
    }

    /// Adds one layer's versions; true when the bottom of the cell was reached.
    @inline(__always)
    private mutating func gather(_ layer: Layer, _ cell: Int, offset: Int) -> Bool {
        var position = layer.start(cell)
        if position < 0 { return false }
        while true {
            let node = Int(layer.nodes[position])
            if node < 0 {
                if node == -1 { return false }
                add(Candidate(bit: -1, value: layer.values[position]))
                return true
            }
            let bit = offset &+ node
            if !isOutside(bit) {
                add(Candidate(bit: bit, value: layer.values[position]))
                if isInside(bit) { return true }
            }
            position &+= 1
        }
    }

    /// Whether more than `maximum` different sectors may hold one thing or another.
    ///
    /// - Parameter base: the value of a cell below all micro-operations.
    mutating func hasUndecidedSectors(moreThan maximum: Int, base: (Int) -> Int64) -> Bool {
        let offset = first.words * 64
        let above = second.map { undecidedSectorNodes(of: $0, offset) } ?? 0
        if undecidedSectorNodes(of: first, 0) + above <= maximum { return false }
        var cells: Set<Int32> = []
        func gather(_ layer: Layer, _ offset: Int) {
            for (id, cell) in layer.sectors.enumerated() where cell >= 0 && isUndecided(offset + id) {
                cells.insert(cell)
            }
        }
        gather(first, 0)
        if let second { gather(second, offset) }
        var count = 0
        for cell in cells where gatherValues(of: Int(cell), base: base(Int(cell))) > 1 { count += 1 }
        return count > maximum
    }

    private func isUndecided(_ bit: Int) -> Bool { !isInside(bit) && !isOutside(bit) }

    private func undecidedSectorNodes(of layer: Layer, _ offset: Int) -> Int {
        var count = 0
        for (id, cell) in layer.sectors.enumerated() where cell >= 0 && isUndecided(offset &+ id) { count += 1 }
        return count
    }
}
