import FileSystemSeam
import TestSupport

/// Records every system call, and makes the next calls of a name fail or fall short as planned.
final class Recorder: Sendable {
    private struct State {
        var calls: [SystemCall] = []
        var plan: [SystemCall.Name: [SystemCall.Fault?]] = [:]
        var always: [SystemCall.Name: SystemCall.Fault] = [:]
    }

    private let state = Condition(State())

    /// A file system whose calls come by here.
    func fileSystem() -> PosixFileSystem {
        PosixFileSystem { [self] call in
            state.withLock { state in
                state.calls.append(call)
                if let always = state.always[call.name] { return always }
                guard let planned = state.plan[call.name], let next = planned.first else { return nil }
                state.plan[call.name] = Array(planned.dropFirst())
                return next
            }
        }
    }

    /// What the next calls of this name come to, one after the other; nil lets one through.
    func plan(_ name: SystemCall.Name, _ faults: [SystemCall.Fault?]) {
        state.withLock { $0.plan[name] = faults }
    }

    /// What every call of this name comes to from now on.
    func always(_ name: SystemCall.Name, _ fault: SystemCall.Fault) {
        state.withLock { $0.always[name] = fault }
    }

    /// Forgets what was recorded and planned.
    func reset() { state.withLock { $0 = State() } }

    /// The calls so far.
    var calls: [SystemCall] { state.withLock { $0.calls } }

    /// How many calls of this name there were.
    func count(_ names: SystemCall.Name...) -> Int { calls.count { names.contains($0.name) } }

    /// The calls so far as text, with `#1`, `#2` … for the descriptors in the order in which they appear.
    var trace: [String] {
        var labels: [Int32: String] = [:]
        var labelled = 0
        func label(_ descriptor: Int32) -> String {
            if let known = labels[descriptor] { return known }
            labelled += 1
            labels[descriptor] = "#\(labelled)"
            return "#\(labelled)"
        }
        let twoNames: Set<SystemCall.Name> = [.renameat, .renameat2, .linkat]
        return calls.map { call in
            var parts: [String] = []
            if let descriptor = call.descriptor { parts.append(label(descriptor)) }
            if twoNames.contains(call.name) {
                // The second directory is the only number among the arguments.
                parts += call.arguments.split(separator: ", ").map { Int32($0).map(label) ?? String($0) }
            } else if !call.arguments.isEmpty {
                parts.append(call.arguments)
            }
            if let count = call.count { parts.append(String(count)) }
            // A closed number may come back for another file.
            if call.name == .close, let descriptor = call.descriptor { labels[descriptor] = nil }
            return "\(call.name.rawValue)(\(parts.joined(separator: ", ")))"
        }
    }
}
