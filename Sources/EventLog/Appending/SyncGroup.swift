internal import FileSystemSeam

/// Makes appends durable, several at a time: while one thread syncs, others append, and the next sync covers them all.
///
/// Appends are numbered by tickets in the order of their writes. A sync covers every ticket whose write was done before
/// it began. When a sync fails nothing more is acknowledged: on Linux a second try can succeed although the bytes are
/// gone.
final class SyncGroup: Sendable {
    private let path: String
    private let fileSystem: any FileSystem
    private let own = Condition(Own())

    /// The state, and the process that it is of.
    private struct Own: Sendable {
        var process: ProcessInstance?
        var state = Condition(CommitState())
    }

    /// What parents of this process have waited for, kept for good. The threads that wait there, as one that flushes
    /// does most of its life, are not in a forked child: whoever woke them, or took the condition apart, would wait for
    /// them for ever.
    private static let ofParents = Condition<[Condition<CommitState>]>([])

    init(path: String, fileSystem: any FileSystem) {
        self.path = path
        self.fileSystem = fileSystem
    }

    /// The state of the process that asks.
    private var state: Condition<CommitState> {
        let process = fileSystem.processInstance
        return own.withLock { own in
            if own.process == process { return own.state }
            if own.process != nil {
                let parents = own.state
                own.state = Condition(parents.withLock(\.ofForkedChild))
                Self.ofParents.withLock { $0.append(parents) }
            }
            own.process = process
            return own.state
        }
    }

    /// Refuses when a sync failed before. Called before every write.
    func checkPoison() throws(EventLogError) {
        if state.withLock({ $0.isPoisoned }) { throw .poisoned(path: path) }
    }

    /// Acknowledges nothing more.
    func poison() { state.withLock { $0.isPoisoned = true } }

    /// Notes that events were written. Called in the order of the writes.
    ///
    /// - Parameter start: where their lines begin, when the line feed before was not written again; else nil.
    /// - Returns: the ticket of this write.
    func noteWrite(of events: OpenEvents, in directory: any Directory, from start: Int64?) -> UInt64 {
        state.withLock { state in
            if state.target?.events.identity != events.identity {
                state.begin(CommitState.Target(directory: directory, events: events))
            } else if state.target?.directory !== directory {
                state.target?.directory = directory
                state.target?.isNamed = false
            }
            if let start { state.noteLines(from: start, isTold: fileSystem.tellsEveryHandleOfFailedSyncs) }
            state.written += 1
            return state.written
        }
    }

    /// Does what the durability asks for once an append of `count` events was written.
    ///
    /// - Throws: `.io` when the sync failed that this append needs, `.poisoned` when it was another thread's.
    func commit(_ ticket: UInt64, _ count: Int, _ durability: EventDurability) throws(EventLogError) {
        switch durability {
        case .none: return
        case .every: try sync(upTo: ticket)
        case .everyEvents(let maximum):
            let due: UInt64? = state.withLock { state in
                state.uncommittedEvents += count
                guard state.uncommittedEvents >= max(1, maximum) else { return nil }
                state.uncommittedEvents %= max(1, maximum)
                // Events are counted in another order than they were written in: one that was acknowledged before may
                // have been written after this one.
                return state.written
            }
            if let due { try sync(upTo: due) }
        case .interval(let milliseconds):
            if !scheduleFlush(milliseconds: milliseconds) { try sync(upTo: ticket) }
        }
    }

    /// Lets go of the files, unless a thread is waiting for a sync of theirs just now. What was written until now is
    /// nobody's to sync any more.
    func letGo() {
        state.withLock { state in
            if state.asking > 0 { return }
            state.begin(nil)
        }
    }

    /// Makes everything durable that this process has written so far.
    func flush() throws(EventLogError) {
        try sync(upTo: state.withLock { $0.written })
    }

    private enum Role {
        case covered
        case leader(CommitState.Target, upTo: UInt64, renewing: Range<Int64>?)
    }

    private func sync(upTo ticket: UInt64) throws(EventLogError) {
        let (path, state) = (path, state)
        state.withLock { $0.asking += 1 }
        defer { state.withLock { $0.asking -= 1 } }
        let role = try state.wait { (state) throws(EventLogError) -> Role? in
            if state.synced >= ticket { return .covered }
            if state.isPoisoned { throw .poisoned(path: path) }
            guard !state.isSyncing, let target = state.target else { return nil }
            state.isSyncing = true
            return .leader(target, upTo: state.written, renewing: state.unrenewed)
        }
        guard case .leader(var target, let covered, let unrenewed) = role else { return }
        do throws(EventLogError) {
            if let unrenewed { try renew(unrenewed, target) }
            try sync(&target)
        } catch {
            state.withLock { state in
                state.isSyncing = false
                state.isPoisoned = true
            }
            state.broadcast()
            throw error
        }
        let named = target
        state.withLock { state in
            state.isSyncing = false
            guard state.target?.events.identity == named.events.identity else { return }
            state.synced = max(state.synced, covered)
            if state.target?.directory === named.directory { state.target = named }
            if let unrenewed { state.noteRenewed(unrenewed, isTold: fileSystem.tellsEveryHandleOfFailedSyncs) }
        }
        state.broadcast()
    }

    /// Where another file stands at the name there is nothing that could be made durable.
    private func renew(_ part: Range<Int64>, _ target: CommitState.Target) throws(EventLogError) {
        do throws(FileSystemError) {
            _ = try target.events.rewrite(part, in: target.directory)
        } catch {
            throw .io(error, file: LogFiles.events)
        }
    }

    private func sync(_ target: inout CommitState.Target) throws(EventLogError) {
        do throws(FileSystemError) {
            try target.events.file.sync(.data)
        } catch {
            throw .io(error, file: LogFiles.events)
        }
        if target.isNamed { return }
        do throws(FileSystemError) {
            target.isNamed = try fileSystem.syncName(of: target.directory, at: path)
            try target.directory.sync()
        } catch {
            throw .io(error, file: path)
        }
    }
}

// MARK: - Flushing in the background

extension SyncGroup {
    /// Sees to it that a thread syncs within the time.
    ///
    /// - Returns: false when there can be no thread.
    private func scheduleFlush(milliseconds: UInt64) -> Bool {
        let (delay, isTooLong) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        let now = fileSystem.monotonicClock().nanoseconds
        let (sum, isTooFar) = now.addingReportingOverflow(delay)
        let deadline = MonotonicTime(nanoseconds: isTooLong || isTooFar ? .max : sum)
        let state = state
        let hasFlusher = state.withLock { state in
            if state.flushDeadline == nil { state.flushDeadline = deadline }
            if state.flusher == nil, !state.isStopped {
                state.flusher = try? Thread.start(name: "event flush") { [self] in flushUntilStopped() }
            }
            return state.flusher != nil
        }
        state.broadcast()
        return hasFlusher
    }

    private func flushUntilStopped() {
        let state = state
        while let deadline = nextDeadline() {
            let now = fileSystem.monotonicClock()
            let rest = deadline < now ? 0 : deadline.nanoseconds - now.nanoseconds
            _ = state.wait(timeoutNanoseconds: rest) { $0.isStopped ? () : nil }
            state.withLock { $0.flushDeadline = nil }
            // A failure poisons the handle, whose next append says so.
            try? flush()
        }
        try? flush()
    }

    /// Waits for something to flush; nil when the handle is gone.
    private func nextDeadline() -> MonotonicTime? {
        let found = state.wait { (state) -> MonotonicTime?? in
            if let deadline = state.flushDeadline { return deadline }
            return state.isStopped ? .some(nil) : nil
        }
        return found
    }

    /// Ends the thread, which syncs what is left.
    ///
    /// - Parameter waits: whether to return only when that is done.
    func stop(waits: Bool) {
        let state = state
        let flusher = state.withLock { state in
            state.isStopped = true
            return state.flusher.take()
        }
        state.broadcast()
        if waits { flusher?.join() }
    }
}
