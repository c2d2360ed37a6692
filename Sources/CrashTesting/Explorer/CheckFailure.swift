/// A check's verdict that a recovered store broke a promise. Any other error thrown by a check is a programming
/// error of the test and ends the exploration.
public struct CheckFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, in a few words: `the acknowledged value 2 is gone`.
    public var message: String

    /// Makes a verdict.
    public init(_ message: String) { self.message = message }

    /// The message.
    public var description: String { message }

    /// Throws a ``CheckFailure`` unless a promise holds.
    public static func unless(_ holds: Bool, _ message: @autoclosure () -> String) throws(CheckFailure) {
        if !holds { throw CheckFailure(message()) }
    }
}

/// Why an exploration could not be done; never a finding about the store.
public enum CrashTestingError: Error, CustomStringConvertible {
    /// Two recordings of the workload, or two runs of the recovery, differed: what they do depends on something
    /// that is not on the disk.
    case notDeterministic(what: String, detail: String)
    /// The workload threw although no fault was planned.
    case workloadFailed(any Error)
    /// The workload makes far too many operations, or waits for a lock that nobody releases.
    case workloadDoesNotEnd(String)
    /// The check threw something else than a ``CheckFailure``; the token tries that state again.
    case checkIsBroken(any Error, ReplayToken)
    /// A replay token names no state of this workload.
    case tokenDoesNotFit(ReplayToken, reason: String)

    /// One sentence with the remedy.
    public var description: String {
        switch self {
        case .notDeterministic(let what, let detail):
            "the \(what) is not deterministic: \(detail); take time, randomness and order from the file system only"
        case .workloadFailed(let error): "the workload failed while it was recorded: \(error)"
        case .workloadDoesNotEnd(let reason): "the workload does not end: \(reason)"
        case .checkIsBroken(let error, let token):
            "the check threw an error that is not a CheckFailure: \(error); replay: \(token)"
        case .tokenDoesNotFit(let token, let reason):
            "the token \(token) names no state of this workload: \(reason); "
                + "use the workload and the model that it was printed for, and explore again when either has changed"
        }
    }
}
