/// Where a simulated disk finds the cells it has not written since it was started. Without a source every cell
/// has its base value; an explorer is a source that decides a cell when it is first read.
package protocol CellSource: AnyObject {
    /// The value of one cell.
    func value(of cell: Int, base: Int64) -> Int64
    /// The values of all `cells`, the names of one directory, observed together.
    func listing(of directory: Int64, cells: [Int], base: [Int64]) -> [Int64]
    /// For each of `cells`, whether it names `inode`; nothing else about them is observed.
    func names(of inode: Int64, cells: [Int], base: [Int64]) -> [Bool]
    /// Told when a run looks at something that differs from boot to boot.
    func observedBoot()
}

/// A primitive refused: the error number, to be joined with operation and name at the seam.
package struct Refusal: Error {
    package var code: ErrorNumber
    package init(_ code: ErrorNumber) { self.code = code }
}

/// The running state of a simulated disk: what the processes on it see (the page cache), and the log of how it
/// came about. Values live in dense arrays by cell id; starting anew is one counter.
package struct SimState {
    /// The one user of a simulated machine.
    static let ownerID: UInt32 = 1000
    package static let root: Int64 = 1 << 2 | InodeKind.directory.rawValue
    package static let epochStart: Int64 = 1_767_225_600_000_000_000  // 2026-01-01T00:00:00Z
    /// The granularity of file times, as a kernel's timer tick has it.
    package static let timeQuantum: Int64 = 4_000_000

    package var names = NameTable()
    package var cells = CellTable()
    package var sectors = SectorPool()
    package var log = EffectLog()
    package var source: (any CellSource)?
    /// Whether each full permission check is made; a privileged process skips them.
    package var checksPermissions = true
    package var umask: UInt16 = 0o022

    /// The seam operations begun since the start.
    package var operations = 0
    package var now: Int64 = epochStart
    package var ticks: UInt64 = 0
    /// Counts every change of the disk, for watches.
    package var changes: UInt64 = 0
    package var locks: [HeldLock] = []
    package var randomWord: UInt64
    package var quota: QuotaAccount?
    /// The first inode number this run hands out; lower ones are on the base.
    package private(set) var firstInode: Int64 = 2
    package var nextInode: Int64 = 2

    var baseValues: [Int64] = []
    private var liveValues: [Int64] = []
    private var liveEpochs: [UInt32] = []
    private var epoch: UInt32 = 1
    private var inodes: [InodeNotes] = []
    var parents: [Int64: Int64] = [:]
    var removedDirectories: Set<Int64> = []
    /// Where planted symbolic links point.
    var linkTargets: [Int64: String] = [:]

    package init(seed: UInt64) {
        randomWord = seed &* 0x9E37_79B9_7F4A_7C15 ^ 0x1234_5678_9ABC_DEF1
        setBase(cellID(.permissions, Self.root), 0o755)
        setBase(cellID(.modified, Self.root), Self.epochStart)
    }

    // MARK: - Cells

    package mutating func cellID(_ kind: CellKind, _ inode: Int64, _ index: Int = 0) -> Int {
        let id = cells.id(CellKey(kind, inode, index))
        while liveValues.count < cells.count {
            baseValues.append(0)
            liveValues.append(0)
            liveEpochs.append(0)
        }
        return id
    }

    /// What a process sees in a cell now.
    package mutating func value(_ cell: Int) -> Int64 {
        if liveEpochs[cell] == epoch { return liveValues[cell] }
        return load(cell)
    }

    /// What a process would see in a cell, when that is known without reading it; reading may make an explorer
    /// branch, so acts that only overwrite look here.
    func peek(_ cell: Int) -> Int64? {
        if liveEpochs[cell] == epoch { return liveValues[cell] }
        if cells.keys[cell].inode >> 2 >= firstInode { return 0 }
        return source == nil ? baseValues[cell] : nil
    }

    private mutating func load(_ cell: Int) -> Int64 {
        let key = cells.keys[cell]
        var value = baseValues[cell]
        if key.inode >> 2 >= firstInode {
            value = 0
        } else if let source {
            if key.kind == .name, notes(key.inode).listed == epoch {
                value = 0
            } else {
                value = source.value(of: cell, base: value)
            }
        }
        setLive(cell, value)
        return value
    }

    mutating func setLive(_ cell: Int, _ value: Int64) {
        liveValues[cell] = value
        liveEpochs[cell] = epoch
        if value != 0, cells.keys[cell].kind == .name { mention(value, cell) }
    }

    package mutating func setBase(_ cell: Int, _ value: Int64) {
        baseValues[cell] = value
        if value != 0, cells.keys[cell].kind == .name { mention(value, cell) }
    }

    private mutating func mention(_ inode: Int64, _ cell: Int) {
        let serial = Int(inode >> 2)
        while inodes.count <= serial { inodes.append(InodeNotes()) }
        if !inodes[serial].mentions.contains(cell) { inodes[serial].mentions.append(cell) }
    }

    private func notes(_ inode: Int64) -> InodeNotes {
        let serial = Int(inode >> 2)
        return serial < inodes.count ? inodes[serial] : InodeNotes()
    }

    /// Writes a cell: seen at once by every process, and recorded as an effect of the current event.
    mutating func write(_ cell: Int, _ value: Int64) {
        setLive(cell, value)
        log.effect(cell, value)
    }

    /// The names in a directory with what they stand for.
    mutating func listing(_ directory: Int64) -> [(name: Int, inode: Int64)] {
        let known = cells.namesOfDirectory[directory] ?? []
        let serial = Int(directory >> 2)
        while inodes.count <= serial { inodes.append(InodeNotes()) }
        if let source, serial < firstInode, inodes[serial].listed != epoch {
            let found = source.listing(of: directory, cells: known, base: known.map { baseValues[$0] })
            for (cell, value) in zip(known, found) where liveEpochs[cell] != epoch { setLive(cell, value) }
            inodes[serial].listed = epoch
        }
        var entries: [(name: Int, inode: Int64)] = []
        for cell in known {
            let inode = value(cell)
            if inode != 0 { entries.append((cells.keys[cell].index, inode)) }
        }
        return entries
    }

    /// How many names an inode has.
    mutating func linkCount(_ inode: Int64) -> Int {
        if InodeKind(of: inode) == .directory { return removedDirectories.contains(inode) ? 0 : 1 }
        let serial = Int(inode >> 2)
        let known = notes(inode).mentions
        if let source, serial < firstInode, serial < inodes.count, inodes[serial].counted != epoch {
            inodes[serial].counted = epoch
            let found = source.names(of: inode, cells: known, base: known.map { baseValues[$0] })
            for (cell, names) in zip(known, found) where names && liveEpochs[cell] != epoch { setLive(cell, inode) }
        }
        var count = 0
        for cell in known where liveEpochs[cell] == epoch ? liveValues[cell] == inode : named(cell, inode) {
            count += 1
        }
        return count
    }

    /// Without a source an unread cell has its base value; with one, a name that was there has been set live.
    private func named(_ cell: Int, _ inode: Int64) -> Bool { source == nil && baseValues[cell] == inode }

    /// A cell's value on the base, below everything a run or an explorer lays over it.
    package func baseValue(_ cell: Int) -> Int64 { baseValues[cell] }

    /// Every name cell that ever stood for an inode.
    package func mentions(of inode: Int64) -> [Int] { notes(inode).mentions }

    // MARK: - Starting anew

    /// Forgets everything a run did, in O(1) but for the log. Inodes made by the next run begin at `inode`.
    package mutating func restart(firstInode inode: Int64, randomWord word: UInt64, now time: Int64) {
        epoch &+= 1
        log.removeAll()
        if !locks.isEmpty { locks.removeAll() }
        if !removedDirectories.isEmpty { removedDirectories.removeAll() }
        operations = 0
        now = time
        ticks = 0
        firstInode = inode
        nextInode = inode
        randomWord = word
    }

    /// Makes everything that processes see now the base: as if everything had been synced.
    package mutating func checkpoint() {
        for cell in 0..<liveValues.count where liveEpochs[cell] == epoch { baseValues[cell] = liveValues[cell] }
        firstInode = nextInode
        log.removeAll()
    }

    mutating func newInode(_ kind: InodeKind) -> Int64 {
        defer { nextInode += 1 }
        return nextInode << 2 | kind.rawValue
    }

    mutating func random() -> UInt64 {
        randomWord ^= randomWord << 13
        randomWord ^= randomWord >> 7
        randomWord ^= randomWord << 17
        return randomWord &* 0x2545_F491_4F6C_DD1D
    }
}

/// What a run keeps for an inode beside its cells.
private struct InodeNotes: Sendable {
    /// The epoch in which all names of this directory were read.
    var listed: UInt32 = 0
    /// The epoch in which the names of this inode were counted.
    var counted: UInt32 = 0
    /// Every name cell that ever stood for this inode, in any run.
    var mentions: [Int] = []
}

/// One advisory lock held by an open file description.
package struct HeldLock: Sendable {
    package var inode: Int64
    package var mode: LockMode
    package var description: ObjectIdentifier
    package var process: Int32
}

/// What a disk with a limit knows about space.
package struct QuotaAccount: Sendable {
    package var limitBytes: Int64
    package var usedBytes: Int64 = 0
    package var code: ErrorNumber
}
