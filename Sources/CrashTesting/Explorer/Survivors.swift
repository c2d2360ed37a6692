internal import FileSystemSeam

/// A ``PersistenceOrder`` laid out for the explorer's inner loop: immutable arrays of its own, because every property
/// of another module's struct is a call that copies.
final class Layer {
    let order: PersistenceOrder
    let words: Int
    let before: [UInt64]
    let after: [UInt64]
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
    private var candidates: [Candidate] = []

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

    /// Forgets all decisions: at `point` of the first layer, its floor is in and later nodes are out.
    /// With `forcing` the node issued last is in, because states without it belong to the point before.
    mutating func begin(at point: PersistenceOrder.Point, forcing: Bool) {
        second = nil
        let words = first.words
        inside = Array(first.order.floors[point.floor * words..<(point.floor + 1) * words])
        outside = Self.nodes(from: point.nodes, words: words)
        if forcing { include(point.nodes - 1) }
    }

    /// Lays the micro-operations of a recovery over the present decisions, and crashes it at one of its points.
    mutating func overlay(_ layer: Layer, at point: PersistenceOrder.Point, forcing: Bool) {
        let words = first.words
        let above = layer.words
        second = layer
        inside = Array(inside[0..<words]) + layer.order.floors[point.floor * above..<(point.floor + 1) * above]
        outside = Array(outside[0..<words]) + Self.nodes(from: point.nodes, words: above)
        if forcing { include(words * 64 + point.nodes - 1) }
    }

    /// Takes up decisions made before.
    mutating func restore(inside: [UInt64], outside: [UInt64], second: Layer?) {
        self.inside = inside
        self.outside = outside
        self.second = second
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

    /// Lists the versions a cell may have, newest first, for ``take(_:)``; returns how many.
    mutating func gatherVersions(of cell: Int, base: Int64) -> Int {
        gather(cell, base)
        return candidates.count
    }

    /// Decides for one of the versions listed last.
    mutating func take(_ chosen: Int) -> Int64 {
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
        if let second, gather(second, cell, offset: first.words &* 64) { return }
        if gather(first, cell, offset: 0) { return }
        candidates.append(Candidate(bit: -1, value: base))
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
                candidates.append(Candidate(bit: -1, value: layer.values[position]))
                return true
            }
            let bit = offset &+ node
            if !isOutside(bit) {
                candidates.append(Candidate(bit: bit, value: layer.values[position]))
                if isInside(bit) { return true }
            }
            position &+= 1
        }
    }

    /// How many different sectors are undecided.
    func undecidedSectors() -> Int {
        var cells: [Int32] = []
        func gather(_ layer: Layer, _ offset: Int) {
            for (id, cell) in layer.sectors.enumerated() where cell >= 0 {
                if !isInside(offset + id), !isOutside(offset + id) { cells.append(cell) }
            }
        }
        gather(first, 0)
        if let second { gather(second, first.words * 64) }
        return Set(cells).count
    }
}
