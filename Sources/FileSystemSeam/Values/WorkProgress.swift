/// How far a long piece of work has come, for whoever waits for it.
public struct WorkProgress: Sendable, Equatable {
    /// How many pieces are done, from 0 to ``total``.
    public var completed: UInt64
    /// How many pieces there are; nil while that is not known.
    public var total: UInt64?

    /// Makes a report.
    public init(completed: UInt64, total: UInt64?) {
        self.completed = completed
        self.total = total
    }

    /// Receives reports, on the thread that works. It is called often and must be quick.
    public typealias Handler = (WorkProgress) -> Void
}
