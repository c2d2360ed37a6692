internal import FileSystemSeam

extension JSONRecordsJournal {
    func create() throws(JournalError) {
        try withWriteAccess { (access) throws(JournalError) in
            if try !access.hasManifest { try JournalManifest.jsonRecords.write(to: access.storage.directory) }
        }
    }

    /// When a writer compares all indexes with the records before it works.
    enum IndexComparison {
        /// The first time that this handle writes to the directory.
        case once
        /// Every time.
        case always
        /// Not at all: the indexes are replaced, whatever they say.
        case never
    }

    func rebuildIndexes(
        discardingEvidence: Bool,
        progress: WorkProgress.Handler?
    ) throws(JournalError) -> UInt64 {
        guard try standingStorage() != nil else { return 0 }
        let comparison: IndexComparison = discardingEvidence ? .never : .always
        return try withWriteAccess(comparing: comparison, progress) { (access) throws(JournalError) in
            try access.storage.rebuildIndexes(ExpectedIndexes(access.snapshot.records))
            return UInt64(access.snapshot.records.count)
        }
    }

    /// Requests share the lock and the look at the records; each record is published for itself.
    func commit(_ requests: [JournalRequest]) -> [Result<JournalAnswer, JournalError>] {
        var answers: [Result<JournalAnswer, JournalError>] = []
        do throws(JournalError) {
            try withWriteAccess { (access) throws(JournalError) in
                for request in requests {
                    do throws(JournalError) {
                        answers.append(.success(try access.answer(request)))
                    } catch  where error.isRefusal {
                        answers.append(.failure(error))
                    }
                }
            }
        } catch {
            if answers.count < requests.count { answers.append(.failure(error)) }
            // Those behind it were not tried.
            while answers.count < requests.count { answers.append(.failure(error.withoutOutcome)) }
        }
        return answers
    }

    /// Runs `body` under the journal's lock, on records that are whole and durable.
    ///
    /// - Parameters:
    ///   - comparison: when all indexes are compared with the records first.
    ///   - progress: told how many records are read.
    func withWriteAccess<Result: Sendable>(
        comparing comparison: IndexComparison = .once,
        _ progress: WorkProgress.Handler? = nil,
        _ body: (inout WriteAccess) throws(JournalError) -> Result
    ) throws(JournalError) -> Result {
        try writer.withLock { (state) throws(JournalError) in
            if state.isPoisoned { throw .poisoned(path: path) }
            do throws(JournalError) {
                return try self.lockedWriteAccess(&state, comparison, progress, body)
            } catch {
                if error.isFailedSync { state.isPoisoned = true }
                throw error
            }
        }
    }

    private func lockedWriteAccess<Result>(
        _ state: inout WriterState,
        _ comparison: IndexComparison,
        _ progress: WorkProgress.Handler?,
        _ body: (inout WriteAccess) throws(JournalError) -> Result
    ) throws(JournalError) -> Result {
        var lock = JournalLock(place)
        let held = try lock.takeStanding { () throws(JournalError) in
            try directoryForWriting(&state, mayMake: comparison == .once)
        }
        let storage = JSONRecordsStorage(directory: held.journal)
        if state.prepared == nil { try place.confirm(storage.directory, writing: true) }
        // A journal of another format may have been made in it while waiting.
        try checkFormat(of: storage.directory)
        if state.prepared == nil { try storage.preparedRecords() }
        var access = WriteAccess(
            journal: self,
            storage: storage,
            snapshot: try snapshot(of: storage, progress: progress)
        )
        if let seen = state.lastSeen, !access.snapshot.holds(seen) {
            throw .rolledBack(expected: seen, found: access.snapshot.head(at: seen.index))
        }
        let isPrepared = state.prepared != nil
        if comparison == .always || (comparison == .once && !isPrepared) { try access.compareIndexes() }
        try access.catchUp()
        state.lastSeen = access.snapshot.last
        if !isPrepared && comparison != .never {
            state.prepared = (try storage.identity, storage.directory)
        }
        // What was published is acknowledged, whatever becomes of the rest.
        defer { state.lastSeen = access.snapshot.last }
        let result = try body(&access)
        _ = consume held
        return result
    }

    /// The journal's directory for writing, made when it is not there, if it may be.
    private func directoryForWriting(
        _ state: inout WriterState,
        mayMake: Bool
    ) throws(JournalError) -> any Directory {
        if let storage = try standingStorage() {
            if let prepared = state.prepared, try storage.identity == prepared.identity { return storage.directory }
        }
        state.prepared = nil
        return try place.madeDirectory(mayMake: mayMake)
    }
}
