internal import FileSystemSeam

/// What is decided about which micro-operations survived: of the first crash's layer and, when a recovery was
/// crashed too, of its own. A node is in, out, or not yet decided; the in-nodes are closed downwards, the
/// out-nodes upwards, so every undecided node can still go either way.
struct Survivors {
    private(set) var first: PersistenceOrder
    private(set) var second: PersistenceOrder?
    private(set) var inside: [UInt64]
    private(set) var outside: [UInt64]
    private var candidates: [Candidate] = []

    private struct Candidate {
        /// Bit index of the node, -1 for "none of them".
        var bit: Int
        var value: Int64
    }

    init(_ order: PersistenceOrder) {
        first = order
        inside = [UInt64](repeating: 0, count: order.words)
        outside = inside
    }

    // MARK: - Starting points

    /// Forgets all decisions: at `point` of the first layer, its floor is in and later nodes are out.
    /// With `forcing` the node issued last is in, because states without it belong to the point before.
    mutating func begin(at point: PersistenceOrder.Point, forcing: Bool) {
        second = nil
        let words = first.words
        inside = Array(first.floors[point.floor * words..<(point.floor + 1) * words])
        outside = Self.nodes(from: point.nodes, words: words)
        if forcing { include(point.nodes - 1) }
    }

    /// Lays the micro-operations of a recovery over the present decisions, and crashes it at one of its points.
    mutating func overlay(_ order: PersistenceOrder, at point: PersistenceOrder.Point, forcing: Bool) {
        let words = first.words
        second = order
        inside = Array(inside[0..<words]) + order.floors[point.floor * order.words..<(point.floor + 1) * order.words]
        outside = Array(outside[0..<words]) + Self.nodes(from: point.nodes, words: order.words)
        if forcing { include(words * 64 + point.nodes - 1) }
    }

    /// Takes up decisions made before.
    mutating func restore(inside: [UInt64], outside: [UInt64], second: PersistenceOrder?) {
        self.inside = inside
        self.outside = outside
        self.second = second
    }

    /// Takes up decisions of the same shape without allocating.
    mutating func copyDecisions(inside: [UInt64], outside: [UInt64]) {
        for word in 0..<inside.count {
            self.inside[word] = inside[word]
            self.outside[word] = outside[word]
        }
    }

    static func nodes(from first: Int, words: Int) -> [UInt64] {
        var set = [UInt64](repeating: ~0, count: words)
        for word in 0..<words {
            if (word + 1) * 64 <= first {
                set[word] = 0
            } else if word * 64 < first {
                set[word] = ~0 << UInt64(first - word * 64)
            }
        }
        return set
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

    /// The value of a cell; `choose` is asked for one of n versions, newest first, when more than one is possible.
    @inline(__always)
    mutating func value(of cell: Int, base: Int64, choose: (Int) -> Int) -> Int64 {
        let hasSecond = (second?.chain(cell) ?? -1) >= 0
        if !hasSecond, first.chain(cell) < 0 { return base }
        gather(cell, base)
        if candidates.count == 1 { return candidates[0].value }
        let chosen = choose(candidates.count)
        for index in 0..<chosen { exclude(candidates[index].bit) }
        let candidate = candidates[chosen]
        if candidate.bit >= 0 { include(candidate.bit) }
        return candidate.value
    }

    /// Whether a cell may still turn out to have `value`.
    mutating func mayHave(_ cell: Int, _ value: Int64, base: Int64) -> Bool {
        gather(cell, base)
        for candidate in candidates where candidate.value == value { return true }
        return false
    }

    /// Lists the versions a cell may have, newest first.
    private mutating func gather(_ cell: Int, _ base: Int64) {
        candidates.removeAll(keepingCapacity: true)
        if let second {
            let chain = second.chain(cell)
            if chain >= 0, gather(second, chain, offset: first.words * 64) { return }
        }
        let chain = first.chain(cell)
        if chain >= 0, gather(first, chain, offset: 0) { return }
        candidates.append(Candidate(bit: -1, value: base))
    }

    /// Adds one layer's versions; true when the bottom of the cell was reached.
    private mutating func gather(_ order: PersistenceOrder, _ index: Int, offset: Int) -> Bool {
        let chain = order.chains[index]
        for position in Int(chain.start)..<Int(chain.start + chain.count) {
            let bit = offset + Int(order.chainNodes[position])
            if isOutside(bit) { continue }
            candidates.append(Candidate(bit: bit, value: order.chainValues[position]))
            if isInside(bit) { return true }
        }
        if chain.isBorn {
            candidates.append(Candidate(bit: -1, value: chain.birth))
            return true
        }
        return false
    }

    /// How many different sectors are undecided.
    func undecidedSectors() -> Int {
        var cells: Set<Int32> = []
        func count(_ order: PersistenceOrder, _ offset: Int) {
            for (id, node) in order.nodes.enumerated() where node.kind == .data || node.kind == .garbage {
                if isInside(offset + id) || isOutside(offset + id) { continue }
                cells.insert(order.effects[Int(node.first)].cell)
            }
        }
        count(first, 0)
        if let second { count(second, first.words * 64) }
        return cells.count
    }
}
