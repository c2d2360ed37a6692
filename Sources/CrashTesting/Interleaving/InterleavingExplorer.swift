public import FileSystemSeam

/// Runs two or three simulated processes on one disk under every schedule of their seam operations.
///
/// Each process runs in a thread of its own, but only the one that holds the baton moves; the baton changes hands
/// between seam operations. Every schedule with at most ``preemptionMaximum`` unforced changes is tried, and at
/// every operation of every process a kill, if ``killMaximum`` allows: also when others took the baton before that
/// operation, did what they did, and gave it back. A process that waits for a lock is not
/// scheduled until something changed; when all wait, that is a deadlock and a finding, unless waits have a time limit:
/// then any of these may end first. A handle that is closed lets go of its lock at the turn of its close; one that is
/// only forgotten does so together with the operation before, so that nobody is tried between the two; and a process
/// that ends lets go of all that it holds.
///
/// Before a look at a clock the baton changes hands, too, where another process sleeps or waits until a time limit is
/// over in some schedule that was tried. Elsewhere nobody is tried between an operation and the look that follows it.
///
/// Where ``scheduleMaximum`` does not allow all schedules, those that are tried are spread over them: every other one
/// has the fewest preemptions and kills of those that are left, whoever begins and wherever these are; the ones in
/// between have more, drawn from what the former lead to. The same bounds and the same ``seed`` try the same schedules.
public struct InterleavingExplorer: Sendable {
    /// How many times a schedule may take the baton from a process that could go on.
    public var preemptionMaximum = 2
    /// How many sleeps in a row end while another process, which could go on, stands still and nothing changes. After
    /// these the sleeper goes on behind another one: what it does after more sleeps, such as giving up, is tried only
    /// when no other one can go on. ``Report/schedulesWithSleepsCutShort`` tells how often.
    public var sleepMaximum = 8
    /// How many processes a schedule may kill.
    public var killMaximum = 1
    /// At most this many schedules are tried; ``Report/isComplete`` says whether there were more. Those that were tried
    /// before a process was first seen to sleep are not counted.
    public var scheduleMaximum = 50_000
    /// In which order schedules are tried, and hence which, when there are more.
    public var seed: UInt64 = 1
    /// A schedule that makes more operations than this is a finding: it does not end. A process that looks again and
    /// again for what another one does must sleep between its looks (``FileSystem/sleep(nanoseconds:)``), or wait for a
    /// lock.
    public var operationMaximum = 5_000
    /// What ``FileSystemSeam/SimDisk/tellsEveryHandleOfFailedSyncs`` is on each schedule's disk: true is what Linux
    /// answers. A store may go other ways then.
    public var tellsEveryHandleOfFailedSyncs = false

    /// Makes an explorer.
    public init() {}

    /// What was found over all schedules.
    public struct Report: Sendable, CustomStringConvertible {
        /// Schedules run.
        public var schedules = 0
        /// Whether every schedule within the bounds was run.
        public var isComplete = false
        /// Schedules in which a process was killed.
        public var schedulesWithKills = 0
        /// Schedules in which a process slept ``InterleavingExplorer/sleepMaximum`` times while another one stood
        /// still, and which were not tried with more.
        public var schedulesWithSleepsCutShort = 0
        /// What was broken, by the first schedule that broke it.
        public var failure: String?
        /// That schedule as a script to read: one line for each operation, switch and kill.
        public var script: [String] = []

        /// Whether every schedule was run and none broke a promise.
        public var isClean: Bool { failure == nil && isComplete }

        /// Counts, and the failing script; of a long one the beginning and the end.
        public var description: String {
            var text = "interleavings: \(schedules) schedules\(isComplete ? "" : " (not all)"), "
            text += "\(schedulesWithKills) with kills"
            if schedulesWithSleepsCutShort > 0 { text += ", \(schedulesWithSleepsCutShort) with sleeps cut short" }
            text += "\n"
            guard let failure else { return text + "  no promise broken\n" }
            text += "  \(failure)\n"
            for line in script.prefix(Self.shownLines) { text += "    \(line)\n" }
            if script.count > 2 * Self.shownLines { text += "    … \(script.count - 2 * Self.shownLines) more …\n" }
            for line in script.dropFirst(Self.shownLines).suffix(Self.shownLines) { text += "    \(line)\n" }
            return text
        }

        private static let shownLines = 100
    }

    /// Explores the schedules of `processes`.
    ///
    /// - Parameters:
    ///   - prepare: brings the disk to its first state.
    ///   - processes: what each process does; it must reach shared state through the file system only. It calls its
    ///     second argument to acknowledge. A ``CheckFailure`` it throws is a finding, and so is any other error
    ///     unless the process was killed.
    ///   - check: looks at the disk when all processes have ended, as one more process, with what each one had
    ///     acknowledged and whether it was killed.
    ///
    /// The power is not cut here: that is ``CrashExplorer``'s work.
    ///
    /// - Throws: what `prepare` throws, what `check` throws other than a ``CheckFailure``, the error of a
    ///   thread that could not be started, and ``CrashTestingError/notDeterministic(what:detail:)`` when the processes
    ///   do not do the same in the same schedule.
    public func explore<Acknowledgement: Sendable>(
        prepare: (any FileSystem) throws -> Void = { _ in },
        processes: [@Sendable (any FileSystem, (Acknowledgement) -> Void) throws -> Void],
        check: (any FileSystem, [ProcessOutcome<Acknowledgement>]) throws -> Void
    ) throws -> Report {
        let count = processes.count
        return try explore(prepare: prepare, processCount: count, open: { $0 }, processes: processes, check: check)
    }

    /// Explores the schedules of processes that have done something before: opened a store, for example, and used it
    /// together. The other parameters are those of ``explore(prepare:processes:check:)``.
    ///
    /// - Parameters:
    ///   - processCount: how many processes there are.
    ///   - open: does, in one order, what the processes did before the schedules begin, on the file system of each;
    ///     gives what each of them has in hand then.
    ///   - processes: what each process goes on to do with that.
    /// - Throws: what `open` throws, too.
    public func explore<Opened: Sendable, Acknowledgement: Sendable>(
        prepare: (any FileSystem) throws -> Void = { _ in },
        processCount: Int,
        open: ([any FileSystem]) throws -> [Opened],
        processes: [@Sendable (Opened, (Acknowledgement) -> Void) throws -> Void],
        check: (any FileSystem, [ProcessOutcome<Acknowledgement>]) throws -> Void
    ) throws -> Report {
        precondition(processes.count == processCount, "something is done by each process")
        return try explore(
            { (disk) throws -> ([SimFS], [Opened]) in
                try prepare(disk.boot())
                let views = (0..<processCount).map { _ in disk.boot() }
                let opened = try open(views)
                precondition(opened.count == processCount, "each process has something in hand")
                return (views, opened)
            },
            processes,
            check
        )
    }

    /// Explores the schedules of what begins on a fresh disk.
    private func explore<Opened: Sendable, Acknowledgement: Sendable>(
        _ begin: (SimDisk) throws -> ([SimFS], [Opened]),
        _ processes: [@Sendable (Opened, (Acknowledgement) -> Void) throws -> Void],
        _ check: (any FileSystem, [ProcessOutcome<Acknowledgement>]) throws -> Void
    ) throws -> Report {
        var report = Report()
        var frontier = ScheduleFrontier(seed: seed)
        /// Who let time go by in a schedule that was run.
        var sleepers: Set<Int> = []
        while let schedule = frontier.next() {
            if report.schedules >= scheduleMaximum { return report }
            report.schedules += 1
            let first = try run(schedule, sleepers, false, begin, processes, check)
            if first.failure == nil, !first.baton.slept.isSubset(of: sleepers) {
                // The looks of the others at a clock are turns from now on, in every schedule: all of them are tried
                // anew.
                sleepers.formUnion(first.baton.slept)
                (report, frontier) = (Report(), ScheduleFrontier(seed: seed))
                continue
            }
            guard first.baton.isFaithful else { throw Self.differs(report.schedules, "it came to other choices") }
            if first.baton.kills > 0 { report.schedulesWithKills += 1 }
            if first.baton.cutsSleepsShort { report.schedulesWithSleepsCutShort += 1 }
            let decisions = first.baton.decisions
            if let failure = first.failure {
                report.failure = failure
                let whole = ScheduleFrontier.Schedule(
                    options: decisions.map(\.option),
                    fingerprint: ScheduleFrontier.fingerprint(of: decisions[...])
                )
                let again = try run(whole, sleepers, true, begin, processes, check)
                if again.baton.decisions != decisions || again.failure != failure {
                    let detail = "it failed with \"\(failure)\", then "
                    throw Self.differs(report.schedules, detail + (again.failure.map { "with \"\($0)\"" } ?? "it held"))
                }
                report.script = again.baton.script
                return report
            }
            frontier.add(decisions)
        }
        report.isComplete = true
        return report
    }

    private static func differs(_ schedule: Int, _ detail: String) -> CrashTestingError {
        .notDeterministic(what: "work of the processes", detail: "in schedule \(schedule), run again, \(detail)")
    }

    /// How one process ended.
    public struct ProcessOutcome<Acknowledgement: Sendable>: Sendable {
        /// What it had acknowledged, in order.
        public var acknowledged: [Acknowledgement] = []
        /// Whether the schedule killed it.
        public var wasKilled = false
        /// What it threw, nil when it ended well or was killed.
        var failure: String?
    }

    private func run<Opened: Sendable, Acknowledgement: Sendable>(
        _ schedule: ScheduleFrontier.Schedule,
        _ sleepers: Set<Int>,
        _ isTracing: Bool,
        _ begin: (SimDisk) throws -> ([SimFS], [Opened]),
        _ processes: [@Sendable (Opened, (Acknowledgement) -> Void) throws -> Void],
        _ check: (any FileSystem, [ProcessOutcome<Acknowledgement>]) throws -> Void
    ) throws -> (baton: Baton, failure: String?) {
        let disk = SimDisk()
        disk.isTracing = isTracing
        disk.tellsEveryHandleOfFailedSyncs = tellsEveryHandleOfFailedSyncs
        let (views, opened) = try begin(disk)
        disk.trace = []
        let baton = Baton(disk, views.map(\.process), self, schedule, sleepers: sleepers, isTracing: isTracing)
        disk.scheduler = baton
        disk.allow(operationMaximum)
        disk.tellState = { [unowned baton] in "it was the turn of process \(baton.turnOfProcess) of \(processes.count)"
        }
        defer { disk.tellState = nil }
        let outcomes = Condition([ProcessOutcome<Acknowledgement>](repeating: .init(), count: processes.count))
        let threads = try processes.indices.map { index in
            try start(processes[index], opened[index], index, views[index], baton, outcomes)
        }
        baton.start()
        for thread in threads { thread.join() }
        disk.scheduler = nil
        return (baton, try failure(of: outcomes.withLock { $0 }, baton, disk, check))
    }

    /// Starts the thread of one process, which waits for its turn.
    private func start<Opened: Sendable, Acknowledgement: Sendable>(
        _ process: @escaping @Sendable (Opened, (Acknowledgement) -> Void) throws -> Void,
        _ opened: Opened,
        _ index: Int,
        _ view: SimFS,
        _ baton: Baton,
        _ outcomes: Condition<[ProcessOutcome<Acknowledgement>]>
    ) throws -> Thread {
        try Thread.start(name: "process \(index + 1)") {
            baton.waitForTurn(index)
            var failure: String?
            do {
                try process(opened) { value in
                    // What a killed process says nobody hears.
                    if view.process.isKilled { return }
                    outcomes.withLock { $0[index].acknowledged.append(value) }
                }
            } catch {
                failure = "process \(index + 1): \(error)"
            }
            let wasKilled = view.process.isKilled
            let said = failure
            outcomes.withLock {
                $0[index].wasKilled = wasKilled
                $0[index].failure = wasKilled ? nil : said
            }
            baton.finish(index)
        }
    }

    /// What a schedule broke, when all processes have ended; nil when it broke nothing.
    private func failure<Acknowledgement: Sendable>(
        of outcomes: [ProcessOutcome<Acknowledgement>],
        _ baton: Baton,
        _ disk: SimDisk,
        _ check: (any FileSystem, [ProcessOutcome<Acknowledgement>]) throws -> Void
    ) throws -> String? {
        if let deadlock = baton.deadlock { return deadlock }
        if disk.hang != nil { return "the processes did not end within \(operationMaximum) operations" }
        for outcome in outcomes {
            if let failure = outcome.failure { return failure }
        }
        disk.tellState = { "that was the check of an interleaving" }
        disk.allow(CrashExplorer.workloadOperationMaximum)
        do {
            try check(disk.boot(), outcomes)
        } catch let failure as CheckFailure {
            return failure.message
        } catch {
            // What a check makes of being refused when it goes on for ever is not its own error.
            if disk.hang == nil { throw error }
        }
        return disk.hang.map { "the check does not end: \($0)" }
    }
}
