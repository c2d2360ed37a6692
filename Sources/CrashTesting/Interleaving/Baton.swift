internal import FileSystemSeam

/// Hands the turn from process to process, and takes the decisions of one schedule.
///
/// Everything but `current` is touched by the holder of the baton only, hence by one thread at a time; the condition
/// that passes the baton orders these accesses.
final class Baton: SimScheduler, @unchecked Sendable {
    struct Decision: Equatable {
        var option: Int
        var count: Int
        /// Whether another option than the first interferes: preempts, kills, or lets a sleeper go on before the
        /// others.
        var isChange: Bool
    }

    private struct Waiting {
        var changes: UInt64
        var canTimeOut: Bool
    }

    private(set) var decisions: [Decision] = []
    private(set) var kills = 0
    /// Whether a sleeper had to let another process go on, which could have stood still for longer.
    private(set) var cutsSleepsShort = false
    /// Who slept, or waited until a time limit was over.
    private(set) var slept: Set<Int> = []
    private(set) var deadlock: String?
    private(set) var script: [String] = []

    private let disk: SimDisk
    private let processes: [SimProcess]
    private let settings: InterleavingExplorer
    private let isTracing: Bool
    private let schedule: ScheduleFrontier.Schedule
    /// Who lets time go by in some schedule.
    private let sleepers: Set<Int>
    private var preemptions = 0
    private var hasEnded: [Bool]
    private var waiting: [Waiting?]
    private var timedOut: [Bool]
    /// What had changed when a process last slept, and how often it went on since, although nothing more had.
    private var sleeps: [(changes: UInt64, stutters: Int)]
    private var isAstray = false
    /// Who holds the baton; -1 before the start and after the end.
    private let current = Condition(-1)

    init(
        _ disk: SimDisk,
        _ processes: [SimProcess],
        _ settings: InterleavingExplorer,
        _ schedule: ScheduleFrontier.Schedule,
        sleepers: Set<Int>,
        isTracing: Bool
    ) {
        self.disk = disk
        self.processes = processes
        self.settings = settings
        self.schedule = schedule
        self.sleepers = sleepers
        self.isTracing = isTracing
        hasEnded = Array(repeating: false, count: processes.count)
        waiting = Array(repeating: nil, count: processes.count)
        timedOut = Array(repeating: false, count: processes.count)
        sleeps = Array(repeating: (0, 0), count: processes.count)
    }

    /// Whether the run came to the choices that its schedule names, with as many options as before.
    var isFaithful: Bool {
        !isAstray && decisions.count >= schedule.options.count
            && ScheduleFrontier.fingerprint(of: decisions.prefix(schedule.options.count)) == schedule.fingerprint
    }

    /// Whose turn it is, for the last words about a run that cannot be stopped.
    var turnOfProcess: Int { current.withLock { $0 } + 1 }

    // MARK: - Passing the baton

    func waitForTurn(_ index: Int) { _ = current.wait { $0 == index ? true : nil } }

    private func pass(to index: Int) {
        current.withLock { $0 = index }
        current.broadcast()
    }

    /// Lets the first process begin; which one is a decision like any other.
    func start() { pass(to: choose(processes.count, isChange: false)) }

    /// Called by a process's thread when it has nothing more to do.
    func finish(_ index: Int) {
        hasEnded[index] = true
        disk.dropLocks(of: processes[index])
        say("process \(index + 1) \(processes[index].isKilled ? "is gone" : "ends")")
        if let next = pickNext() { pass(to: next) } else { pass(to: -1) }
    }

    // MARK: - Decisions

    private func choose(_ count: Int, isChange: Bool = true) -> Int {
        if count <= 1 { return 0 }
        var option = decisions.count < schedule.options.count ? schedule.options[decisions.count] : 0
        if option >= count {
            isAstray = true
            option = 0
        }
        decisions.append(Decision(option: option, count: count, isChange: isChange))
        return option
    }

    private func index(of process: SimProcess) -> Int? { processes.firstIndex { $0 === process } }

    private func canRun(_ index: Int) -> Bool {
        if hasEnded[index] { return false }
        guard let wait = waiting[index] else { return true }
        return wait.changes != disk.changeCount || processes[index].isKilled
    }

    /// Chooses among all that can run; with none, lets a timed wait run out, or declares a deadlock.
    private func pickNext() -> Int? {
        let ready = processes.indices.filter(canRun)
        if !ready.isEmpty { return ready[choose(ready.count, isChange: false)] }
        let stuck = processes.indices.filter { !hasEnded[$0] }
        let timed = stuck.filter { waiting[$0]?.canTimeOut == true }
        if !timed.isEmpty {
            let late = timed[choose(timed.count, isChange: false)]
            timedOut[late] = true
            return late
        }
        if stuck.isEmpty { return nil }
        let names = stuck.map { "process \($0 + 1)" }.joined(separator: " and ")
        deadlock = "deadlock: \(names) \(stuck.count == 1 ? "waits for what nobody releases" : "wait for each other")"
        say(deadlock ?? "")
        for index in stuck { processes[index].isKilled = true }
        return stuck[0]
    }

    // MARK: - Called by the disk

    func turn(_ process: SimProcess, _ operation: FileSystemError.Operation, _ name: String) throws(Refusal) {
        guard let index = index(of: process) else { return }
        if process.isKilled { throw Refusal(.badDescriptor) }
        let yields = operation == .lock && name == SimFS.sleepTurn
        if yields { slept.insert(index) }
        if yields, sleeps[index].changes != disk.changeCount { sleeps[index] = (disk.changeCount, 0) }
        var others: [Int] = []
        if yields || preemptions < settings.preemptionMaximum {
            others = processes.indices.filter { $0 != index && canRun($0) }
        }
        let canBeKilled = !yields && canKill
        // A sleeper lets the others go first; that is not a preemption.
        var order = yields && !others.isEmpty ? others + [index] : [index] + others
        // One that polls would otherwise do so for ever.
        if yields, !others.isEmpty, sleeps[index].stutters >= settings.sleepMaximum {
            order = others
            cutsSleepsShort = true
        }
        let option = choose(order.count + (canBeKilled ? 1 : 0))
        if option == order.count { try kill(index, operation, name) }
        let next = order[option]
        if yields { sleeps[index].stutters = next == index && !others.isEmpty ? sleeps[index].stutters + 1 : 0 }
        if next != index {
            if !yields { preemptions += 1 }
            pass(to: next)
            waitForTurn(index)
            if process.isKilled { throw Refusal(.badDescriptor) }
            // Others have moved meanwhile, and may rely on what this one still had to do.
            if !yields, canKill, choose(2) == 1 { try kill(index, operation, name) }
        }
        say("process \(index + 1): \(yields ? "sleeps" : "\(operation.rawValue) \(name)")")
    }

    private var canKill: Bool { kills < settings.killMaximum }

    private func kill(_ index: Int, _ operation: FileSystemError.Operation, _ name: String) throws(Refusal) {
        kills += 1
        say("process \(index + 1) is killed before \(operation.rawValue) \(name)")
        disk.end(processes[index])
        throw Refusal(.badDescriptor)
    }

    /// Lets others act between an operation and a look at a clock, if one of them lets time go by: else it would show a
    /// few microseconds more. Nobody is killed there: a look changes nothing, and its next operation follows.
    func look(_ process: SimProcess) {
        guard let index = index(of: process), !process.isKilled, preemptions < settings.preemptionMaximum,
            sleepers.contains(where: { $0 != index })
        else { return }
        let others = processes.indices.filter { $0 != index && canRun($0) }
        let option = choose(1 + others.count)
        if option == 0 { return }
        preemptions += 1
        pass(to: others[option - 1])
        waitForTurn(index)
        say("process \(index + 1): looks at the clock")
    }

    func blocked(_ process: SimProcess, canTimeOut: Bool) throws(Refusal) -> Bool {
        guard let index = index(of: process) else { return true }
        waiting[index] = Waiting(changes: disk.changeCount, canTimeOut: canTimeOut)
        say("process \(index + 1) waits")
        if let next = pickNext(), next != index {
            pass(to: next)
            waitForTurn(index)
        }
        waiting[index] = nil
        if process.isKilled { throw Refusal(.badDescriptor) }
        defer { timedOut[index] = false }
        if timedOut[index] { slept.insert(index) }
        return !timedOut[index]
    }

    private func say(_ line: @autoclosure () -> String) {
        if isTracing { script.append(line()) }
    }
}
