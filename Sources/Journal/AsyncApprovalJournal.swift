internal import FileSystemSeam

/// A journal for tasks: nothing here blocks the threads that tasks run on.
///
///     let journal = AsyncApprovalJournal(ApprovalJournal(at: "approvals", fileSystem: PosixFileSystem.shared))
///     let reservation = try await journal.reserve(use, maximumUses: 1)
///
/// Waiting for the lock and for the disk is done by one thread of its own, which is started by the first call and ends
/// with this object. What tasks ask while it is at work is done together: one lock, one write, one sync.
///
/// A call that has begun is finished, also when its task is cancelled: whether a use was recorded must never depend on
/// who still waits for the answer.
public final class AsyncApprovalJournal: Sendable {
    /// The journal itself, for everything that is not offered here.
    public let journal: ApprovalJournal
    private let worker: Worker

    /// Makes a handle. Nothing is touched and no thread started until the first call.
    public init(_ journal: ApprovalJournal) {
        self.journal = journal
        worker = Worker(journal.storage)
    }

    deinit { worker.end() }

    /// Consumes one use of a grant, or refuses; see ``ApprovalJournal/reserve(_:maximumUses:perGrant:)``.
    ///
    /// - Throws: what that throws, and `.io` when no thread can be started.
    public func reserve(
        _ use: ApprovalUse,
        maximumUses: UInt32? = nil,
        perGrant: UInt32? = nil
    ) async throws(JournalError) -> Reservation {
        try await worker.commit(.reservation(of: use, maximumUses: maximumUses, perGrant: perGrant)).reservation
    }

    /// Appends a revocation; see ``ApprovalJournal/append(_:)-(ApprovalRevocation)``.
    ///
    /// - Throws: what that throws, and `.io` when no thread can be started.
    public func append(_ revocation: ApprovalRevocation) async throws(JournalError) -> AppendedRecord {
        try await worker.commit(.checked(.revocation(revocation))).appendedRecord
    }

    /// Answers whether the next use of a nonce would be allowed; see
    /// ``ApprovalJournal/checkReplay(grant:nonceDigest:maximumUsesHint:)``.
    ///
    /// - Throws: what that throws, and `.io` when no thread can be started.
    public func checkReplay(
        grant: String,
        nonceDigest: String,
        maximumUsesHint: UInt32? = nil
    ) async throws(JournalError) -> ReplayCheck {
        try await run { (journal) throws(JournalError) in
            try journal.checkReplay(grant: grant, nonceDigest: nonceDigest, maximumUsesHint: maximumUsesHint)
        }
    }

    /// Runs anything else on the journal's thread, such as verification or a checkpoint. What is asked meanwhile waits.
    ///
    /// - Throws: what `body` throws, and `.io` when no thread can be started.
    public func run<Answer: Sendable>(
        _ body: @escaping @Sendable (ApprovalJournal) throws(JournalError) -> Answer
    ) async throws(JournalError) -> Answer {
        let journal = journal
        let result: Result<Answer, JournalError> = await withCheckedContinuation { continuation in
            let job = Job.run {
                do throws(JournalError) {
                    continuation.resume(returning: .success(try body(journal)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            if let error = worker.submit(job) { continuation.resume(returning: .failure(error)) }
        }
        return try result.get()
    }
}

/// What the thread has to do.
private enum Job: Sendable {
    /// To ask the storage; several of these in a row are asked together.
    case commit(JournalRequest, @Sendable (Result<JournalAnswer, JournalError>) -> Void)
    case run(@Sendable () -> Void)
}

/// The thread, and what it has to do.
private final class Worker: Sendable {
    private struct State {
        var jobs: [Job] = []
        var isStarted = false
        var isEnded = false
    }

    private let storage: any JournalStorage
    private let state = Condition(State())
    private static let groupMaximum = 256

    init(_ storage: any JournalStorage) { self.storage = storage }

    func commit(_ request: JournalRequest) async throws(JournalError) -> JournalAnswer {
        let result: Result<JournalAnswer, JournalError> = await withCheckedContinuation { continuation in
            let job = Job.commit(request) { continuation.resume(returning: $0) }
            if let error = submit(job) { continuation.resume(returning: .failure(error)) }
        }
        return try result.get()
    }

    /// Takes a job; returns why that is not possible.
    func submit(_ job: Job) -> JournalError? {
        do throws(FileSystemError) {
            try state.withLock { (state) throws(FileSystemError) in
                if !state.isStarted {
                    _ = try Thread.start(name: "journal") { self.work() }
                    state.isStarted = true
                }
                state.jobs.append(job)
            }
        } catch {
            return .io(error, file: "a thread for the journal")
        }
        state.signal()
        return nil
    }

    /// Ends the thread when everything is done that was asked.
    func end() {
        state.withLock { $0.isEnded = true }
        state.signal()
    }

    private func work() {
        while let jobs = next() {
            var group: [(JournalRequest, @Sendable (Result<JournalAnswer, JournalError>) -> Void)] = []
            for job in jobs {
                switch job {
                case .commit(let request, let tell):
                    group.append((request, tell))
                    if group.count == Self.groupMaximum { commit(&group) }
                case .run(let body):
                    commit(&group)
                    body()
                }
            }
            commit(&group)
        }
    }

    /// All jobs there are, once there are some; nil at the end.
    private func next() -> [Job]? {
        state.wait { (state) -> [Job]?? in
            if !state.jobs.isEmpty {
                let jobs = state.jobs
                state.jobs = []
                return .some(jobs)
            }
            return state.isEnded ? .some(nil) : nil
        }
    }

    private func commit(_ group: inout [(JournalRequest, @Sendable (Result<JournalAnswer, JournalError>) -> Void)]) {
        if group.isEmpty { return }
        let answers = storage.commit(group.map(\.0))
        precondition(answers.count == group.count, "a storage answers every request once")
        for (member, answer) in zip(group, answers) { member.1(answer) }
        group.removeAll(keepingCapacity: true)
    }
}
