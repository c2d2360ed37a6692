internal import FileSystemSeam
internal import LockKit

/// How far a handle has come with making the events.
struct EventsMaking: Sendable {
    /// The events whose name this handle has made durable while they were empty.
    fileprivate(set) var made: FileIdentity?
    /// Keeps others from naming them anew meanwhile: the session's directory, open once more, and locked.
    fileprivate var turn: (any Directory)?
}

extension OpenLog {
    /// Makes the events where there are none, and their name durable before anything is in them; without the lock,
    /// under which nothing is synced.
    ///
    /// Events that are empty get their name anew: whoever made them may have been told that it could not be synced.
    /// Another sync would succeed and say nothing of it, and everything that was acknowledged afterwards would be lost
    /// with the name. For the same reason the name of new events is taken back when the sync fails here.
    ///
    /// Who makes them holds a lock on the directory (`flock`) until something is in them: a name that another one gave
    /// them meanwhile may be one that its sync failed for. Only who makes events waits for it, never while holding the
    /// log's lock, and not for long: the directory may be locked for another purpose, as by a marker lock.
    ///
    /// - Throws: `.lockBusy` when the time is over before the log's lock is free; `.io`.
    mutating func makeEvents(_ deadline: Deadline) throws(EventLogError) {
        do throws(EventLogError) {
            takeTurn(deadline)
            guard let named = try nameEvents(deadline) else {
                endMaking()
                return
            }
            do throws(FileSystemError) {
                try directory.sync()
            } catch {
                if named.isNew { try? removeEmpty(named.identity, deadline) }
                throw .io(error, file: path)
            }
            making.made = named.identity
        } catch {
            endMaking()
            throw error
        }
    }

    /// Lets others make the events; to be called when something is in them, or nothing will be.
    mutating func endMaking() {
        // A child that was forked meanwhile has the same lock.
        making.turn?.unlockAndClose()
        making = EventsMaking()
    }

    /// Nobody makes events for as long as this.
    private static let turnNanoseconds: UInt64 = 1_000_000_000

    private mutating func takeTurn(_ deadline: Deadline) {
        if making.turn != nil { return }
        // Where directories are not locked, as on some network file systems, nobody takes turns.
        guard let turn = try? directory.reopened() else { return }
        let limit = min(deadline.remainingNanoseconds, Self.turnNanoseconds)
        if (try? turn.lock(.exclusive, timeoutNanoseconds: limit)) == true {
            making.turn = turn
        } else {
            try? turn.close()
        }
    }

    /// Gives the events a name that no sync has failed for.
    ///
    /// - Returns: nil when something is in them.
    private func nameEvents(
        _ deadline: Deadline
    ) throws(EventLogError) -> (identity: FileIdentity, isNew: Bool)? {
        try locked(deadline) { () throws(FileSystemError) in
            do throws(FileSystemError) {
                let found = try directory.extent(of: LogFiles.events)
                // Something else than a file is looked at by whoever opens it.
                if found.size > 0 || found.kind != .regular { return nil }
                return try renewName() ? (found.identity, false) : nil
            } catch  where error.code == .noEntry {
                // There are none.
            }
            let options: OpenOptions = [.write, .append, .create, .exclusive]
            do throws(FileSystemError) {
                let file = try directory.open(LogFiles.events, options, permissions: .ownerFile)
                defer { try? file.close() }
                return (try file.extent().identity, true)
            } catch  where error.code == .exists {
                // Somebody made them without the lock.
                return nil
            }
        }
    }

    /// Renames the empty events to another name and back. They stay the file that they are: it may have been made for
    /// others to write to, and some of these write without the lock.
    ///
    /// - Returns: false when somebody made others meanwhile, without the lock.
    private func renewName() throws(FileSystemError) -> Bool {
        let temporary = try fileSystem.temporaryName(for: LogFiles.events)
        try directory.rename(LogFiles.events, to: temporary, in: directory, exclusive: true)
        do throws(FileSystemError) {
            try directory.rename(temporary, to: LogFiles.events, in: directory, exclusive: true)
            return true
        } catch {
            if let found = try? directory.extent(of: temporary), found.size == 0 { try? directory.remove(temporary) }
            if error.code == .exists { return false }
            throw error
        }
    }

    private func removeEmpty(_ identity: FileIdentity, _ deadline: Deadline) throws(EventLogError) {
        try locked(deadline) { () throws(FileSystemError) in
            let found = try directory.extent(of: LogFiles.events)
            if found.identity == identity, found.size == 0 { try directory.remove(LogFiles.events) }
        }
    }

    private func locked<Answer>(
        _ deadline: Deadline,
        _ body: () throws(FileSystemError) -> Answer
    ) throws(EventLogError) -> Answer {
        let held: LockGuard
        do throws(LockError) {
            held = try lock.lock(.exclusive, timeout: deadline.remaining)
        } catch {
            throw .locking(error, path: path, deadline)
        }
        let answer: Answer
        do throws(FileSystemError) {
            answer = try body()
        } catch {
            throw .opening(error, in: path)
        }
        held.release()
        return answer
    }
}
