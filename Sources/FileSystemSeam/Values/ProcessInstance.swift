/// One process among those that came from each other by `fork`: whoever opened or locked something keeps its own, and
/// asks later whether it still is the one who did.
///
/// A process number alone does not tell that. A child in a process-id namespace of its own can have the number that its
/// parent has outside of it, and a number is given again once its process has ended. The token is another one in every
/// child.
public struct ProcessInstance: Sendable, Hashable {
    /// The process number, in the process's own namespace; for people.
    public let processID: Int32
    /// Random, and not 0; stays as long as the process does, and across no `execve`.
    public let token: UInt64

    /// Makes one from its parts.
    public init(processID: Int32, token: UInt64) {
        self.processID = processID
        self.token = token
    }
}
