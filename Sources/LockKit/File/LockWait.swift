internal import FileSystemSeam

/// Something that can be locked.
enum LockTarget {
    case file(any File)
    case directory(any Directory)

    func lock(_ mode: LockMode, blocking: Bool) throws(FileSystemError) -> Bool {
        switch self {
        case .file(let file): try file.lock(mode, blocking: blocking)
        case .directory(let directory): try directory.lock(mode, blocking: blocking)
        }
    }

    func lock(_ mode: LockMode, timeoutNanoseconds: UInt64) throws(FileSystemError) -> Bool {
        switch self {
        case .file(let file): try file.lock(mode, timeoutNanoseconds: timeoutNanoseconds)
        case .directory(let directory): try directory.lock(mode, timeoutNanoseconds: timeoutNanoseconds)
        }
    }
}

/// One acquisition's waiting, which may be for several locks one after the other.
struct LockWait {
    private let path: String
    private let fileSystem: any FileSystem
    /// How long in all; nil for ever.
    let limitNanoseconds: UInt64?
    private let start: MonotonicTime
    /// Asked from time to time, where the waiting may be cancelled.
    private let cancellation: LockCancellation?

    /// A cancellation is noticed after at most this long. Waking up so often costs a few thousandths of a core.
    private static let sliceNanoseconds: UInt64 = 20_000_000

    init(_ lock: FileLock, limitNanoseconds: UInt64?, cancellation: LockCancellation? = nil) {
        path = lock.path
        fileSystem = lock.fileSystem
        self.limitNanoseconds = limitNanoseconds
        self.cancellation = cancellation
        start = limitNanoseconds == 0 ? MonotonicTime(nanoseconds: 0) : fileSystem.monotonicClock()
    }

    /// Whether nothing is to be waited for at all.
    var triesOnce: Bool { limitNanoseconds == 0 }

    private var waitedNanoseconds: UInt64 {
        triesOnce ? 0 : fileSystem.monotonicClock().nanoseconds(since: start)
    }

    /// The error that says that the time is over.
    var timedOut: LockError { .timedOut(path: path, waitedMilliseconds: waitedNanoseconds / 1_000_000) }

    /// Takes a lock.
    ///
    /// - Returns: false when the time is over.
    func take(_ target: LockTarget, _ mode: LockMode, file: String) throws(LockError) -> Bool {
        do {
            if triesOnce { return try target.lock(mode, blocking: false) }
            guard let cancellation else {
                guard let limit = limitNanoseconds else { return try target.lock(mode, blocking: true) }
                let waited = waitedNanoseconds
                return try target.lock(mode, timeoutNanoseconds: waited < limit ? limit - waited : 0)
            }
            while !cancellation.isCancelled {
                let waited = waitedNanoseconds
                let rest = limitNanoseconds.map { waited < $0 ? $0 - waited : 0 } ?? .max
                if try target.lock(mode, timeoutNanoseconds: min(rest, Self.sliceNanoseconds)) { return true }
                if rest <= Self.sliceNanoseconds { return false }
            }
        } catch {
            throw .io(error, file: file)
        }
        throw .cancelled(path: path)
    }

    /// Whether the time is over. Never where nothing is to be waited for: there is no time.
    var isOver: Bool {
        guard let limit = limitNanoseconds, !triesOnce else { return false }
        return waitedNanoseconds >= limit
    }
}
