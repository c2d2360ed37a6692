internal import FileSystemSeam

/// What the appends of a handle and their syncs know of each other: see ``SyncGroup``.
struct CommitState: Sendable {
    /// The last ticket that was given.
    var written: UInt64 = 0
    /// The last ticket that is covered by a sync.
    var synced: UInt64 = 0
    var isSyncing = false
    /// How many threads sync, or wait for a sync.
    var asking = 0
    var isPoisoned = false
    var target: Target?
    /// Events appended since the last one that had to be durable, for ``EventDurability/everyEvents(_:)``.
    var uncommittedEvents = 0
    /// When the flushing thread has to sync next.
    var flushDeadline: MonotonicTime?
    var flusher: Thread?
    var isStopped = false
    /// From the line feed that the events ended with before lines of this handle, to behind the last such one: what has
    /// to be written again before a sync is believed; nil for nothing.
    private(set) var unrenewed: Range<Int64>?

    /// What is to be synced.
    struct Target: Sendable {
        /// Where the events stand; another one may hold the same file, by a name of which nothing is known.
        var directory: any Directory
        /// What the first of the lines was written through. A handle that was opened later may not be told of a sync
        /// that failed before.
        let events: OpenEvents
        /// Whether the names of the events and of the directory are known to be durable.
        var isNamed = false
        /// Whether the line feed in front of this handle's first line was written again.
        var isRenewed = false
    }

    /// Notes that lines were written behind an end that may be that of a line which a sync failed for: see
    /// ``OpenLog/renewEnd(of:size:)``.
    ///
    /// - Parameters:
    ///   - start: where the lines begin.
    ///   - isTold: whether the handle is told of every sync that fails from now on; then its first line is the only one
    ///     with such an end before it.
    mutating func noteLines(from start: Int64, isTold: Bool) {
        guard start > 0, target?.isRenewed == false else { return }
        if !isTold {
            unrenewed = (unrenewed?.lowerBound ?? start - 1)..<start
        } else if unrenewed == nil {
            unrenewed = (start - 1)..<start
        }
    }

    /// Notes that a part of the events was written again, and synced.
    mutating func noteRenewed(_ part: Range<Int64>, isTold: Bool) {
        target?.isRenewed = isTold
        if let rest = unrenewed {
            unrenewed = rest.upperBound > part.upperBound ? part.upperBound..<rest.upperBound : nil
        }
    }

    /// Another file stands at the name, or none is held. What was written before is nobody's to sync any more.
    mutating func begin(_ target: Target?) {
        self.target = target
        synced = written
        unrenewed = nil
    }

    /// What a forked child goes on with: nothing that its parent has opened and begun. They share a file that was open
    /// then, and of a sync that failed only one of them is told: the other's succeeds. Each answers for its own events.
    var ofForkedChild: CommitState {
        var fresh = CommitState()
        fresh.isPoisoned = isPoisoned
        fresh.isStopped = isStopped
        return fresh
    }
}
