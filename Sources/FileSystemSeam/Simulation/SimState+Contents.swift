/// Acts on the contents and attributes of files.
extension SimState {
    /// 2 TiB: a cell's key has 32 bits for the number of a sector.
    static let fileSizeMaximum = Int64(SectorPool.size) << 32
    /// Where a write that makes a file longer may leave a length in between: at the ends of a kernel's pages and
    /// blocks.
    static let blockSize: Int64 = 4096

    mutating func read(
        _ inode: Int64,
        into buffer: inout MutableSpan<UInt8>,
        at offset: Int64,
        limit: Int
    ) throws(Refusal) -> Int {
        if buffer.isEmpty { return 0 }
        let size = value(cellID(.size, inode))
        if offset >= size { return 0 }
        let total = Int(min(Int64(min(buffer.count, limit)), size - offset))
        var done = 0
        var cell = -1
        while done < total {
            let position = Int(offset) + done
            let within = position % SectorPool.size
            let count = min(SectorPool.size - within, total - done)
            cell = sectorID(inode, position / SectorPool.size, after: cell)
            let content = Int(value(cell))
            sectors.copy(content, from: within, count: count, into: &buffer, at: done)
            done += count
        }
        return total
    }

    /// Writes `count` bytes; nothing is refused for its content, space or quota is.
    mutating func write(
        _ inode: Int64,
        _ bytes: Span<UInt8>,
        at offset: Int64,
        count: Int,
        fault: SimFault?
    ) throws(Refusal) -> Int {
        if count == 0 { return 0 }
        let sizeCell = cellID(.size, inode)
        let size = value(sizeCell)
        let (end, isBeyond) = offset.addingReportingOverflow(Int64(count))
        if isBeyond { throw Refusal(.invalidArgument) }
        if end > Self.fileSizeMaximum { throw Refusal(.fileTooLarge) }
        try reserve(max(0, end - size))
        log.begin(.write, operations, inode)
        log.events[log.events.count - 1].sizeBefore = size
        if offset > size { clear(inode, behind: size, upTo: Int(offset) / SectorPool.size) }
        var done = 0
        var cell = -1
        while done < count {
            let position = Int(offset) + done
            let within = position % SectorPool.size
            let part = min(SectorPool.size - within, count - done)
            cell = sectorID(inode, position / SectorPool.size, after: cell)
            // What lies behind the end is no content, and before what is written there it is zero.
            let start = Int64(position - within)
            var old = part == SectorPool.size || start >= size ? 0 : Int(value(cell))
            if old != 0, size < offset, start < size { old = sectors.number(clearing: old, from: Int(size - start)) }
            let new = sectors.number(overlaying: old, at: within, with: bytes, from: done, count: part)
            place(new, cell, inode, within..<within + part, first: done == 0, fault: fault)
            done += part
        }
        if end > size {
            // The kernel copies page by page, and counts each one in before it copies the next.
            var length = (max(size, offset) / Self.blockSize + 1) * Self.blockSize
            while length < end {
                log.effect(sizeCell, length)
                length += Self.blockSize
            }
            write(sizeCell, end)
        }
        touch(inode)
        changes &+= 1
        return count
    }

    /// Puts a sector where it belongs, or where a fault says: what processes see is right in either case.
    ///
    /// - Parameter written: the bytes of the sector that come from the write; of the others a fault does not change
    ///   any.
    private mutating func place(
        _ content: Int,
        _ cell: Int,
        _ inode: Int64,
        _ written: Range<Int>,
        first: Bool,
        fault: SimFault?
    ) {
        setLive(cell, Int64(content))
        switch fault {
        case .flippedBit(let bit)? where first:
            log.effect(cell, Int64(sectors.number(flipping: content, bit: bit, within: written)))
        case .misdirectedWrite(let distance)?:
            let (sector, isBeyond) = cells.keys[cell].index.addingReportingOverflow(distance)
            let last = Int(Self.fileSizeMaximum / Int64(SectorPool.size)) - 1
            let target = isBeyond ? (distance < 0 ? 0 : last) : min(max(0, sector), last)
            log.effect(cellID(.sector, inode, target), Int64(content))
        default:
            log.effect(cell, Int64(content))
        }
    }

    /// `truncate` and `allocate`: the length becomes `size`; what lies beyond it is zero from now on.
    mutating func resize(_ inode: Int64, to size: Int64, kind: DiskEvent.Kind) throws(Refusal) {
        if size < 0 { throw Refusal(.invalidArgument) }
        if size > Self.fileSizeMaximum { throw Refusal(.fileTooLarge) }
        let sizeCell = cellID(.size, inode)
        let old = value(sizeCell)
        if kind == .allocate, size <= old { return }
        if size > old, kind == .allocate { try reserve(size - old) }
        log.begin(kind, operations, inode)
        log.events[log.events.count - 1].sizeBefore = old
        if size != old { write(sizeCell, size) }
        if size > old {
            clear(inode, behind: old, upTo: Int((size - 1) / Int64(SectorPool.size)) + 1)
        } else if size < old {
            let end = Int((old - 1) / Int64(SectorPool.size)) + 1
            let first = cutSector(inode, at: size)
            if first < end {
                for cell in sectorsInUse(first..<end, of: inode) { write(cell, 0) }
            }
            quota?.usedBytes -= old - size
        }
        touch(inode)
        changes &+= 1
    }

    /// Makes the sectors from a file's end up to, not including, `end` zeros for a file that grows: data may have
    /// survived a power cut there without the length that covered it.
    private mutating func clear(_ inode: Int64, behind size: Int64, upTo end: Int) {
        if Int(size / Int64(SectorPool.size)) >= end { return }
        let first = cutSector(inode, at: size)
        if first >= end { return }
        for cell in clear(first..<end, of: inode) { write(cell, 0) }
    }

    /// Makes the rest of the sector in which `size` lies zeros; returns the first sector that lies behind it whole.
    private mutating func cutSector(_ inode: Int64, at size: Int64) -> Int {
        let sector = Int(size / Int64(SectorPool.size))
        let within = Int(size % Int64(SectorPool.size))
        if within == 0 { return sector }
        let cell = cellID(.sector, inode, sector)
        let content = value(cell)
        let cut = Int64(sectors.number(clearing: Int(content), from: within))
        if cut != content { write(cell, cut) }
        return sector + 1
    }

    mutating func setPermissions(_ inode: Int64, _ permissions: Permissions) {
        log.begin(.attribute, operations, inode)
        write(cellID(.permissions, inode), Int64(permissions.rawValue))
        changes &+= 1
    }

    mutating func sync(_ inode: Int64, _ kind: DiskEvent.Kind, _ level: SyncLevel, _ outcome: DiskEvent.Outcome) {
        log.begin(kind, operations, inode)
        log.events[log.events.count - 1].level = level
        log.events[log.events.count - 1].outcome = outcome
    }

    package mutating func acknowledge() { log.begin(.acknowledge, operations, 0) }

    /// Sets the modification time, an effect only when the kernel's tick has moved on.
    private mutating func touch(_ inode: Int64) {
        let cell = cellID(.modified, inode)
        if peek(cell) != quantizedNow { write(cell, quantizedNow) }
    }

    private mutating func reserve(_ bytes: Int64) throws(Refusal) {
        guard let account = quota, bytes > 0 else { return }
        if account.usedBytes + bytes > account.limitBytes { throw Refusal(account.code) }
        quota?.usedBytes += bytes
    }
}
