internal import FileSystemSeam

extension SegmentsJournal {
    func create() throws(JournalError) {
        try withWriter { (_) throws(JournalError) in }
    }

    func rebuildIndexes(
        discardingEvidence: Bool,
        progress: WorkProgress.Handler?
    ) throws(JournalError) -> UInt64 {
        guard try place.directory() != nil else { return 0 }
        return try withWriter(
            opening: Opening(isFresh: true, discardsEvidence: discardingEvidence, progress: progress)
        ) { (writer) throws(JournalError) in
            // Opening compares what the index names with the records, before it is given up.
            if !writer.isIndexNew {
                try writer.discardRuns()
                writer = try SegmentWriter(
                    opening: writer.view.directory,
                    self.place,
                    bootID: self.boot,
                    settings: self.place.options.segmentSettings,
                    progress: progress
                )
            }
            return writer.view.ledger.nextIndex - 1
        }
    }

    /// How a writer is come by.
    struct Opening {
        /// Whether what is remembered is not good enough.
        var isFresh = false
        /// Whether the index is removed first, whatever it names.
        var discardsEvidence = false
        var progress: WorkProgress.Handler?
    }

    /// Requests share the lock, one write and one sync.
    func commit(_ requests: [JournalRequest]) -> [Result<JournalAnswer, JournalError>] {
        var answers = JournalAnswers(to: requests)
        do throws(JournalError) {
            try withWriter { (writer) throws(JournalError) in try answers.decide(on: &writer) }
        } catch {
            answers.fail(error)
        }
        return answers.all
    }

    /// The same with what is open from the calls before; nil when that is nothing, or no longer what stands at the
    /// path.
    ///
    /// - Parameter more: see ``JournalStorage/commit(_:_:)``.
    func commitOnHeld(
        _ requests: [JournalRequest],
        _ more: () -> [JournalRequest]
    ) -> [Result<JournalAnswer, JournalError>]? {
        var answers = JournalAnswers(to: requests)
        do throws(JournalError) {
            let hasRun = try withHeldWriter { (writer) throws(JournalError) in
                try answers.decide(on: &writer)
                // While others append, too, they are not kept waiting for the lock.
                while !writer.isShared {
                    let further = more()
                    if further.isEmpty { break }
                    answers.add(further)
                    try answers.decide(on: &writer)
                }
            }
            if !hasRun { return nil }
        } catch {
            answers.fail(error)
        }
        return answers.all
    }

    /// Runs `body` under the journal's lock, on records that are whole and durable.
    func withWriter<Result: Sendable>(
        opening: Opening = Opening(),
        _ body: (inout SegmentWriter) throws(JournalError) -> Result
    ) throws(JournalError) -> Result {
        try poisonable { (state) throws(JournalError) in try locked(&state, opening, body) }
    }

    /// Runs `body` as ``withWriter(opening:_:)`` does, on what is held open from the calls before.
    ///
    /// - Returns: false, and it was not run, when there is no such thing, or something else stands in its place.
    private func withHeldWriter(_ body: (inout SegmentWriter) throws(JournalError) -> Void) throws(JournalError) -> Bool
    {
        try poisonable { (state) throws(JournalError) in
            guard var lock = state.lock.take(), var names = state.names.take(), var writer = state.writer.take() else {
                return false
            }
            let held: HeldJournalLock
            do throws(JournalError) {
                held = try lock.take(on: writer.view.directory)
            } catch .lockBusy(let path, let waited) {
                // Nothing of it is less good for having waited in vain, unless it was for a lock of something else.
                guard try names.stand(at: place) else { return false }
                (state.lock, state.names, state.writer) = (lock, names, writer)
                throw .lockBusy(path: path, waitedMilliseconds: waited)
            } catch {
                return false
            }
            guard try names.stand(at: place), try writer.isUpToDateBelowNames() else { return false }
            try look(&state, &writer)
            try decide(&state, &writer, body)
            if writer.canShareSyncs {
                let hasRecords = !writer.staged.isEmpty
                let written = try writer.writeWithoutSync()
                _ = consume held
                do throws(JournalError) {
                    if let written, try !writer.finish(written) {
                        // Synced; whoever opens the journal anew has to find it.
                        state.lastSeen = writer.view.ledger.last ?? state.lastSeen
                        try lookAnew(&state)
                        return true
                    }
                } catch {
                    throw hasRecords ? error.withUnknownOutcome : error
                }
                state.lastSeen = writer.view.ledger.last ?? state.lastSeen
                state.writer = writer
            } else {
                try commit(&state, writer)
                _ = consume held
            }
            (state.lock, state.names) = (lock, names)
            return true
        }
    }

    /// Opens the journal anew after records were written and synced, and looks whether the last of them is there.
    private func lookAnew(_ state: inout WriterState) throws(JournalError) {
        do throws(JournalError) {
            try locked(&state, Opening(isFresh: true)) { (_) throws(JournalError) in }
        } catch .lockBusy(let path, _) {
            // Whoever is told of a busy lock takes it that nothing was written.
            throw .io(FileSystemError(operation: .lock, name: path, code: .timedOut), file: path)
        } catch .io(let error, let file) {
            throw .io(error, file: file)
        } catch .rolledBack(let expected, let found) {
            // It was written to what is no longer the journal.
            throw .rolledBack(expected: expected, found: found)
        } catch {
            // So does whoever is told of anything else. The next call tells what it is.
            throw .io(
                FileSystemError(operation: .read, name: HeadFile.fileName, code: .staleHandle),
                file: WatermarkFile.path
            )
        }
    }

    private func poisonable<Result: Sendable>(
        _ body: (inout WriterState) throws(JournalError) -> Result
    ) throws(JournalError) -> Result {
        try writer.withLock { (state) throws(JournalError) in
            if state.isPoisoned { throw .poisoned(path: place.path) }
            state.enter(place.fileSystem.processInstance)
            do throws(JournalError) {
                return try body(&state)
            } catch {
                if error.isFailedSync { state.isPoisoned = true }
                throw error
            }
        }
    }

    private func locked<Result>(
        _ state: inout WriterState,
        _ opening: Opening,
        _ body: (inout SegmentWriter) throws(JournalError) -> Result
    ) throws(JournalError) -> Result {
        (state.lock, state.names) = (nil, nil)
        var lock = JournalLock(place)
        let held = try lock.takeStanding { () throws(JournalError) in
            if let standing = try place.directory(), try state.writer?.view.isOf(standing) ?? false { return standing }
            // What needs a fresh look needs a journal.
            return try place.madeDirectory(mayMake: !opening.isFresh)
        }
        let directory = held.journal
        if opening.isFresh { state.writer = nil }
        if opening.discardsEvidence {
            // Something else may stand there since the lock was waited for.
            try place.confirm(directory, writing: true)
            guard try place.format(of: directory) == .segments else { throw place.replaced }
            try discardIndex(of: directory)
        }
        // Kept only when all goes well: after a failure what is on disk is looked at anew.
        var current = state.writer.take()
        if current != nil, try current?.isUpToDate(with: directory) != true { current = nil }
        if current == nil { try place.confirm(directory, writing: true) }
        let isHeld = current != nil
        let result: Result
        if let writer = current.take() {
            result = try work(&state, writer, body)
        } else {
            result = try work(
                &state,
                try SegmentWriter(
                    opening: directory,
                    place,
                    bootID: boot,
                    settings: place.options.segmentSettings,
                    progress: opening.progress
                ),
                body
            )
        }
        // Whoever comes a second time will come a third time.
        if isHeld, let writer = state.writer {
            state.names = try? names(of: writer, lock)
            state.lock = lock
        }
        _ = consume held
        return result
    }

    private func names(of writer: SegmentWriter, _ lock: JournalLock) throws(FileSystemError) -> StandingNames? {
        var parts = try writer.view.heldParts
        if let locks = lock.locksDirectory { parts.append(try StandingNames.Part(JournalLock.directoryName, locks)) }
        return try StandingNames(in: writer.view.directory, parts: parts, place.fileSystem)
    }

    /// Runs `body`, commits what it staged, and keeps the writer when that went well.
    private func work<Result>(
        _ state: inout WriterState,
        _ writer: consuming SegmentWriter,
        _ body: (inout SegmentWriter) throws(JournalError) -> Result
    ) throws(JournalError) -> Result {
        try look(&state, &writer)
        let result = try decide(&state, &writer, body)
        try commit(&state, writer)
        return result
    }

    /// Runs `body`. What it commits on the way is acknowledged, whatever becomes of the rest.
    private func decide<Result>(
        _ state: inout WriterState,
        _ writer: inout SegmentWriter,
        _ body: (inout SegmentWriter) throws(JournalError) -> Result
    ) throws(JournalError) -> Result {
        writer.recorded = nil
        defer { state.lastSeen = writer.recorded ?? state.lastSeen }
        return try body(&writer)
    }

    private func look(_ state: inout WriterState, _ writer: inout SegmentWriter) throws(JournalError) {
        if let seen = state.lastSeen { try writer.require(seen) }
        state.lastSeen = writer.view.ledger.last ?? state.lastSeen
    }

    /// Commits what is staged under the lock, and keeps the writer when that went well.
    private func commit(_ state: inout WriterState, _ writer: consuming SegmentWriter) throws(JournalError) {
        try writer.commit()
        state.lastSeen = writer.view.ledger.last ?? state.lastSeen
        do throws(JournalError) {
            try writer.extendIndex()
            state.writer = writer
        } catch {
            // What is recorded is recorded, whatever becomes of the index. The next call looks at everything anew.
            if error.isFailedSync { state.isPoisoned = true }
        }
    }

    /// Removes the index, and with it what it names, durably: else a power cut could bring it back to stop everything
    /// once more.
    private func discardIndex(of directory: any Directory) throws(JournalError) {
        do {
            if try directory.exists(IndexRun.directoryName) { try directory.removeRecursively(IndexRun.directoryName) }
            try directory.sync()
        } catch {
            throw .io(error, file: IndexRun.directoryName)
        }
    }
}
