/// What a store that a ``MarkerLock`` protects remembers of the epochs it has seen, so that a holder whose lock was
/// taken over can no longer write.
///
///     var fence = EpochFence(highestSeen: store.epoch)
///     try fence.admit(held.epoch)     // then write, and keep `fence.highestSeen` with what is written
public struct EpochFence: Sendable, Hashable {
    /// The greatest epoch that was admitted.
    public private(set) var highestSeen: UInt64

    /// Makes a fence from what the store kept; 0 for a new one.
    public init(highestSeen: UInt64 = 0) { self.highestSeen = highestSeen }

    /// Admits an epoch that is not older than the greatest so far.
    ///
    /// - Throws: `.fenced`.
    public mutating func admit(_ epoch: UInt64) throws(LockError) {
        if epoch < highestSeen { throw .fenced(epoch: epoch, highestSeen: highestSeen) }
        highestSeen = epoch
    }
}
