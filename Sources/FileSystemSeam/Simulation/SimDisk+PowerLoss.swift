/// What a simulated power loss leaves of the changes that were not yet durable.
public enum PowerLossSurvivors: Sendable, Hashable {
    /// All of them, as after a process kill.
    case everything
    /// None of them.
    case nothing
    /// A set that the model allows, drawn from this seed.
    case drawn(seed: UInt64)
}

extension SimDisk {
    /// The disk as a power loss now would leave it, as one new disk; this one stays as it is. Changes made before
    /// the last ``checkpoint()`` are durable. Processes of the new disk belong to the next boot. Trying all that may be
    /// left is the crash explorer's work.
    public func afterPowerLoss(
        _ model: PersistenceModel = .posixMinimal,
        keeping survivors: PowerLossSurvivors
    ) -> SimDisk {
        enter()
        defer { leave() }
        let order = PersistenceOrder(state.log, under: model, cells: state.cells, sectors: &state.sectors)
        return left(by: order, order.drawn(survivors), births: state.log.births)
    }

    /// The disk as some legal set of survivors of a recorded run leaves it, whatever other runs there were since.
    package func afterPowerLoss(
        of order: PersistenceOrder,
        keeping survivors: [UInt64],
        births: [CellEffect]
    ) -> SimDisk {
        enter()
        defer { leave() }
        return left(by: order, survivors, births: births)
    }

    private func left(by order: PersistenceOrder, _ kept: [UInt64], births: [CellEffect]) -> SimDisk {
        let disk = SimDisk(after: self)
        for birth in births { disk.state.setBase(Int(birth.cell), birth.value) }
        for (id, node) in order.nodes.enumerated() where kept[id >> 6] & (1 << UInt64(id & 63)) != 0 {
            for effect in order.effects[Int(node.first)..<Int(node.first + node.count)] {
                disk.state.setBase(Int(effect.cell), effect.value)
            }
        }
        disk.state.restart(firstInode: state.nextInode, randomWord: state.randomWord, now: state.now)
        disk.state.numbers.keepFree()
        return disk
    }
}

extension PersistenceOrder {
    /// One legal set of survivors at the end of the run.
    func drawn(_ survivors: PowerLossSurvivors) -> [UInt64] {
        let end = points.last?.floor ?? 0
        var inside = Array(floors[end * words..<(end + 1) * words])
        switch survivors {
        case .nothing: return inside
        case .everything:
            for id in nodes.indices { inside[id >> 6] |= 1 << UInt64(id & 63) }
            return inside
        case .drawn(let seed):
            var outside = [UInt64](repeating: 0, count: words)
            var coins = XorShift(seed: seed)
            // Every node is decided by a coin unless an earlier coin has decided it; a random start makes early
            // and late losses equally likely.
            for step in nodes.indices {
                // One for each node, also where it is not needed.
                let coin = coins.next()
                let id = (step + Int(seed % UInt64(nodes.count))) % nodes.count
                let bit = 1 << UInt64(id & 63) as UInt64
                if (inside[id >> 6] | outside[id >> 6]) & bit != 0 { continue }
                let isKept = coin >> 40 & 1 == 0
                for index in 0..<words {
                    if isKept { inside[index] |= before[id * words + index] }
                    if !isKept { outside[index] |= after[id * words + index] }
                }
            }
            return inside
        }
    }
}
