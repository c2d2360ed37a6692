internal import FileSystemSeam
internal import LockKit
internal import PlatformProfile

extension SessionLog {
    /// Appends one event.
    ///
    /// When it returns, the event stands in the file with the next number, survives the death of the process, and is as
    /// durable as ``SessionLogOptions/durability`` says. The session's directory and its files are made when missing.
    ///
    /// - Parameter event: its sequence number is overwritten; what is empty among event id, timestamp, trace id and
    ///   span id is made up.
    /// - Throws: `.lockBusy`, `.invalidEvent`, `.lineTooLong`, `.numbersExhausted`, `.notALog`, `.lockUnusable`, and
    ///   then nothing was written; `.io`, and then a part of it may be there; `.partlyAppended` or `.notDurable`, and
    ///   then it is there, but may not survive a loss of power; `.poisoned`.
    /// - Complexity: O(*n*) in the length of the line, as long as the counter is right; else the lines are counted
    ///   once.
    @discardableResult
    public func append(_ event: SessionEvent) throws(EventLogError) -> AppendReceipt {
        try append(EncodedEvents(event, fileSystem))
    }

    /// Appends several events with consecutive numbers in one write: all of them, or none.
    ///
    /// What ``append(_:)-(SessionEvent)`` says holds for each. After a crash, and after `.io`, a part of them may be
    /// found, from the first on.
    ///
    /// - Throws: what ``append(_:)-(SessionEvent)`` throws, and `.batchTooLong`; `.partlyAppended` when the file system
    ///   took only the first of them.
    @discardableResult
    public func append(_ events: [SessionEvent]) throws(EventLogError) -> AppendReceipt {
        if events.isEmpty {
            return AppendReceipt(sequenceNumbers: 0..<0, byteRange: 0..<0, isCounterWritten: false, quarantined: nil)
        }
        return try append(EncodedEvents(events, fileSystem))
    }

    private func append(_ encoded: EncodedEvents) throws(EventLogError) -> AppendReceipt {
        let (receipt, ticket) = try write(encoded)
        do throws(EventLogError) {
            try commits.commit(ticket, encoded.count, options.durability)
        } catch {
            throw .notDurable(path: path, sequenceNumbers: receipt.sequenceNumbers, reason: "\(error)")
        }
        return receipt
    }

    /// Checks that ``append(_:)-([SessionEvent])`` would take each of these events. Nothing is touched.
    ///
    /// - Throws: `.invalidEvent`, `.lineTooLong`.
    public func validate(_ events: [SessionEvent]) throws(EventLogError) {
        try EncodedEvents(events, fileSystem).checkLengths(maximum: options.maximumLineBytes)
    }

    /// Makes everything durable that was appended through this handle, by this process, since it was made or closed.
    ///
    /// With ``EventDurability/none`` the line feed in front of it is written again first, as a handle with any other
    /// durability does when it appends: zeros in the place of a line that a sync failed for shall not become a part of
    /// the next one.
    ///
    /// - Throws: `.io`, and then the handle is `.poisoned`.
    public func flush() throws(EventLogError) { try commits.flush() }

    /// How long others are given the lock between two cuts.
    private static let cutPauseNanoseconds: UInt64 = 2_000_000

    /// A count and a copy, which one append may need.
    private static let latePreparationMaximum = 2

    /// Writes lines under the lock, and prepares without it what that needs.
    func write(_ encoded: EncodedEvents) throws(EventLogError) -> (receipt: AppendReceipt, ticket: UInt64) {
        let deadline = Deadline(milliseconds: options.lockTimeoutMilliseconds, fileSystem)
        return try inTurn(deadline) { (kept: inout OpenLog?) throws(EventLogError) -> (AppendReceipt, UInt64) in
            try commits.checkPoison()
            defer { kept?.endMaking() }
            var append = LockedAppend(encoded)
            var (reopenings, latePreparations) = (0, 0)
            while true {
                var log = try open(unless: kept.take())
                let outcome: LockedAppend.Outcome
                do throws(LockedAppendError) {
                    outcome = try append.run(&log, options, platform, timeout: deadline.remaining)
                } catch {
                    // The directory was removed: the one at the path now is another, or has to be made.
                    if case .lock(.directoryMissing) = error, reopenings < 2 {
                        reopenings += 1
                        continue
                    }
                    // Those lines that a failed write left are for the next flush, too.
                    if let start = append.stayedFrom, let events = log.events {
                        _ = noteWrite(from: start, of: events, in: log.directory)
                    }
                    kept = consume log
                    throw error.failure(path: path, deadline)
                }
                do throws(EventLogError) {
                    switch outcome {
                    case .written(let receipt, let events):
                        let start = receipt.byteRange.isEmpty ? nil : receipt.byteRange.lowerBound
                        let ticket = noteWrite(from: start, of: events, in: log.directory)
                        kept = consume log
                        return (receipt, ticket)
                    case .missing: try log.makeEvents(deadline)
                    case .uncounted(let events, let size): try count(&log, events, upTo: size)
                    case .torn(let events, let size): append.copy = try copyTail(of: events, size: size, log)
                    case .shortened:
                        // Nothing was prepared in vain: each time less is left. Whoever waits gets the lock in between:
                        // the kernel gives it to whoever asks first, and that would be this thread again.
                        kept = consume log
                        fileSystem.sleep(nanoseconds: Self.cutPauseNanoseconds)
                        continue
                    }
                } catch {
                    // What is held open will be told of syncs that failed, and knows which numbers were given.
                    kept = consume log
                    throw error
                }
                kept = consume log
                // The time is for waiting, not for working: what was prepared is to be of use, or nobody who prepares
                // for longer would ever append. So the lock is tried again, also when the time is over by now; unless
                // others make each preparation useless.
                if deadline.isOver { latePreparations += 1 }
                if latePreparations > Self.latePreparationMaximum {
                    throw .lockBusy(path: path, waitedMilliseconds: deadline.waitedMilliseconds)
                }
            }
        }
    }

    /// - Parameter start: where lines were written; nil when none were.
    /// - Returns: the ticket for the durability of what was written.
    private func noteWrite(from start: Int64?, of events: OpenEvents, in directory: any Directory) -> UInt64 {
        // What has to be durable at once was written behind a renewed end.
        commits.noteWrite(of: events, in: directory, from: options.durability == .none ? start : nil)
    }

    /// What is held open already, else the directory at the path, made when it is missing.
    private func open(unless held: OpenLog?) throws(EventLogError) -> OpenLog {
        if let held { return held }
        let standing = try fileSystem.openSession(path)
        try platform.admit(writing: true, holding: standing)
        let directory: any Directory
        if let standing {
            directory = standing
        } else {
            do throws(FileSystemError) {
                directory = try fileSystem.openDirectory(path, creating: .ownerDirectory)
            } catch {
                throw .io(error, file: path)
            }
        }
        return OpenLog(directory, path: path, fileSystem)
    }

    private func count(_ log: inout OpenLog, _ events: OpenEvents, upTo size: Int64) throws(EventLogError) {
        do throws(FileSystemError) {
            try log.tally.advance(over: events.file, to: size)
        } catch {
            throw .io(error, file: LogFiles.events)
        }
    }

    private func copyTail(of events: OpenEvents, size: Int64, _ log: OpenLog) throws(EventLogError) -> TailCopy? {
        let quarantine = Quarantine(
            directory: log.directory,
            fileSystem: fileSystem,
            pieceByteCount: options.tailPieceByteCount
        )
        do throws(FileSystemError) {
            return try quarantine.copy(events, size: size)
        } catch {
            throw .io(error, file: LogFiles.quarantine)
        }
    }

}

extension LockedAppendError {
    fileprivate func failure(path: String, _ deadline: Deadline) -> EventLogError {
        switch self {
        case .log(let error): error
        case .lock(let error): .locking(error, path: path, deadline)
        }
    }
}

extension EventLogError {
    /// What it means that the lock was not taken.
    static func locking(_ error: LockError, path: String, _ deadline: Deadline) -> EventLogError {
        switch error {
        case .timedOut: .lockBusy(path: path, waitedMilliseconds: deadline.waitedMilliseconds)
        case .io(let error, _): .io(error, file: LogFiles.lock)
        case .directoryMissing:
            .io(FileSystemError(operation: .openDirectory, name: path, code: .noEntry), file: path)
        default: .lockUnusable(path: path, reason: "\(error)")
        }
    }
}
