/// A recorded run under a persistence model: its micro-operations, the partial order in which they may persist,
/// and its crash points.
///
/// A micro-operation is a node. What may survive a power loss at a crash point is any set of nodes issued before it
/// that is closed under "comes before" and contains the point's floor, the nodes already durable.
package struct PersistenceOrder: Sendable {
    /// What a node changes, which decides its order and how a report speaks of it.
    package enum NodeKind: UInt8, Sendable { case data, length, attribute, name, garbage }

    package struct Node: Sendable {
        package var event: Int32
        package var kind: NodeKind
        package var inode: Int64
        package var first: Int32
        package var count: Int32
    }

    /// What happened right before a crash point.
    package enum PointKind: UInt8, Sendable { case start, node, sync, acknowledge }

    package struct Point: Sendable {
        package var kind: PointKind
        /// How many nodes had been issued.
        package var nodes: Int
        /// How many acknowledgements had been given.
        package var acknowledged: Int
        /// The event before the point, -1 at the start.
        package var event: Int
        /// Where the point's floor lies in ``PersistenceOrder/floors``.
        package var floor: Int
    }

    /// All that happened to one cell: its versions from the newest to the oldest.
    package struct Chain: Sendable {
        package var start: Int32
        package var count: Int32
        package var birth: Int64
        package var isBorn: Bool
    }

    package var nodes: [Node] = []
    package var effects: [CellEffect] = []
    package var points: [Point] = []
    /// 64-bit words in a set of nodes.
    package var words = 1
    /// For each node, the set of nodes that come before it, with itself; `words` words each.
    package var before: [UInt64] = []
    /// For each node, the set of nodes that come after it, with itself.
    package var after: [UInt64] = []
    package var floors: [UInt64] = []
    package var chains: [Chain] = []
    package var chainNodes: [Int32] = []
    package var chainValues: [Int64] = []
    /// By cell id, the index of its chain, -1 where nothing happened to the cell.
    package var chainOfCell: [Int32] = []

    /// The chain of a cell, or -1.
    @inline(__always)
    package func chain(_ cell: Int) -> Int { cell < chainOfCell.count ? Int(chainOfCell[cell]) : -1 }

    package func isBefore(_ earlier: Int, _ later: Int) -> Bool {
        before[later * words + earlier >> 6] & (1 << UInt64(earlier & 63)) != 0
    }
}
