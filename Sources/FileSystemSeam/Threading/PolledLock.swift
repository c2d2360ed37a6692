/// Waiting for a lock where the system offers no wait with a limit: trying again after growing pauses.
///
/// The pauses go from 20 µs to 1 ms, which costs less than a hundredth of a core.
struct PolledLock {
    private let deadline: UInt64
    private let nobodySignals = Condition(())
    private var pauseNanoseconds: UInt64 = 20_000

    init(timeoutNanoseconds: UInt64) {
        let (sum, tooFar) = NativeCondition.now.addingReportingOverflow(timeoutNanoseconds)
        deadline = tooFar ? .max : sum
    }

    /// Tries until it works or the time is over.
    mutating func take<Failure: Error>(_ attempt: () throws(Failure) -> Bool) throws(Failure) -> Bool {
        while true {
            if try attempt() { return true }
            let now = NativeCondition.now
            if now >= deadline { return false }
            _ = nobodySignals.wait(timeoutNanoseconds: min(pauseNanoseconds, deadline - now)) { _ in nil as Void? }
            pauseNanoseconds = min(pauseNanoseconds * 2, 1_000_000)
        }
    }
}

extension File {
    /// Refuses; for implementations without programs.
    public func keepAcrossExec() throws(FileSystemError) {
        throw FileSystemError(operation: .keepAcrossExec, name: "", code: .notSupported)
    }

    /// Refuses; for implementations whose locks end with their handles only.
    public func unlock() throws(FileSystemError) {
        throw FileSystemError(operation: .unlock, name: "", code: .notSupported)
    }

    /// Takes a lock by trying again and again; for implementations that have nothing better.
    public func lock(_ mode: LockMode, timeoutNanoseconds: UInt64) throws(FileSystemError) -> Bool {
        var polled = PolledLock(timeoutNanoseconds: timeoutNanoseconds)
        return try polled.take { () throws(FileSystemError) in try lock(mode, blocking: false) }
    }
}

extension Directory {
    /// Refuses; for implementations without programs.
    public func keepAcrossExec() throws(FileSystemError) {
        throw FileSystemError(operation: .keepAcrossExec, name: "", code: .notSupported)
    }

    /// Refuses; for implementations whose locks end with their handles only.
    public func unlock() throws(FileSystemError) {
        throw FileSystemError(operation: .unlockDirectory, name: "", code: .notSupported)
    }

    /// Takes a lock by trying again and again; for implementations that have nothing better.
    public func lock(_ mode: LockMode, timeoutNanoseconds: UInt64) throws(FileSystemError) -> Bool {
        var polled = PolledLock(timeoutNanoseconds: timeoutNanoseconds)
        return try polled.take { () throws(FileSystemError) in try lock(mode, blocking: false) }
    }
}
