internal import FileSystemSeam

/// The exclusive lock of a journal.
///
/// It is `flock` on the journal's directory, then on `locks/journal.lock`. The first keeps writers of this package
/// apart even when the lock file is unlinked; the second is the one that other tools take.
///
/// Waiting is done by the kernel, which wakes everyone who waits when the lock is given up. So that a writer which
/// appends in a loop, and is always there first, does not keep the others out, everyone who wants the lock takes the
/// queue first, which is `flock` on `locks`: one waits for the lock itself, and whoever comes back stands behind.
///
/// The handles are opened once and kept. They belong to the process that opened them: in a forked child they would be
/// its parent's, lock and all, so that a child opens its own.
struct JournalLock: Sendable {
    private let place: JournalPlace
    private var handles: Handles?

    /// What is locked. All of it has open file descriptions of its own.
    fileprivate struct Handles {
        let process: ProcessInstance
        let directory: any Directory
        let locks: any Directory
        let file: any File
        let fileIdentity: FileIdentity

        init(_ directory: any Directory, _ process: ProcessInstance) throws(FileSystemError) {
            self.process = process
            self.directory = try directory.reopened()
            locks = try directory.madeSubdirectory(directoryName)
            file = try locks.open(fileName, [.read, .write, .create], permissions: .ownerFile)
            fileIdentity = try file.extent().identity
        }

        /// Locks all of it; false when the time is over.
        func lock(_ wait: LockWait) throws(FileSystemError) -> Bool {
            guard try locks.lock(.exclusive, timeoutNanoseconds: wait.restNanoseconds),
                try directory.lock(.exclusive, timeoutNanoseconds: wait.restNanoseconds)
            else { return false }
            return try file.lock(.exclusive, timeoutNanoseconds: wait.restNanoseconds)
        }

        /// Gives up what was locked on the way to what was not. Closing would not do: a child that was forked meanwhile
        /// has the same open file descriptions, and a lock ends with the last of them.
        func unlock() {
            try? file.unlock()
            try? directory.unlock()
            try? locks.unlock()
        }

        /// Whether the lock file that was opened is what stands at its name.
        var fileIsCurrent: Bool {
            get throws(FileSystemError) {
                do {
                    return try locks.extent(of: fileName).identity == fileIdentity
                } catch  where error.code == .noEntry {
                    return false
                }
            }
        }
    }

    init(_ place: JournalPlace) { self.place = place }

    static let directoryName = "locks"
    static let fileName = "journal.lock"
    static var filePath: String { "\(directoryName)/\(fileName)" }

    /// The directory of the queue, while it is open.
    var locksDirectory: (any Directory)? { handles?.locks }

    /// Takes the lock of the directory that stands at the journal's path.
    ///
    /// Whoever puts another journal into the place of this one does it under the lock, so that those who waited hold
    /// the lock of what nobody finds any more: what stands there by then is opened, and its lock waited for anew. That
    /// ends when it has happened ``replacementMaximum`` times in a call.
    ///
    /// - Parameter opened: opens what stands at the path, or makes it; called once more for each time that it was
    ///   replaced.
    /// - Returns: the lock, with the directory that was opened last.
    /// - Throws: what `opened` throws; `.lockBusy` as ``take(on:)``; `.notAJournal` where it does not end.
    mutating func takeStanding(
        _ opened: () throws(JournalError) -> any Directory
    ) throws(JournalError) -> HeldJournalLock {
        for attempt in 0...Self.replacementMaximum {
            handles = nil
            let directory = try opened()
            // Nothing is made in what took the journal's place and is none.
            if attempt > 0, try place.stands(directory) { _ = try place.format(of: directory) }
            do throws(JournalError) {
                let held = try take(on: directory)
                if try place.stands(directory) { return held }
            } catch .io(let error, let file) {
                // Of a directory that was removed nothing can be opened.
                guard error.code == .noEntry, try !place.stands(directory) else { throw .io(error, file: file) }
            }
        }
        throw place.replaced
    }

    private static let replacementMaximum = 8

    /// Takes the lock of a journal's directory, waiting for as long as the options allow; a time of zero tries once.
    /// Whether it still stands at the journal's path is for the caller to look at.
    ///
    /// - Parameter directory: every time the same one.
    /// - Throws: `.lockBusy` when the time is over.
    mutating func take(on directory: any Directory) throws(JournalError) -> HeldJournalLock {
        let wait = LockWait(place)
        let process = place.fileSystem.processInstance
        if handles?.process != process { handles = nil }
        do throws(FileSystemError) {
            while true {
                // Left here while it is not known to be good.
                let opened: Handles
                if let kept = handles.take() { opened = kept } else { opened = try Handles(directory, process) }
                var isTaken = false
                defer { if !isTaken { opened.unlock() } }
                guard try opened.lock(wait) else { break }
                // One that was unlinked or renamed away while waiting is not the lock.
                guard try opened.fileIsCurrent else { continue }
                try opened.locks.unlock()
                isTaken = true
                handles = opened
                return HeldJournalLock(place.fileSystem, process, opened, of: directory)
            }
        } catch {
            throw .io(error, file: error.operation == .reopen ? place.path : Self.filePath)
        }
        throw .lockBusy(path: place.path, waitedMilliseconds: wait.waitedNanoseconds / 1_000_000)
    }
}

/// The lock of a journal, held until it goes out of scope.
struct HeldJournalLock: ~Copyable {
    /// The directory whose lock it is, as it was opened.
    let journal: any Directory
    private let fileSystem: any FileSystem
    private let process: ProcessInstance
    /// What is locked: ``journal`` in an open file description of its own.
    private let directory: any Directory
    private let file: any File

    fileprivate init(
        _ fileSystem: any FileSystem,
        _ process: ProcessInstance,
        _ handles: JournalLock.Handles,
        of journal: any Directory
    ) {
        self.journal = journal
        self.fileSystem = fileSystem
        self.process = process
        directory = handles.directory
        file = handles.file
    }

    deinit {
        // A child that was forked meanwhile would free its parent's lock: it only closes what it has of it.
        let isOwn = fileSystem.processInstance == process
        // A handle whose lock cannot be given up is not used again: the lock ends with it.
        do { if isOwn { try file.unlock() } else { try file.close() } } catch { try? file.close() }
        do { if isOwn { try directory.unlock() } else { try directory.close() } } catch { try? directory.close() }
    }
}

extension JournalPlace {
    /// Whether a directory is the one that is found at the journal's path.
    fileprivate func stands(_ directory: any Directory) throws(JournalError) -> Bool {
        do {
            return try fileSystem.directoryStatus(path).identity == directory.status().identity
        } catch  where error.code == .noEntry || error.code == .notDirectory {
            return false
        } catch {
            throw .io(error, file: path)
        }
    }
}

/// One acquisition's waiting, for several locks one after the other.
private struct LockWait {
    private let place: JournalPlace
    private let start: MonotonicTime
    private let limitNanoseconds: UInt64

    init(_ place: JournalPlace) {
        self.place = place
        start = place.fileSystem.monotonicClock()
        let (limit, overflows) = place.options.lockTimeoutMilliseconds.multipliedReportingOverflow(by: 1_000_000)
        limitNanoseconds = overflows ? .max : limit
    }

    var waitedNanoseconds: UInt64 { place.fileSystem.monotonicClock().nanoseconds(since: start) }

    /// How long may still be waited.
    var restNanoseconds: UInt64 {
        let waited = limitNanoseconds == 0 ? 0 : waitedNanoseconds
        return waited < limitNanoseconds ? limitNanoseconds - waited : 0
    }
}
