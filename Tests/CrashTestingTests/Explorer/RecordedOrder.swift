import FileSystemSeam
import Testing

/// What a run made of a disk, to be laid over its base in part.
struct RecordedOrder {
    private let order: PersistenceOrder
    private let births: [CellEffect]

    init(_ disk: SimDisk, _ model: PersistenceModel) {
        order = PersistenceOrder(
            disk.state.log,
            under: model,
            cells: disk.state.cells,
            sectors: &disk.state.sectors
        )
        births = disk.state.log.births
    }

    /// At each crash point, every closed set of nodes that contains the floor.
    func forEachState(_ body: (PersistenceOrder.Point, UInt64) throws -> Void) throws {
        try #require(order.nodes.count < 20, "keep the brute force small")
        for point in order.points {
            for subset in 0..<(1 as UInt64) << UInt64(point.nodes) {
                guard subset & order.floors[point.floor] == order.floors[point.floor] else { continue }
                let isClosed = (0..<point.nodes).allSatisfy { node in
                    subset & 1 << UInt64(node) == 0 || order.before[node] & ~subset == 0
                }
                if isClosed { try body(point, subset) }
            }
        }
    }

    /// Runs `body` on the disk with some nodes, and takes them away again.
    func apply<Result>(_ subset: UInt64, to disk: SimDisk, _ body: () throws -> Result) rethrows -> Result {
        var old: [Int: Int64] = [:]
        func set(_ effect: CellEffect) {
            let cell = Int(effect.cell)
            if old[cell] == nil { old[cell] = disk.state.baseValue(cell) }
            disk.state.setBase(cell, effect.value)
        }
        for birth in births { set(birth) }
        for (id, node) in order.nodes.enumerated() where subset & 1 << UInt64(id) != 0 {
            for effect in order.effects[Int(node.first)..<Int(node.first + node.count)] { set(effect) }
        }
        defer { for (cell, value) in old { disk.state.setBase(cell, value) } }
        return try body()
    }
}
