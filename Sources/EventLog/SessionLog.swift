internal import Canonical
public import FileSystemSeam
public import PlatformProfile

/// A session's event log: one JSON object a line, appended to by many short-lived processes at once.
///
///     let log = SessionLog(at: "sessions/ssn_1", fileSystem: PosixFileSystem.shared)
///     let event = SessionEvent(
///         sessionID: "ssn_1", agentID: "agent://coder", agentInstanceID: "ai_1", agentName: "coder",
///         hostID: "host_1", kind: .agentCalledTool(name: "grep"))
///     let number = try log.append(event).sequenceNumbers.lowerBound
///
/// Numbers are unique and run from 0 without gaps over any number of processes, and over other tools that append to
/// the same file under the same rules (`docs/formats/event-log.md`). When an append returns, its events survive the
/// death of the process; what survives a power cut is the choice of ``SessionLogOptions/durability``.
///
/// Making a handle touches nothing. A handle may be used from several threads; their appends queue. Between appends it
/// holds the session's directory and its events open, and no lock. A directory that is renamed takes the log along that
/// its handles append to, flush, repair and seal; whatever only reads goes by the path. One that was removed is made
/// anew. In a forked child a handle opens them anew, and answers for the durability of the child's own events only: what
/// its parent appended is its parent's to make durable.
public final class SessionLog: Sendable {
    /// The session's directory, as given.
    public let path: String
    /// How it was opened.
    public let options: SessionLogOptions
    let fileSystem: any FileSystem
    let commits: SyncGroup
    let platform: PlatformAdmission
    let turns = Condition(Turn())

    /// Whose turn it is to append among the threads of this handle.
    struct Turn: Sendable {
        /// Whose it is: see ``enter(_:)``.
        private var process: ProcessInstance?
        var isTaken = false
        var log: OpenLog?

        /// Forgets what another process has opened: see ``SyncGroup``.
        mutating func enter(_ process: ProcessInstance) {
            if self.process != process { (isTaken, log) = (false, nil) }
            self.process = process
        }
    }

    /// Makes a handle. Nothing is touched until the first call; a log that is not there has no events, and is made by
    /// the first append.
    public init(at path: String, fileSystem: any FileSystem, options: SessionLogOptions = SessionLogOptions()) {
        self.path = path
        self.options = options
        self.fileSystem = fileSystem
        commits = SyncGroup(path: path, fileSystem: fileSystem)
        platform = PlatformAdmission(
            to: path,
            profilePath: options.platformProfile,
            withoutProfile: options.admission,
            fileSystem: fileSystem,
            observer: options.openObserver
        )
    }

    /// What was seen of the platform when this handle was admitted to it; nil before its first append, with a profile
    /// before its first call that finds a log. Nil for as long as a glance is enough: with neither a profile nor an
    /// observer, unless the policy is `.require` or `.exact`, or `statfs` does not decide. ``diagnostics(depth:)``
    /// looks.
    public var platformDiagnostics: PlatformDiagnostics? { platform.diagnostics }

    deinit { commits.stop(waits: false) }

    /// Makes everything durable that was appended through this handle, and lets go of what it holds open. The handle
    /// can be used again, but with ``EventDurability/interval(milliseconds:)`` it then syncs each append at once.
    ///
    /// With ``EventDurability/none`` nothing is synced; whoever wants that calls ``flush()`` before.
    ///
    /// - Throws: `.io`, `.poisoned` when the sync failed.
    public func close() throws(EventLogError) {
        commits.stop(waits: true)
        let isDurable = options.durability != .none
        try inTurn(Deadline(milliseconds: nil, fileSystem)) { (log: inout OpenLog?) throws(EventLogError) in
            if isDurable { try commits.flush() }
            commits.letGo()
            log = nil
        }
    }
}

// MARK: - The directory

extension SessionLog {
    /// The session's directory for reading; nil when it is not there. With a profile the platform is admitted first.
    func standing() throws(EventLogError) -> (any Directory)? { try fileSystem.openSession(path, admittedBy: platform) }
}

extension FileSystem {
    /// The session's directory for reading; nil when it is not there. With a profile the platform is admitted first.
    func openSession(
        _ path: String,
        admittedBy platform: PlatformAdmission
    ) throws(EventLogError) -> (any Directory)? {
        try platform.admit(writing: false)
        guard let directory = try openSession(path) else { return nil }
        try platform.admit(directory, writing: false)
        return directory
    }
}

extension PlatformAdmission {
    /// Looks at the platform, before anything of the log is.
    func admit(writing: Bool, holding directory: (any Directory)? = nil) throws(EventLogError) {
        do throws(PlatformError) {
            try require(writing: writing, holding: directory)
        } catch {
            throw .platform(error)
        }
    }

    /// Makes sure that what was looked at is what is held.
    func admit(_ directory: any Directory, writing: Bool) throws(EventLogError) {
        do throws(PlatformError) {
            try confirm(directory, writing: writing)
        } catch {
            throw .platform(error)
        }
    }
}

// MARK: - Turns

extension SessionLog {
    /// Runs `body` with what the handle holds open, while no other thread of this handle does.
    ///
    /// - Throws: `.lockBusy` when the time is over.
    func inTurn<Answer>(
        _ deadline: Deadline,
        _ body: (inout OpenLog?) throws(EventLogError) -> Answer
    ) throws(EventLogError) -> Answer {
        var log: OpenLog?
        let process = fileSystem.processInstance
        let isOurs: Bool? = turns.wait(timeoutNanoseconds: deadline.remainingNanoseconds) { turn in
            turn.enter(process)
            if turn.isTaken { return nil }
            turn.isTaken = true
            swap(&log, &turn.log)
            return true
        }
        if isOurs == nil { throw .lockBusy(path: path, waitedMilliseconds: deadline.waitedMilliseconds) }
        defer {
            turns.withLock { turn in
                turn.isTaken = false
                swap(&log, &turn.log)
            }
            turns.signal()
        }
        return try body(&log)
    }
}

/// Until when something is waited for.
struct Deadline {
    private let fileSystem: any FileSystem
    private let start: MonotonicTime
    /// Nil for ever.
    private let limitNanoseconds: UInt64?

    init(milliseconds: UInt64?, _ fileSystem: any FileSystem) {
        self.fileSystem = fileSystem
        start = fileSystem.monotonicClock()
        limitNanoseconds = milliseconds.map { limit in
            let (product, isTooLong) = limit.multipliedReportingOverflow(by: 1_000_000)
            return isTooLong ? .max : product
        }
    }

    private var waitedNanoseconds: UInt64 { fileSystem.monotonicClock().nanoseconds(since: start) }

    var waitedMilliseconds: UInt64 { waitedNanoseconds / 1_000_000 }

    /// 0 when the time is over.
    var remainingNanoseconds: UInt64 {
        guard let limitNanoseconds else { return .max }
        let waited = waitedNanoseconds
        return waited < limitNanoseconds ? limitNanoseconds - waited : 0
    }

    /// What is left, as a duration.
    var remaining: Duration { .nanoseconds(Int64(clamping: remainingNanoseconds)) }

    var isOver: Bool { remainingNanoseconds == 0 }
}
