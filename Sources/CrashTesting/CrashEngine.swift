internal import FileSystemSeam

/// Explores what a recovery does after every crash: the machinery behind ``CrashExplorer``.
///
/// A recovery runs on a disk whose cells are undecided. The first read of a cell asks this engine, which follows a
/// prefix of earlier decisions and then takes the newest version; going through all prefixes visits every
/// behaviour. What a recovery observes is remembered as a decision tree (``ObservationTable``): a state whose
/// observations were all seen before, under the same obligations, is not run again.
final class CrashEngine: CellSource {
    struct Decision {
        var option: Int32
        var count: Int32
    }

    enum Misstep {
        case versions(Int, Int)
        case probes(Int64, Int64)
    }

    /// How versions are tried at a point.
    enum Mode: Hashable {
        case exhaustive
        /// At most two decisions differ from "the newest" or from "the oldest".
        case deviations(fromNewest: Bool)
        case sampled
    }

    /// How a run of recovery and check ended.
    enum Verdict {
        case passed
        case failed(String)
    }

    struct Leaf {
        /// Index into ``repairs``, -1 when the recovery wrote nothing, -2 when it must run again to know.
        var repairs: Int32
        var failed: Bool
    }

    let disk: SimDisk
    let model: PersistenceModel
    /// Recovers and checks once; returns the log length at the end of the recovery through `recovered`.
    var run: (_ fileSystem: SimFS, _ acknowledged: Int, _ recovered: () -> Void) throws -> Verdict
    let settings: CrashExplorer

    var survivors: Survivors
    var table: ObservationTable
    var leaves: [Leaf] = []
    var repairs: [PersistenceOrder] = []
    var decisions: [Decision] = []
    var position = 0
    var hash = StateHash(seed: 0)
    var mode = Mode.exhaustive
    var random: UInt64
    var depth = 1
    /// Whether the survivors are given in full: nothing is chosen, nothing remembered.
    var isFixed = false
    /// Why the recovery, or this exploration, does not repeat itself.
    var misstep: Misstep?
    /// How many events of the last run's log belong to the recovery; the rest is the check's.
    var recoveryEvents = 0
    var statistics = CrashStatistics()
    var failures: [RawFailure] = []
    let firstInode: Int64
    static let recoveryTime = SimState.epochStart + 86_400_000_000_000
    static let inodesPerRecovery: Int64 = 4096

    init(
        disk: SimDisk, model: PersistenceModel, order: PersistenceOrder, settings: CrashExplorer,
        run: @escaping (SimFS, Int, () -> Void) throws -> Verdict
    ) {
        self.disk = disk
        self.model = model
        self.settings = settings
        self.run = run
        survivors = Survivors(order)
        table = ObservationTable(budgetBytes: settings.seenSetMaximumBytes)
        random = settings.seed | 1
        firstInode = disk.state.nextInode
    }

    // MARK: - Reads of a recovery

    func value(of cell: Int, base: Int64) -> Int64 {
        let value = survivors.value(of: cell, base: base) { choose($0) }
        note(Int64(cell), value)
        return value
    }

    func listing(of directory: Int64, cells: [Int], base: [Int64]) -> [Int64] {
        var values: [Int64] = []
        values.reserveCapacity(cells.count)
        var summary: Int64 = 0
        for (index, cell) in cells.enumerated() {
            let value = survivors.value(of: cell, base: base[index]) { choose($0) }
            if value != 0 { summary &+= Self.spread(Int64(cell), value) }
            values.append(value)
        }
        note(Probe.listing | directory, summary)
        return values
    }

    func names(of inode: Int64, cells: [Int], base: [Int64]) -> [Bool] {
        var found: [Bool] = []
        found.reserveCapacity(cells.count)
        var summary: Int64 = 0
        for (index, cell) in cells.enumerated() {
            var names = false
            if survivors.mayHave(cell, inode, base: base[index]) {
                names = survivors.value(of: cell, base: base[index]) { choose($0) } == inode
            }
            if names { summary &+= Self.spread(Int64(cell), inode) }
            found.append(names)
        }
        note(Probe.names | inode, summary)
        return found
    }

    func observedBoot() { note(Probe.boot, Int64(depth)) }

    private static func spread(_ cell: Int64, _ value: Int64) -> Int64 {
        var hash = StateHash(seed: 7)
        hash.mix(cell, value)
        return Int64(bitPattern: hash.low)
    }

    private func choose(_ count: Int) -> Int {
        if position == decisions.count {
            var option: Int32 = 0
            if mode == .sampled {
                random ^= random << 13
                random ^= random >> 7
                random ^= random << 17
                option = Int32(random >> 33) % Int32(count)
            }
            decisions.append(Decision(option: option, count: Int32(count)))
        }
        let decision = decisions[position]
        position += 1
        if decision.count != Int32(count) { misstep = .versions(Int(decision.count), count) }
        let option = min(Int(decision.option), count - 1)
        return mode == .deviations(fromNewest: false) ? count - 1 - option : option
    }

    private func note(_ code: Int64, _ value: Int64) {
        if isFixed { return }
        let known = table.find(hash)
        if known < 0 {
            table.insert(hash, code)
        } else if known != code {
            // Put into words later: the disk is busy with this very read.
            misstep = .probes(known, code)
        }
        hash.mix(code, value)
    }

    func describe(_ misstep: Misstep) -> String {
        switch misstep {
        case .versions(let before, let now): "a decision had \(before) versions, then \(now)"
        case .probes(let before, let now):
            "after the same observations it looked at \(describe(before)), then at \(describe(now))"
        }
    }

    private func describe(_ code: Int64) -> String {
        let payload = code & Probe.payload
        switch code & ~Probe.payload {
        case Probe.listing: return "the entries of directory \(payload >> 2)"
        case Probe.names: return "the link count of inode \(payload >> 2)"
        case Probe.boot: return "randomness or its identity"
        case Probe.leaf: return "nothing more"
        default:
            let key = disk.state.cells.keys[Int(payload)]
            let name = key.kind == .name ? " \(disk.state.names.names[key.index])" : ""
            return "\(key.kind)\(name) of inode \(key.inode >> 2)"
        }
    }

    // MARK: - Walking without running

    /// Follows the decision tree from the root of the present point. Returns a leaf, or nil where it is unknown.
    func walk() -> Int? {
        while true {
            let code = table.find(hash)
            if code < 0 { return nil }
            let payload = Int(code & Probe.payload)
            switch code & ~Probe.payload {
            case Probe.leaf: return payload
            case Probe.boot: hash.mix(code, Int64(depth))
            case Probe.listing:
                let cells = disk.state.cells.namesOfDirectory[Int64(payload)] ?? []
                _ = listing(of: Int64(payload), cells: cells, base: cells.map { disk.state.baseValue($0) })
            case Probe.names:
                let cells = disk.state.mentions(of: Int64(payload))
                _ = names(of: Int64(payload), cells: cells, base: cells.map { disk.state.baseValue($0) })
            default:
                let value = survivors.value(of: payload, base: disk.state.baseValue(payload)) { choose($0) }
                hash.mix(code, value)
            }
            if misstep != nil { return nil }
        }
    }

    /// Moves on to the next prefix of decisions; false when all were tried.
    func advance() -> Bool {
        if mode == .sampled {
            decisions.removeAll(keepingCapacity: true)
            return true
        }
        while let last = decisions.popLast() {
            if last.option + 1 >= last.count { continue }
            if mode != .exhaustive, last.option == 0 {
                var deviations = 0
                for decision in decisions where decision.option != 0 { deviations += 1 }
                if deviations >= 2 { continue }
            }
            decisions.append(Decision(option: last.option + 1, count: last.count))
            return true
        }
        return false
    }

    // MARK: - Running

    /// Runs recovery and check under the present survivors. Returns the leaf and, when it failed, why.
    func execute(acknowledged: Int) throws -> (leaf: Leaf, failure: String?) {
        let state = firstInode + Int64(depth - 1) * Self.inodesPerRecovery
        disk.state.restart(
            firstInode: state, randomWord: 0x5851_F42D_4C95_7F2D &* UInt64(depth + 1), now: Self.recoveryTime)
        disk.passedLimit = false
        let process = SimFS(disk, SimProcess(id: Int32(2000 + depth), boot: UInt64(1 + depth)))
        var events = -1
        var failure: String?
        switch try run(process, acknowledged, { events = disk.state.log.events.count }) {
        case .passed: break
        case .failed(let message): failure = message
        }
        if disk.passedLimit {
            failure = "the recovery did not end within \(disk.operationLimit) operations"
        }
        statistics.runs += 1
        if events < 0 { events = disk.state.log.events.count }
        recoveryEvents = events
        var leaf = Leaf(repairs: -1, failed: failure != nil)
        if disk.state.log.events[0..<events].contains(where: { $0.count > 0 }) {
            leaf.repairs = -2
            if depth == 1, settings.depth > 1, failure == nil, !isFixed {
                var log = disk.state.log
                log.events.removeSubrange(events...)
                repairs.append(
                    PersistenceOrder(log, under: model, cells: disk.state.cells, sectors: &disk.state.sectors))
                leaf.repairs = Int32(repairs.count - 1)
            }
        }
        return (leaf, failure)
    }
}
