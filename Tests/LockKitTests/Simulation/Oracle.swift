import CrashTesting
import FileSystemSeam

/// Knows who is inside, without any lock of its own kind: one schedule of the explorer moves one process at a time.
final class Oracle: Sendable {
    private struct State {
        var exclusive: Int?
        var shared: Set<Int> = []
        var lastEpoch: UInt64 = 0
    }

    private let state = Condition(State())

    func reset() { state.withLock { $0 = State() } }

    /// - Throws: ``CheckFailure`` when another one is inside.
    func enter(_ process: Int, shared: Bool = false) throws {
        try state.withLock { state in
            if let other = state.exclusive { throw CheckFailure("process \(process) and \(other) hold the lock") }
            if shared {
                state.shared.insert(process)
                return
            }
            if let other = state.shared.first { throw CheckFailure("process \(process) and \(other) hold the lock") }
            state.exclusive = process
        }
    }

    /// - Throws: ``CheckFailure`` when the epoch is not greater than all before.
    func see(_ epoch: UInt64) throws {
        try state.withLock { state in
            if epoch <= state.lastEpoch { throw CheckFailure("epoch \(epoch) after \(state.lastEpoch)") }
            state.lastEpoch = epoch
        }
    }

    func leave(_ process: Int) {
        state.withLock { state in
            if state.exclusive == process { state.exclusive = nil }
            state.shared.remove(process)
        }
    }
}
