internal import FileSystemSeam

/// The exclusive lock of a journal, held until it goes out of scope.
///
/// It is `flock` on the journal's directory, then on `locks/journal.lock`. The first keeps writers of this package
/// apart even when the lock file is unlinked; the second is the one that other tools take. Released by closing,
/// never by unlocking: a forked child that unlocked would free its parent's lock.
///
/// Waiting is trying again and again. So that a writer which appends in a loop, and is always there first, does
/// not keep the others out, everyone who wants the lock takes the queue first, which is `flock` on `locks`: one
/// waits for the lock itself, and whoever comes back stands behind.
struct JournalLock: ~Copyable {
    private let directory: any Directory
    private let file: any File

    /// Takes the lock, waiting for as long as the options allow; a time of zero tries once.
    ///
    /// - Throws: `.lockBusy` when the time is over.
    init(on directory: any Directory, _ place: JournalPlace) throws(JournalError) {
        var wait = LockWait(place)
        let lockedDirectory: any Directory
        let locks: any Directory
        do {
            lockedDirectory = try directory.reopened()
            locks = try directory.madeSubdirectory(Self.directoryName)
        } catch {
            throw .io(error, file: error.operation == .reopen ? place.path : Self.directoryName)
        }
        // Left by closing: below, or with the last reference when something throws.
        try wait.until { () throws(FileSystemError) in try locks.lock(.exclusive, blocking: false) }
        try wait.until { () throws(FileSystemError) in try lockedDirectory.lock(.exclusive, blocking: false) }
        let lockedFile = try Self.lockedFile(locks, &wait)
        self.directory = lockedDirectory
        file = lockedFile
        try? locks.close()
    }

    static let directoryName = "locks"
    static let fileName = "journal.lock"
    static var filePath: String { "\(directoryName)/\(fileName)" }

    /// Locks the lock file that stands at its name once the lock is held; one that was unlinked or renamed
    /// away while waiting is not the lock.
    private static func lockedFile(
        _ locks: any Directory,
        _ wait: inout LockWait
    ) throws(JournalError) -> any File {
        while true {
            let file: any File
            do {
                file = try locks.open(fileName, [.read, .write, .create], permissions: .ownerFile)
            } catch {
                throw .io(error, file: filePath)
            }
            try wait.until { () throws(FileSystemError) in try file.lock(.exclusive, blocking: false) }
            do {
                if try locks.stands(file, at: fileName) { return file }
                try file.close()
            } catch {
                throw .io(error, file: filePath)
            }
        }
    }

    deinit {
        // Close errors are of no consequence: the lock ends with the descriptor either way.
        try? file.close()
        try? directory.close()
    }
}

extension Directory {
    /// Whether `file` is what stands at `name`.
    fileprivate func stands(_ file: any File, at name: String) throws(FileSystemError) -> Bool {
        do {
            return try status(of: name).identity == file.status().identity
        } catch  where error.code == .noEntry {
            return false
        }
    }
}

/// Waiting for a lock that cannot be waited for with a time limit: trying again after shrinking pauses, so that
/// who waits longest tries most often.
private struct LockWait {
    let place: JournalPlace
    private let start: MonotonicTime
    private var pauseNanoseconds: UInt64 = 2_000_000

    /// Shorter pauses would gain nothing: an append takes longer.
    private static let pauseMinimumNanoseconds: UInt64 = 100_000

    init(_ place: JournalPlace) {
        self.place = place
        start = place.fileSystem.monotonicClock()
    }

    /// Tries until it works or the time is over.
    mutating func until(_ attempt: () throws(FileSystemError) -> Bool) throws(JournalError) {
        while true {
            do {
                if try attempt() { return }
            } catch {
                throw .io(error, file: JournalLock.filePath)
            }
            try pause()
        }
    }

    private mutating func pause() throws(JournalError) {
        let waited = place.fileSystem.monotonicClock().nanoseconds - start.nanoseconds
        let (limit, overflows) = place.options.lockTimeoutMilliseconds.multipliedReportingOverflow(by: 1_000_000)
        guard overflows || waited < limit else {
            throw .lockBusy(path: place.path, waitedMilliseconds: waited / 1_000_000)
        }
        place.fileSystem.sleep(nanoseconds: overflows ? pauseNanoseconds : min(pauseNanoseconds, limit - waited))
        pauseNanoseconds = max(pauseNanoseconds / 4 * 3, Self.pauseMinimumNanoseconds)
    }
}
