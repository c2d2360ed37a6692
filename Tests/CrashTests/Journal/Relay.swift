import FileSystemSeam

/// Runs two simulated processes on one disk, in threads, one at a time: the first one up to one of its operations, the other one
/// up to one of its own, then the first one to its end. Who waits for a lock lets the other one go on.
final class Relay: SimScheduler, @unchecked Sendable {
    /// What is counted: operations that change something, and giving up a lock.
    private static let counted: Set<FileSystemError.Operation> = [.write, .sync, .unlock]

    private struct State {
        var current = 0
        var counts = [0, 0]
        var hasEnded = [false, false]
        var waits = 0
    }

    private let processes: [SimFS]
    /// Before which of its operations, from 1, each process hands over.
    private let switches: [Int]
    /// Whether the first process is killed there instead.
    private let kills: Bool
    private let state = Condition(State())
    /// How often a process took the lock of a file.
    private(set) var fileLocks: [String: Int] = [:]
    /// How many syncs of a file there were.
    private(set) var syncs = 0

    init(_ processes: [SimFS], switches: [Int], kills: Bool = false) {
        self.processes = processes
        self.switches = switches
        self.kills = kills
    }

    /// Runs both to their end.
    func run(_ first: () -> Void, _ second: () -> Void) throws {
        try withoutActuallyEscaping(first) { first in
            try withoutActuallyEscaping(second) { second in
                let both = [Work(run: first), Work(run: second)]
                let disk = processes[0].disk
                disk.scheduler = self
                let threads = try both.indices.map { index in
                    try Thread.start(name: "process \(index)") {
                        self.waitForTurn(index)
                        both[index].run()
                        self.state.withLock { $0.hasEnded[index] = true }
                        self.pass(from: index)
                    }
                }
                for thread in threads { thread.join() }
                disk.scheduler = nil
            }
        }
    }

    /// How many operations were counted of each process.
    var counts: [Int] { state.withLock { $0.counts } }

    /// Joined before the caller goes on, and run one at a time.
    private struct Work: @unchecked Sendable { let run: () -> Void }

    private func waitForTurn(_ index: Int) { _ = state.wait { $0.current == index ? true : nil } }

    private func pass(from index: Int) {
        state.withLock { $0.current = $0.hasEnded[1 - index] ? index : 1 - index }
        state.broadcast()
    }

    func turn(_ process: SimProcess, _ operation: FileSystemError.Operation, _ name: String) throws(Refusal) {
        guard let index = processes.firstIndex(where: { $0.process === process }) else { return }
        if process.isKilled { throw Refusal(.badDescriptor) }
        if operation == .lock { fileLocks[name, default: 0] += 1 }
        if operation == .sync { syncs += 1 }
        guard Self.counted.contains(operation) else { return }
        let isSwitch = state.withLock { state in
            state.counts[index] += 1
            return state.counts[index] == switches[index]
        }
        guard isSwitch else { return }
        if kills, index == 0 {
            processes[0].disk.kill(processes[0])
            throw Refusal(.badDescriptor)
        }
        pass(from: index)
        waitForTurn(index)
    }

    func blocked(_ process: SimProcess, canTimeOut: Bool) throws(Refusal) -> Bool {
        guard let index = processes.firstIndex(where: { $0.process === process }) else { return false }
        let canGoOn = state.withLock { state in
            state.waits += 1
            return !state.hasEnded[1 - index] && state.waits < 1000
        }
        guard canGoOn else { return false }
        pass(from: index)
        waitForTurn(index)
        return true
    }
}
