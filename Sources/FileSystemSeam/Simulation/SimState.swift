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
    /// The grain of file times on this disk.
    package var fileTimeGrainNanoseconds = timeQuantum

    package var names = NameTable()
    package var cells = CellTable()
    package var sectors = SectorPool()
    package var log = EffectLog()
    package var source: (any CellSource)?
    private var foresight = Foresight()
    /// Whether each full permission check is made; a privileged process skips them.
    package var checksPermissions = true
    package var umask: UInt16 = 0o022

    /// The seam operations begun since the start.
    package var operations = 0
    package var now: Int64 = epochStart
    package var ticks: UInt64 = 0
    /// Counts every change of the disk, for watches.
    package var changes: UInt64 = 0
    package var locks: [SimHeldLock] = []
    /// How many syncs of a file failed.
    var failedSyncs: [Int64: Int] = [:]
    var numbers = InodeNumbers()
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
        makeRoom()
        return id
    }

    /// The cell of a file's sector; found sooner behind that of the sector before.
    mutating func sectorID(_ inode: Int64, _ index: Int, after previous: Int) -> Int {
        let id = cells.id(CellKey(.sector, inode, index), after: previous)
        makeRoom()
        return id
    }

    @inline(__always)
    private mutating func makeRoom() {
        if liveValues.count < cells.count { growValues() }
    }

    private mutating func growValues() {
        while liveValues.count < cells.count {
            baseValues.append(0)
            liveValues.append(0)
            liveEpochs.append(0)
        }
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
        let key = cells.keys[cell]
        if key.inode >> 2 >= firstInode || isCleared(key) { return 0 }
        return source == nil ? baseValues[cell] : nil
    }

    private mutating func load(_ cell: Int) -> Int64 {
        let key = cells.keys[cell]
        let serial = Int(key.inode >> 2)
        var value: Int64 = 0
        if serial >= firstInode || (key.kind == .name && serial < inodes.count && inodes[serial].listed == epoch) {
            // Made by this run, or a name that was not among those listed.
        } else if key.kind == .sector, isCleared(key) {
            // Behind the end that the file had when it grew.
        } else if let known = foresight.value(of: cell) {
            value = known
        } else if let source {
            value = source.value(of: cell, seen: foresight.next())
        } else {
            value = baseValues[cell]
        }
        setLive(cell, value, key)
        return value
    }

    private mutating func setLive(_ cell: Int, _ value: Int64, _ key: CellKey) {
        liveValues[cell] = value
        liveEpochs[cell] = epoch
        if value != 0, key.kind == .name { mention(value, cell) }
    }

    mutating func setLive(_ cell: Int, _ value: Int64) { setLive(cell, value, cells.keys[cell]) }

    package mutating func setBase(_ cell: Int, _ value: Int64) {
        baseValues[cell] = value
        if value != 0, cells.keys[cell].kind == .name { mention(value, cell) }
    }

    /// The serial number of an inode, for which there are notes now.
    private mutating func noted(_ inode: Int64) -> Int {
        let serial = Int(inode >> 2)
        while inodes.count <= serial { inodes.append(InodeNotes()) }
        return serial
    }

    private mutating func mention(_ inode: Int64, _ cell: Int) {
        let serial = noted(inode)
        if !inodes[serial].mentions.contains(cell) { inodes[serial].mentions.append(cell) }
    }

    /// The serial number of an inode, if there are notes.
    private func known(_ inode: Int64) -> Int? {
        let serial = Int(inode >> 2)
        return serial < inodes.count ? serial : nil
    }

    /// The directory that a directory was last found in; nil for one never looked up.
    func parent(of directory: Int64) -> Int64? {
        guard let serial = known(directory), inodes[serial].parent != 0 else { return nil }
        return inodes[serial].parent
    }

    mutating func setParent(_ parent: Int64, of directory: Int64) { inodes[noted(directory)].parent = parent }

    /// Notes that a name in a directory changed. Its time is what processes of this run see; whether it survives a
    /// power cut, nobody asks.
    mutating func noteChange(of directory: Int64) {
        changes &+= 1
        let serial = noted(directory)
        inodes[serial].namesChangedIn = epoch
        inodes[serial].namesChanged = quantizedNow
    }

    /// When a name in a directory changed last; nil when none did in this run.
    func namesChanged(in directory: Int64) -> Int64? {
        guard let serial = known(directory), inodes[serial].namesChangedIn == epoch else { return nil }
        return inodes[serial].namesChanged
    }

    /// Writes a cell: seen at once by every process, and recorded as an effect of the current event.
    mutating func write(_ cell: Int, _ value: Int64) {
        setLive(cell, value)
        log.effect(cell, value)
    }

    /// Lets processes see zeros in some sectors of a file from now on, whatever lies there. Returns the cells that may
    /// hold something else on the disk, in order: which these are depends on what was recorded, not on what other runs
    /// did.
    mutating func clear(_ sectors: Range<Int>, of inode: Int64) -> [Int] {
        if sectors.isEmpty || Int(inode >> 2) >= firstInode { return [] }
        let serial = noted(inode)
        let known = inodes[serial].clearedIn == epoch ? inodes[serial].cleared : sectors
        inodes[serial].clearedIn = epoch
        inodes[serial].cleared =
            min(known.lowerBound, sectors.lowerBound)..<max(known.upperBound, sectors.upperBound)
        return sectorsInUse(sectors, of: inode)
    }

    /// The cells of those of some sectors of a file that may hold something else than zeros, in order. A file may be
    /// long and hold little. O(sectors of the file that were ever named).
    func sectorsInUse(_ sectors: Range<Int>, of inode: Int64) -> [Int] {
        let isNew = Int(inode >> 2) >= firstInode
        return cells.sectors(of: inode).filter { cell in
            guard sectors.contains(cells.keys[cell].index) else { return false }
            if liveEpochs[cell] == epoch { return liveValues[cell] != 0 }
            return !isNew && (baseValues[cell] != 0 || source?.mayHaveChanged(cell) == true)
        }.sorted { cells.keys[$0].index < cells.keys[$1].index }
    }

    private func isCleared(_ key: CellKey) -> Bool {
        let serial = Int(key.inode >> 2)
        guard key.kind == .sector, serial < inodes.count, inodes[serial].clearedIn == epoch else { return false }
        return inodes[serial].cleared.contains(key.index)
    }

    /// The names in a directory with what they stand for.
    mutating func listing(_ directory: Int64) -> [(name: Int, inode: Int64)] {
        let known = cells.names(of: directory)
        let serial = noted(directory)
        if let source, serial < firstInode, inodes[serial].listed != epoch {
            let found = source.listing(of: directory, cells: known, seen: foresight.next())
            for (place, cell) in known.enumerated() where liveEpochs[cell] != epoch {
                setLive(cell, place < found.count ? found[place] : 0)
            }
            inodes[serial].listed = epoch
        }
        var entries: [(name: Int, inode: Int64)] = []
        entries.reserveCapacity(known.count)
        for cell in known {
            let inode = value(cell)
            if inode != 0 { entries.append((cells.keys[cell].index, inode)) }
        }
        return entries
    }

    /// How many names an inode has.
    mutating func linkCount(_ inode: Int64) -> Int {
        if InodeKind(of: inode) == .directory { return removedDirectories.contains(inode) ? 0 : 1 }
        let serial = noted(inode)
        let known = inodes[serial].mentions
        if let source, serial < firstInode, inodes[serial].counted != epoch {
            inodes[serial].counted = epoch
            let found =
                foresight.names(of: inode) ?? source.names(of: inode, cells: known, seen: foresight.next())
            for (place, cell) in known.enumerated() where found.contains(place) && liveEpochs[cell] != epoch {
                setLive(cell, inode)
            }
        }
        var count = 0
        for cell in known where liveEpochs[cell] == epoch ? liveValues[cell] == inode : named(cell, inode) {
            count += 1
        }
        return count
    }

    /// Without a source an unread cell has its base value; with one, a name that was there has been set live.
    private func named(_ cell: Int, _ inode: Int64) -> Bool { source == nil && baseValues[cell] == inode }

    /// The values of all cells on the base.
    package var baseline: [Int64] { baseValues }

    /// A cell's value on the base, below everything a run or an explorer lays over it.
    package func baseValue(_ cell: Int) -> Int64 { baseValues[cell] }

    /// Notes that a run looks at what differs from boot to boot.
    mutating func observeBoot() { source?.observedBoot(seen: foresight.next()) }

    /// Tells what the run that begins now will look at first.
    package mutating func foresee(_ steps: [ForeseenStep]) { foresight.begin(steps) }

    /// How many observations the run made.
    package var observations: Int { foresight.seen }

    /// Every name cell that ever stood for an inode.
    package func mentions(of inode: Int64) -> [Int] { known(inode).map { inodes[$0].mentions } ?? [] }

    // MARK: - Starting anew

    /// Forgets everything a run did, in O(1) but for the log. Inodes made by the next run begin at `inode`.
    package mutating func restart(firstInode inode: Int64, randomWord word: UInt64, now time: Int64) {
        epoch &+= 1
        log.removeAll()
        if !locks.isEmpty { locks.removeAll() }
        if !removedDirectories.isEmpty { removedDirectories.removeAll() }
        numbers.restart()
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
        numbers.checkpoint()
        log.removeAll()
    }

    /// Ends a process: its locks drop.
    mutating func end(_ process: SimProcess) {
        process.isKilled = true
        dropLocks(of: process)
        changes &+= 1
    }

    mutating func dropLocks(of process: SimProcess) {
        let count = locks.count
        locks.removeAll { $0.process == process.id }
        if locks.count < count { changes &+= 1 }
    }

    /// Begins a seam operation, which takes a microsecond; returns its number.
    mutating func beginOperation() -> Int {
        operations &+= 1
        now &+= 1000
        ticks &+= 1000
        return operations
    }

    mutating func newInode(_ kind: InodeKind) -> Int64 {
        defer { nextInode += 1 }
        return nextInode << 2 | kind.rawValue
    }

    mutating func random() -> UInt64 {
        var generator = XorShift(word: randomWord)
        randomWord = generator.next()
        return randomWord &* 0x2545_F491_4F6C_DD1D
    }
}
