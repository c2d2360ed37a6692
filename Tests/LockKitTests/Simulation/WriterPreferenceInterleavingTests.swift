import CrashTesting
import FileSystemSeam
import LockKit
import TestSupport
import Testing

/// How many holds a writer waits for, counted in every schedule rather than measured in time.
@Suite("Interleavings of readers and a preferred writer")
struct WriterPreferenceInterleavingTests {
    typealias Process = @Sendable (any FileSystem, (Int) -> Void) throws -> Void

    private let queue = Condition(Queue())

    /// Readers hold the lock twice, one writer once. `isPreferred` says whether there is a gate.
    private func explore(isPreferred: Bool) throws -> InterleavingExplorer.Report {
        var explorer = InterleavingExplorer()
        explorer.preemptionMaximum = runsLongTests ? 2 : 1
        explorer.killMaximum = 0
        explorer.scheduleMaximum = 1_000_000
        return try explorer.explore(
            prepare: { fileSystem in
                try fileSystem.openDirectory("/").makeDirectory("gate", permissions: .ownerDirectory)
                queue.withLock { $0.begin() }
            },
            processes: [
                process(.shared, 1, times: 2, isPreferred), process(.shared, 2, times: 2, isPreferred),
                process(.exclusive, 3, times: 1, isPreferred),
            ],
            check: { _, _ in try queue.withLock { (queue) throws(CheckFailure) in try queue.end(isPreferred) } }
        )
    }

    private func process(_ mode: LockMode, _ number: Int, times: Int, _ isPreferred: Bool) -> Process {
        { [queue] fileSystem, acknowledge in
            let gate = GateDirectory(
                try fileSystem.openDirectory("/gate"),
                passed: { queue.withLock { $0.note(.passedGate, number) } },
                left: { queue.withLock { $0.note(.leavesGate, number) } }
            )
            let options = FileLockOptions(writerPreference: isPreferred, gateDirectory: gate)
            let lock = FileLock(at: "/lock", fileSystem: fileSystem, options: options)
            for _ in 0..<times {
                queue.withLock { $0.note(.asked, number) }
                let held = try lock.lock(mode)
                queue.withLock { $0.note(.entered, number) }
                _ = try fileSystem.openDirectory("/").entries()
                acknowledge(number)
                held.release()
                queue.withLock { $0.note(.left, number) }
            }
        }
    }

    /// Nobody comes between the writer and the lock once it is past the gate. It waits for the holds that there are,
    /// and where one got through the gate before it, for that hold as well: two, one after the other. Each further one
    /// that gets through before it may be one more; who wakes up first at the gate is the system's affair.
    @Test func aWriterWaitsForTwoHoldsAtMost() throws {
        let report = try explore(isPreferred: true)
        #expect(report.isClean, "\(report)")
        let seen = queue.withLock { $0 }
        #expect(seen.longestWait == 2, "the worst case was among \(report.schedules) schedules")
        #expect(seen.schedulesInTurn > 20)
    }

    /// Without a gate readers come and go before it, so that the count does see more.
    @Test func withoutAGateItWaitsForMore() throws {
        let report = try explore(isPreferred: false)
        #expect(report.isClean, "\(report)")
        #expect(queue.withLock { $0.longestWait } > 2)
    }
}

/// What happened in one schedule, and the worst of all schedules. The writer is process 3.
private struct Queue: Sendable {
    enum Event { case asked, passedGate, leavesGate, entered, left }

    private var events: [(event: Event, process: Int)] = []
    /// The most holds that a writer waited for one after the other where one at most came before it at the gate.
    private(set) var longestWait = 0
    private(set) var schedulesInTurn = 0

    mutating func begin() { events = [] }

    mutating func note(_ event: Event, _ process: Int) { events.append((event, process)) }

    /// Looks at a schedule that is over.
    mutating func end(_ isPreferred: Bool) throws(CheckFailure) {
        let asked = place(.asked)
        // Who leaves the gate has the lock.
        let entered = place(isPreferred ? .leavesGate : .entered)
        let holds = holdsOneAfterTheOther(from: isPreferred ? .passedGate : .entered, asked, entered)
        guard isPreferred else {
            longestWait = max(longestWait, holds)
            return
        }
        let passed = place(.passedGate)
        for event in events[passed..<entered] where event.event == .passedGate && event.process != 3 {
            throw CheckFailure("reader \(event.process) overtook a writer that was past the gate")
        }
        let overtakings = events[asked..<passed].count { $0.event == .passedGate && $0.process != 3 }
        try CheckFailure.unless(
            holds <= 1 + overtakings,
            "the writer waited for \(holds) holds, and \(overtakings) came before it at the gate"
        )
        if overtakings <= 1 {
            schedulesInTurn += 1
            longestWait = max(longestWait, holds)
        }
    }

    private func place(_ event: Event) -> Int {
        events.firstIndex { $0.event == event && $0.process == 3 } ?? events.count
    }

    /// The longest row of holds of which each began after the one before had ended, among those that the writer waited
    /// for.
    ///
    /// - Parameter beginning: the last event before a hold begins; the event of its end comes after the end.
    private func holdsOneAfterTheOther(from beginning: Event, _ asked: Int, _ entered: Int) -> Int {
        var began: [Int: Int] = [:]
        var row = 0
        var rowEnd = -1
        func end(_ process: Int, _ index: Int) {
            guard let start = began.removeValue(forKey: process), index >= asked, start > rowEnd else { return }
            row += 1
            rowEnd = index
        }
        // Taking what ends first gives the longest row.
        for (index, event) in events[..<entered].enumerated() where event.process != 3 {
            if event.event == beginning { began[event.process] = index }
            if event.event == .left { end(event.process, index) }
        }
        // Those that are not noted as ended have ended, since the writer is in.
        for process in began.keys.sorted() { end(process, entered) }
        return row
    }
}
