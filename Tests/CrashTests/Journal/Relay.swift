import FileSystemSeam

/// Runs simulated processes on one disk, in threads, one at a time: each goes on until it hands over to the next one
/// that has not ended, which it does before some of its operations, and when it ends. Who waits for a lock lets the
/// next one go on.
final class Relay: SimScheduler, @unchecked Sendable {
    /// What is counted: operations that change something, and giving up a lock.
    private static let counted: Set<FileSystemError.Operation> = [.write, .sync, .unlock]

    /// Something that a process did.
    struct Event: Equatable {
        var process: Int
        var operation: FileSystemError.Operation
        var name: String
    }

    private struct State {
        var current = 0
        var counts: [Int]
        var hasEnded: [Bool]
        var waits = 0
    }

    private let processes: [SimFS]
    /// Before which of its operations, from 1, each process hands over.
    private let switches: [[Int]]
    /// Which process is killed where it would first hand over.
    private let killed: Int?
    private let state: Condition<State>
    /// Whether it came as far as that.
    private(set) var hasKilled = false
    /// All operations, in their order.
    private(set) var events: [Event] = []

    init(_ processes: [SimFS], switches: [[Int]], killed: Int? = nil) {
        self.processes = processes
        self.switches = switches
        self.killed = killed
        let count = processes.count
        state = Condition(
            State(counts: [Int](repeating: 0, count: count), hasEnded: [Bool](repeating: false, count: count))
        )
    }

    /// Runs what each process does, to the end of all.
    func run(_ work: (_ process: Int) -> Void) throws {
        let disk = processes[0].disk
        disk.scheduler = self
        defer { disk.scheduler = nil }
        try withoutActuallyEscaping(work) { work in
            let work = Work(run: work)
            let threads = try processes.indices.map { index in
                try Thread.start(name: "process \(index)") {
                    self.waitForTurn(index)
                    work.run(index)
                    self.state.withLock { $0.hasEnded[index] = true }
                    self.pass(from: index)
                }
            }
            for thread in threads { thread.join() }
        }
    }

    /// How many operations were counted of each process.
    var counts: [Int] { state.withLock { $0.counts } }

    /// How often a process took the lock of a file.
    func locks(of name: String) -> Int { events.count { $0.operation == .lock && $0.name == name } }

    /// How many syncs of files there were.
    var syncs: Int { events.count { $0.operation == .sync } }

    /// Joined before the caller goes on, and run one at a time.
    private struct Work: @unchecked Sendable { let run: (Int) -> Void }

    private func waitForTurn(_ index: Int) { _ = state.wait { $0.current == index ? true : nil } }

    private func pass(from index: Int) {
        state.withLock { state in
            let count = processes.count
            let others = (1..<count).map { (index + $0) % count }
            state.current = others.first { !state.hasEnded[$0] } ?? index
        }
        state.broadcast()
    }

    func turn(_ process: SimProcess, _ operation: FileSystemError.Operation, _ name: String) throws(Refusal) {
        guard let index = processes.firstIndex(where: { $0.process === process }) else { return }
        if process.isKilled { throw Refusal(.badDescriptor) }
        events.append(Event(process: index, operation: operation, name: name))
        guard Self.counted.contains(operation) else { return }
        let count = state.withLock { state in
            state.counts[index] += 1
            return state.counts[index]
        }
        guard switches[index].contains(count) else { return }
        if index == killed {
            hasKilled = true
            processes[index].disk.kill(processes[index])
            throw Refusal(.badDescriptor)
        }
        // What it is about to do comes after what the others do meanwhile.
        events.removeLast()
        pass(from: index)
        waitForTurn(index)
        events.append(Event(process: index, operation: operation, name: name))
    }

    func blocked(_ process: SimProcess, canTimeOut: Bool) throws(Refusal) -> Bool {
        guard let index = processes.firstIndex(where: { $0.process === process }) else { return false }
        let canGoOn = state.withLock { state in
            state.waits += 1
            return state.waits < 1000 && state.hasEnded.indices.contains { $0 != index && !state.hasEnded[$0] }
        }
        guard canGoOn else { return false }
        pass(from: index)
        waitForTurn(index)
        return true
    }
}
