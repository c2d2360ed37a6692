extension PersistenceOrder {
    /// Splits a recorded run into micro-operations and orders them as the model says.
    /// O(nodes² / 64) in time and space.
    package init(_ log: EffectLog, under model: PersistenceModel, cells: CellTable, sectors: inout SectorPool) {
        var builder = OrderBuilder(model: model, cells: cells, log: log)
        builder.split(&sectors)
        self = builder.finished()
    }
}

/// Builds a ``PersistenceOrder`` event by event.
struct OrderBuilder {
    let model: PersistenceModel
    let cells: CellTable
    let log: EffectLog
    var order = PersistenceOrder()
    /// For each node, the nodes right before it; closed at the end.
    var direct: [[Int]] = []
    var floor: Set<Int> = []
    var floors: [Set<Int>] = []
    var abandoned: Set<Int> = []
    var barrier: Set<Int> = []
    /// By cell id, the last node that changes it; -1 for none.
    private var lastOfCell: [Int32]
    var lastNameOfInode: [Int64: Int] = [:]
    var lastName: Int?
    var contentsOfInode: [Int64: [Int]] = [:]
    var attributesOfInode: [Int64: [Int]] = [:]
    var namesOfInode: [Int64: [Int]] = [:]
    var namesInDirectory: [Int64: [Int]] = [:]
    var acknowledged = 0
    var touchedSectors: Set<Int32> = []
    /// By block, keyed like its first sector, the node with which an unwritten block's data begins to show.
    var firstDataOfBlock: [UInt64: Int] = [:]

    init(model: PersistenceModel, cells: CellTable, log: EffectLog) {
        self.model = model
        self.cells = cells
        self.log = log
        lastOfCell = [Int32](repeating: -1, count: cells.count)
    }

    mutating func split(_ sectors: inout SectorPool) {
        point(.start, -1)
        for (index, event) in log.events.enumerated() {
            let effects = Array(log.effects[Int(event.first)..<Int(event.first + event.count)])
            switch event.kind {
            case .create, .link, .unlink: name(index, event, effects)
            case .rename: rename(index, event, effects)
            case .write: write(index, event, effects, &sectors)
            case .truncate, .allocate: resize(index, event, effects)
            case .attribute: node(index, .attribute, event.inode, effects, after: [])
            case .syncFile, .syncDirectory: sync(index, event)
            case .acknowledge:
                acknowledged += 1
                point(.acknowledge, index)
            }
        }
    }

    func key(_ effect: CellEffect) -> CellKey { cells.keys[Int(effect.cell)] }

    private mutating func point(_ kind: PersistenceOrder.PointKind, _ event: Int) {
        floors.append(floor)
        order.points.append(
            PersistenceOrder.Point(
                kind: kind,
                nodes: order.nodes.count,
                acknowledged: acknowledged,
                event: event,
                floor: floors.count - 1
            )
        )
    }

    @discardableResult
    mutating func node(
        _ event: Int,
        _ kind: PersistenceOrder.NodeKind,
        _ inode: Int64,
        _ effects: [CellEffect],
        after: [Int]
    ) -> Int {
        let id = order.nodes.count
        order.nodes.append(
            PersistenceOrder.Node(
                event: Int32(event),
                kind: kind,
                inode: inode,
                first: Int32(order.effects.count),
                count: Int32(effects.count)
            )
        )
        order.effects.append(contentsOf: effects)
        var before = after + barrier
        for effect in effects {
            let last = Int(lastOfCell[Int(effect.cell)])
            if last >= 0, last != id { before.append(last) }
            lastOfCell[Int(effect.cell)] = Int32(id)
        }
        if !abandoned.isEmpty { before.removeAll { abandoned.contains($0) } }
        direct.append(before)
        switch kind {
        case .data, .length, .garbage: contentsOfInode[inode, default: []].append(id)
        case .attribute: attributesOfInode[inode, default: []].append(id)
        case .name:
            namesOfInode[inode, default: []].append(id)
            for effect in effects { namesInDirectory[key(effect).inode, default: []].append(id) }
        }
        point(.node, event)
        return id
    }

    // MARK: - Names

    private mutating func nameNode(
        _ index: Int,
        _ event: DiskEvent,
        _ effects: [CellEffect],
        after extra: [Int] = []
    ) {
        var after = extra
        switch model.nameOrder {
        case .unordered: break
        case .total: if let lastName { after.append(lastName) }
        case .dependencies:
            for inode in [event.inode, event.replaced] + effects.map({ key($0).inode }) {
                if let last = lastNameOfInode[inode] { after.append(last) }
            }
        }
        let id = node(index, .name, event.inode, effects, after: after)
        lastName = id
        lastNameOfInode[event.inode] = id
        if event.replaced != 0 {
            lastNameOfInode[event.replaced] = id
            namesOfInode[event.replaced, default: []].append(id)
        }
    }

    private mutating func name(_ index: Int, _ event: DiskEvent, _ effects: [CellEffect]) {
        nameNode(index, event, effects)
    }

    private mutating func rename(_ index: Int, _ event: DiskEvent, _ effects: [CellEffect]) {
        var after: [Int] = []
        if model.renameOntoWaitsForData, event.replaced != 0 { after = contentsOfInode[event.inode] ?? [] }
        let crosses = key(effects[0]).inode != key(effects[1]).inode
        if model.splitsRenames || (crosses && !model.movesAcrossDirectoriesAtomically) {
            nameNode(index, event, [effects[1]], after: after)
            nameNode(index, event, [effects[0]])
        } else {
            nameNode(index, event, effects, after: after)
        }
    }

    // MARK: - Syncs

    private mutating func sync(_ index: Int, _ event: DiskEvent) {
        var covered: [Int] = []
        // What is covered by a commit that may be made for this sync, and need not be.
        var perhaps: [Int] = []
        let isDirectory = event.kind == .syncDirectory
        let reach: PersistenceModel.Reach
        if isDirectory {
            covered = namesInDirectory[event.inode] ?? []
            reach = model.directorySyncReach
        } else {
            covered = contentsOfInode[event.inode] ?? []
            if event.level != .data { covered += attributesOfInode[event.inode] ?? [] }
            reach = event.level == .full || event.level == .driveOnly ? model.fileSyncReach : .itself
        }
        switch reach {
        case .itself: break
        case .dependencies: covered += namesOfInode[event.inode] ?? []
        case .journal: covered += order.nodes.indices.filter { order.nodes[$0].kind == .name }
        case .ownTransaction:
            let last = lastJournalled(event.inode)
            for id in order.nodes.indices where order.nodes[id].kind == .name {
                if id <= last { covered.append(id) } else { perhaps.append(id) }
            }
        }
        let isDurable: Bool
        switch event.level {
        case .data, .full: isDurable = true
        case .barrier: isDurable = model.barrierIsDurable
        case .driveOnly: isDurable = model.driveOnlyIsDurable
        }
        switch event.outcome {
        case .lied: break
        case .failed: abandoned.formUnion(Set(covered + perhaps).subtracting(floor))
        case .returned:
            let alive = covered.filter { !abandoned.contains($0) }
            if isDurable {
                for id in alive { settle(id) }
            } else if event.level == .barrier {
                barrier.formUnion(alive)
            }
        }
        point(.sync, index)
    }

    /// The last change of an inode that went through the journal: of its name, length or attributes; -1 when there was
    /// none. A sync commits the transaction with that change, or finds it committed; what came after it may be in a
    /// later one.
    private func lastJournalled(_ inode: Int64) -> Int {
        let lengths = (contentsOfInode[inode] ?? []).filter { order.nodes[$0].kind == .length }
        let lists = [lengths, attributesOfInode[inode], namesOfInode[inode]]
        return lists.compactMap { $0?.max() }.max() ?? -1
    }

    private mutating func settle(_ id: Int) {
        var stack = [id]
        while let next = stack.popLast() {
            if floor.insert(next).inserted { stack += direct[next] }
        }
    }

    // MARK: - Closing

    consuming func finished() -> PersistenceOrder {
        let count = order.nodes.count
        let words = max(1, (count + 63) / 64)
        order.words = words
        order.before = [UInt64](repeating: 0, count: count * words)
        order.after = [UInt64](repeating: 0, count: count * words)
        for id in 0..<count {
            order.before[id * words + id >> 6] |= 1 << UInt64(id & 63)
            for earlier in direct[id] {
                for word in 0..<words { order.before[id * words + word] |= order.before[earlier * words + word] }
            }
        }
        for id in 0..<count {
            for earlier in 0...id where order.isBefore(earlier, id) {
                order.after[earlier * words + id >> 6] |= 1 << UInt64(id & 63)
            }
        }
        for floor in floors {
            var set = [UInt64](repeating: 0, count: words)
            for id in floor { set[id >> 6] |= 1 << UInt64(id & 63) }
            order.floors += set
        }
        chain()
        return order
    }

    private mutating func chain() {
        order.chainOfCell = [Int32](repeating: -1, count: cells.count)
        // Each version leads to the one before it.
        var versions: [(node: Int32, value: Int64, before: Int32)] = []
        var newest = order.chainOfCell
        for (id, node) in order.nodes.enumerated() {
            for effect in order.effects[Int(node.first)..<Int(node.first + node.count)] {
                versions.append((Int32(id), effect.value, newest[Int(effect.cell)]))
                newest[Int(effect.cell)] = Int32(versions.count - 1)
            }
        }
        var births = order.chainOfCell
        for (place, birth) in log.births.enumerated() { births[Int(birth.cell)] = Int32(place) }
        for cell in newest.indices where newest[cell] >= 0 || births[cell] >= 0 {
            let start = order.chainNodes.count
            var version = newest[cell]
            while version >= 0 {
                order.chainNodes.append(versions[Int(version)].node)
                order.chainValues.append(versions[Int(version)].value)
                version = versions[Int(version)].before
            }
            order.chainOfCell[cell] = Int32(order.chains.count)
            order.chains.append(
                PersistenceOrder.Chain(
                    start: Int32(start),
                    count: Int32(order.chainNodes.count - start),
                    birth: births[cell] < 0 ? 0 : log.births[Int(births[cell])].value,
                    isBorn: births[cell] >= 0
                )
            )
        }
    }
}
