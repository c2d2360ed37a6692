/// A broken promise, shrunk to the plainest state that shows it.
public struct CrashFinding: Sendable, Hashable, CustomStringConvertible {
    /// One micro-operation and whether it survived in the failing state.
    public struct Step: Sendable, Hashable {
        /// The seam operation it belongs to, by number in the run.
        public var operation: Int
        /// That operation as the trace prints it.
        public var title: String
        /// What changes: `sector 0 of log`, `length of log`, `name log`.
        public var cell: String
        /// Whether it persisted.
        public var survived: Bool
        /// Whether it had to, because a sync had returned.
        public var isDurable: Bool
    }

    /// What the check or the recovery said.
    public var message: String
    /// What happened to the disk, and which act would have prevented it, in one sentence.
    public var sentence: String
    /// The act that is missing, alone: `sync of current.tmp before operation 6`.
    public var missing: String
    /// Tries this state again: ``CrashExplorer/replay(_:prepare:workload:recover:check:)``.
    public var token: ReplayToken
    /// Where the power was cut: `after operation 6 rename current.tmp`.
    public var crash: String
    /// How many acknowledgements had been given by then.
    public var acknowledged: Int
    /// The micro-operations issued before the cut.
    public var steps: [Step]
    /// The micro-operations of the recovery that was crashed too; empty when none was.
    public var recoverySteps: [Step]

    /// Message, sentence and token.
    public var description: String { "\(message)\n  \(sentence)\n  replay: \(token)" }
}
