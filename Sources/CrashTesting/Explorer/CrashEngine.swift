internal import FileSystemSeam

/// Explores what a recovery does after every crash: the machinery behind ``CrashExplorer``.
///
/// A recovery runs on a disk whose cells are undecided. The first read of a cell asks this engine, which follows a
/// prefix of earlier decisions and then takes the newest version; going through all prefixes visits every
/// behaviour. What a recovery observes is remembered as a decision tree (``ObservationTable``): a state whose
/// observations were all seen before, under the same obligations, is not run again.
final class CrashEngine: CellSource {
    /// How a run of recovery and check ended.
    enum Verdict {
        case passed
        case failed(String)
    }

    struct Leaf {
        /// Index into ``repairs``, -1 when the recovery wrote nothing, -2 when the workload's own state must run again
        /// to know.
        var repairs: Int32
        /// Index into ``failures``, -1 when it passed.
        var failure: Int32 = -1
    }

    let disk: SimDisk
    let model: PersistenceModel
    /// Recovers and checks once; returns the log length at the end of the recovery through `recovered`.
    var run: (_ fileSystem: SimFS, _ acknowledged: Int, _ recovered: () -> Void) throws -> Verdict
    let settings: CrashExplorer

    var core: ObservationCore
    /// Where the trail of a recovery lies while what it left is recovered once more.
    var spareTrail = Trail()
    var leaves: [Leaf] = []
    var repairs: [Layer] = []
    /// How many events of the last run's log belong to the recovery; the rest is the check's.
    var recoveryEvents = 0
    var statistics = CrashStatistics()
    var progress: CrashProgress.Handler?
    let started = ContinuousClock.now
    /// The crash points of the state that is being tried, for ``token``.
    var place: (point: Int, recovery: Int?) = (0, nil)
    var failures: [RawFailure] = []
    /// A state for each way that the recoveries go; nil where nobody wants to know, which saves the tracing.
    var ways: RecoveryWays? {
        didSet { disk.isTracing = ways != nil }
    }
    let firstInode: Int64
    /// The number that the workload's last process had: those that a recovery boots come after it, in every run.
    let lastProcess: Int32
    /// What the clock shows when a recovery begins: a whole number of days after the workload began, and later than it
    /// ended.
    let recoveryTime: Int64
    /// The workload's boot.
    let firstBoot: UInt64
    /// Where the workload's randomness started.
    let randomWord: UInt64
    /// In nanoseconds.
    static let day: Int64 = 86_400_000_000_000
    static let inodesPerRecovery: Int64 = 4096
    static let processesPerRecovery: Int32 = 500

    init(
        _ start: WorkloadStart,
        model: PersistenceModel,
        order: PersistenceOrder,
        settings: CrashExplorer,
        run: @escaping (SimFS, Int, () -> Void) throws -> Verdict
    ) {
        let disk = start.disk
        self.disk = disk
        let workloadNanoseconds = max(0, disk.state.now &- start.time)
        recoveryTime = start.time &+ (workloadNanoseconds / Self.day &+ 1) &* Self.day
        firstBoot = start.boot
        randomWord = start.randomWord
        self.model = model
        self.settings = settings
        self.run = run
        core = ObservationCore(
            Layer(order),
            baseline: disk.state.baseline,
            budgetBytes: settings.seenSetMaximumBytes,
            random: XorShift(seedFromOne: settings.seed)
        )
        firstInode = disk.state.nextInode
        lastProcess = disk.lastProcess
    }

    // MARK: - Reads of a recovery

    func value(of cell: Int, seen: Int) -> Int64 { core.observe(cell, seen: seen) }

    func listing(of directory: Int64, cells: [Int], seen: Int) -> [Int64] {
        core.listing(of: directory, cells: cells, seen: seen)
    }

    func names(of inode: Int64, cells: [Int], seen: Int) -> NamesFound {
        core.names(of: inode, cells: cells, seen: seen)
    }

    func mayHaveChanged(_ cell: Int) -> Bool { core.survivors.hasVersions(of: cell) }

    func observedBoot(seen: Int) { core.observeBoot(seen: seen) }

    func describe(_ misstep: ObservationCore.Misstep) -> String {
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

    /// The state that is being tried: what is not decided yet counts as survived.
    var token: ReplayToken {
        let words = core.survivors.first.words
        let possible = core.survivors.outside.map { ~$0 }
        return token(
            place.point,
            Array(possible[0..<words]),
            recovery: place.recovery.map { ($0, Array(possible[words...])) }
        )
    }

    func token(_ point: Int, _ survivors: [UInt64], recovery: (point: Int, survivors: [UInt64])?) -> ReplayToken {
        var token = ReplayToken(
            model: model.name,
            point: point,
            survivors: survivors,
            recovery: recovery,
            faults: settings.faults
        )
        token.killsAtEnd = settings.goesOn && settings.faults.entries.isEmpty
        return token
    }

    // MARK: - Running

    /// Runs recovery and check under the present survivors. Returns the leaf, when it failed why, and what the recovery
    /// wrote when that is to be crashed, too.
    func execute(acknowledged: Int) throws -> (leaf: Leaf, failure: String?, repairs: Layer?) {
        let state = firstInode + Int64(core.depth - 1) * Self.inodesPerRecovery
        disk.restart(
            firstInode: state,
            randomWord: 0x5851_F42D_4C95_7F2D &* UInt64(core.depth + 1),
            now: recoveryTime,
            foreseeing: core.trail.steps
        )
        disk.lastProcess = lastProcess + Int32(core.depth - 1) * Self.processesPerRecovery
        // That of others that it starts, too.
        disk.bootCount = firstBoot + UInt64(core.depth)
        let process = SimFS(disk, SimProcess(id: Int32(2000 + core.depth), boot: disk.bootCount))
        var events = -1
        var hangsInRecovery = false
        var failure: String?
        if ways != nil { disk.trace.removeAll(keepingCapacity: true) }
        do {
            let verdict = try run(process, acknowledged) {
                events = disk.eventCount
                hangsInRecovery = disk.hang != nil
                if ways != nil { ways?.calls = disk.trace.map(RecoveryWays.Call.init) }
            }
            if case .failed(let message) = verdict { failure = message }
        } catch {
            throw CrashTestingError.checkIsBroken(error, token)
        }
        core.endRun(seen: disk.observationCount)
        if let hang = disk.hang {
            failure = "the \(hangsInRecovery ? "recovery" : "check") does not end: \(hang)"
        }
        statistics.runs += 1
        if events < 0 { events = disk.eventCount }
        recoveryEvents = events
        var leaf = Leaf(repairs: -1)
        var layer: Layer?
        if disk.hasEffects(inFirst: events) {
            leaf.repairs = -2
            if core.depth == 1, settings.depth > 1, failure == nil, !core.isFixed {
                var log = disk.state.log
                log.events.removeSubrange(events...)
                layer = Layer(
                    PersistenceOrder(log, under: model, cells: disk.state.cells, sectors: &disk.state.sectors)
                )
            }
        }
        // A crash of the workload that leaves this state, too, has a way of recovering, and is what to tell of.
        if core.depth > 1, ways != nil || failure != nil { leaf.repairs = -2 }
        return (leaf, failure, layer)
    }
}
