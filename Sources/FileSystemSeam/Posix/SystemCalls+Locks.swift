internal import CPosix

extension SystemCalls {
    func lock(_ descriptor: Int32, _ mode: LockMode, blocking: Bool) -> Int {
        run(.flock, descriptor, mode.flagName + (blocking ? "" : "|LOCK_NB")) {
            cposix_flock(descriptor, mode.shimBit, blocking ? 1 : 0)
        }
    }

    func unlock(_ descriptor: Int32) -> Int {
        run(.flock, descriptor, "LOCK_UN") { cposix_unlock(descriptor) }
    }

    func keepAcrossExec(_ descriptor: Int32) -> Int {
        run(.fcntl, descriptor, "F_SETFD, 0") { cposix_keep_across_exec(descriptor) }
    }

    /// Waits at most so long; `-EAGAIN` when the time is over.
    func lock(_ descriptor: Int32, _ mode: LockMode, timeoutNanoseconds: UInt64) -> Int {
        let refused = -Int(CPOSIX_EAGAIN)
        // Setting a timer costs more than trying.
        let tried = lock(descriptor, mode, blocking: false)
        if tried != refused || timeoutNanoseconds == 0 { return tried }
        let (sum, tooFar) = monotonicClock.addingReportingOverflow(timeoutNanoseconds)
        let deadline: UInt64 = tooFar ? .max : sum
        let waited = lock(descriptor, mode, untilMonotonic: deadline)
        if waited != -Int(CPOSIX_ENOSYS) { return waited }
        // It may have been found out late, after an interruption.
        let now = monotonicClock
        var polled = PolledLock(timeoutNanoseconds: now < deadline ? deadline - now : 0)
        var result = refused
        _ = polled.take {
            result = lock(descriptor, mode, blocking: false)
            return result != refused
        }
        return result
    }

    /// Waits until `deadline`, however often it is interrupted; `-EAGAIN` when it has passed, `-ENOSYS` where the
    /// system cannot wait so.
    private func lock(_ descriptor: Int32, _ mode: LockMode, untilMonotonic deadline: UInt64) -> Int {
        run(.flock, descriptor, mode.flagName + ", with a time limit") {
            let now = cposix_monotonic_clock()
            if now >= deadline { return cposix_flock(descriptor, mode.shimBit, 0) }
            return cposix_flock_for(descriptor, mode.shimBit, deadline - now)
        }
    }
}

extension LockMode {
    fileprivate var shimBit: Int32 { self == .exclusive ? 1 : 0 }

    fileprivate var flagName: String { self == .exclusive ? "LOCK_EX" : "LOCK_SH" }
}
