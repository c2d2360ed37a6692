/// How writes and changes of a length are split and ordered.
extension OrderBuilder {
    mutating func write(
        _ index: Int,
        _ event: DiskEvent,
        _ effects: [CellEffect],
        _ sectors: inout SectorPool
    ) {
        var data: [(node: Int, sector: Int)] = []
        // The sectors of one unwritten block, which show together.
        var block: (key: UInt64, effects: [CellEffect]) = (0, [])
        for effect in effects where key(effect).kind == .sector {
            let sector = key(effect).index
            let isNew = Int64(sector) * Int64(SectorPool.size) >= event.sizeBefore
            if model.newSectorsMayHoldGarbage, isNew, touchedSectors.insert(effect.cell).inserted {
                let garbage = sectors.garbage(for: key(effect).word)
                node(index, .garbage, event.inode, [CellEffect(cell: effect.cell, value: Int64(garbage))], after: [])
            }
            let place = unwrittenBlock(event, sector)
            if let place, place.isUnwritten {
                // A misdirected write may hit a sector twice, which one node cannot say.
                let isAnother = place.key != block.key || block.effects.contains { $0.cell == effect.cell }
                if isAnother { show(&block, index, event) }
                block.key = place.key
                block.effects.append(effect)
            } else {
                let first = place.flatMap { firstDataOfBlock[$0.key] }
                data.append((node(index, .data, event.inode, [effect], after: first.map { [$0] } ?? []), sector))
            }
        }
        show(&block, index, event)
        let end = effects.last { key($0).kind == .size }
        for effect in effects where key(effect).kind == .size {
            /// The data from `first` on that this length covers; the whole length covers all, wherever it went astray.
            func covered(_ first: Int64) -> [Int] {
                data.filter {
                    let start = Int64($0.sector) * Int64(SectorPool.size)
                    return start >= first && (start < effect.value || effect == end)
                }.map(\.node)
            }
            var after: [Int] = []
            switch model.lengthRule {
            case .anyTime, .overUnwrittenBlocks: break
            case .afterData: after = covered(0)
            case .afterNewBlocks(let block): after = covered((event.sizeBefore + block - 1) / block * block)
            }
            node(index, .length, event.inode, [effect], after: after)
        }
        attributes(index, event, effects)
    }

    /// The block of a sector, where blocks are allocated unwritten, and whether this write allocates it.
    private func unwrittenBlock(_ event: DiskEvent, _ sector: Int) -> (key: UInt64, isUnwritten: Bool)? {
        guard case .overUnwrittenBlocks(let bytes) = model.lengthRule else { return nil }
        let first = Int64(sector) * Int64(SectorPool.size) / bytes * bytes
        let key = CellKey(.sector, event.inode, Int(first) / SectorPool.size).word
        return (key, first >= event.sizeBefore)
    }

    /// Data written to an unwritten block shows in one step, when the block is marked as written. What is written
    /// to the block later shows sector by sector, but not before.
    private mutating func show(
        _ block: inout (key: UInt64, effects: [CellEffect]),
        _ index: Int,
        _ event: DiskEvent
    ) {
        if block.effects.isEmpty { return }
        firstDataOfBlock[block.key] = node(index, .data, event.inode, block.effects, after: [])
        block.effects = []
    }

    mutating func resize(_ index: Int, _ event: DiskEvent, _ effects: [CellEffect]) {
        let contents = effects.filter { key($0).kind != .modified }
        if model.truncatesAtomically {
            // The rest of the block in which the new end lies is written as zeros, and before the length.
            var zeros: [Int] = []
            let end = cutBlockEnd(event, contents)
            for effect in contents where isSector(effect, below: end) {
                zeros.append(node(index, .data, event.inode, [effect], after: []))
            }
            let others = contents.filter { !isSector($0, below: end) }
            if !others.isEmpty { node(index, .length, event.inode, others, after: zeros) }
        } else {
            for effect in contents {
                node(index, key(effect).kind == .size ? .length : .data, event.inode, [effect], after: [])
            }
        }
        attributes(index, event, effects)
    }

    /// Where the block ends that a truncation cuts; 0 when it cuts none, or makes the file longer.
    private func cutBlockEnd(_ event: DiskEvent, _ effects: [CellEffect]) -> Int64 {
        guard let length = effects.last(where: { key($0).kind == .size })?.value, length < event.sizeBefore else {
            return 0
        }
        return (length + Self.blockByteCount - 1) / Self.blockByteCount * Self.blockByteCount
    }

    private func isSector(_ effect: CellEffect, below end: Int64) -> Bool {
        key(effect).kind == .sector && Int64(key(effect).index) * Int64(SectorPool.size) < end
    }

    private static let blockByteCount: Int64 = 4096

    private mutating func attributes(_ index: Int, _ event: DiskEvent, _ effects: [CellEffect]) {
        for effect in effects where key(effect).kind == .modified {
            node(index, .attribute, event.inode, [effect], after: [])
        }
    }
}
