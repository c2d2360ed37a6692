internal import FileSystemSeam

/// What the appends of a handle and their syncs know of each other: see ``GroupCommit``.
struct CommitState: Sendable {
    /// Whose it is: see ``enter(_:)``.
    private var process: ProcessInstance?
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

    /// What is to be synced.
    struct Target: Sendable {
        let directory: any Directory
        let events: OpenEvents
        /// Whether the names of the events and of the directory are known to be durable.
        var isNamed = false
    }

    /// Forgets what another process has opened and begun. Parent and child share a file that was open when the child was forked,
    /// and of a sync that failed only one of them is told: the other's succeeds. Each answers for its own events.
    mutating func enter(_ process: ProcessInstance) {
        if let known = self.process, known != process {
            var fresh = CommitState()
            fresh.isPoisoned = isPoisoned
            fresh.isStopped = isStopped
            self = fresh
        }
        self.process = process
    }
}
