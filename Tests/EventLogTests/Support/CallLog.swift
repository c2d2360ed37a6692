import FileSystemSeam

/// Every system call that a file system makes, and a way to let them fail.
final class CallLog: Sendable {
    private struct State {
        var calls: [SystemCall] = []
        var fault: (@Sendable (SystemCall) -> SystemCall.Fault?)?
    }

    private let state = Condition(State())

    /// A file system whose calls this log sees.
    var fileSystem: PosixFileSystem {
        PosixFileSystem { [state] call in
            let fault = state.withLock { state in
                state.calls.append(call)
                return state.fault
            }
            return fault?(call)
        }
    }

    var calls: [SystemCall] { state.withLock { $0.calls } }

    var names: [String] { calls.map(\.name.rawValue) }

    func forget() { state.withLock { $0.calls = [] } }

    func setFault(_ fault: (@Sendable (SystemCall) -> SystemCall.Fault?)?) { state.withLock { $0.fault = fault } }
}
