public import FileSystemSeam

/// What a ``MarkerLock`` looks like from outside.
public struct LockInspection: Sendable, Hashable {
    /// The states of a lock.
    public enum State: String, Sendable, Hashable {
        /// Nobody holds it, and no marker stands.
        case idle
        /// Nobody holds it, and a marker stands.
        case stale
        /// It is held by the one whom the marker names, or by somebody of whom nothing is known.
        case held
        /// It is held, and its owner is just writing or removing the marker, or someone looks at a stale one, or the
        /// marker names another process than the holders.
        case inTransition = "in_transition"
        /// The marker's owner is on another host or in another process-id namespace.
        case foreign
    }

    /// The state.
    public var state: State
    /// Whether anybody holds the lock. It is what the kernel says, whatever the marker says.
    public var isHeld: Bool
    /// The marker; nil when there is none.
    public var marker: MarkerEvidence?
    /// What the process table says about the marker's owner.
    public var owner: OwnerLiveness
    /// The processes that hold the lock, as far as the kernel tells, in ascending order.
    public var holders: [Int32]
    /// The last epoch; nil when it cannot be read.
    public var epoch: UInt64?
}

/// What a ``FileLock`` looks like from outside.
public struct FileLockInspection: Sendable, Hashable {
    /// Whether anybody holds the lock, and how; nil for nobody.
    public var mode: LockMode?
    /// The processes that hold it, as far as the kernel tells, in ascending order.
    public var holders: [Int32]

    /// Makes one from its parts.
    public init(mode: LockMode?, holders: [Int32]) {
        self.mode = mode
        self.holders = holders
    }
}
