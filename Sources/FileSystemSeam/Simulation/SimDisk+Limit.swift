/// How an explorer bounds code that does not end.
///
/// Operations beyond the limit are refused, which ends most code. What cannot be refused is counted, a lock that nobody
/// releases is waited for only so long, and code that goes on in spite of all that ends the process: nothing
/// else can stop it. Code that never comes back to the seam is not noticed.
extension SimDisk {
    /// Refuses an operation beyond the limit.
    func refuse() throws(Refusal) {
        if hang == nil { hang = "it makes more than \(allowance) operations" }
        if state.operations / 64 > operationLimit { giveUp() }
        throw Refusal(.inputOutput)
    }

    /// Notes that a call of a killed process was refused.
    func noteRefusal(of process: SimProcess) {
        enter()
        defer { leave() }
        hasKilledTheLast = true
        countCall(ofKilled: process)
    }

    /// Lets time go by for a killed process alone, so that one that waits for a deadline comes to it. One that goes on
    /// for ever cannot be stopped.
    func countCall(ofKilled process: SimProcess, nanoseconds: UInt64 = 1000) {
        process.afterlife &+= nanoseconds
        process.refusedCalls &+= 1
        if process.refusedCalls > Self.refusedCallMaximum {
            if hang == nil { hang = "its process was killed" }
            giveUp()
        }
    }

    /// Far more than any clean-up makes.
    private static let refusedCallMaximum = 1_000_000

    /// Counts a call that cannot fail.
    func countIdleCall() {
        idleCalls &+= 1
        if idleCalls <= allowance { return }
        declareHang("it looks at the clock or sleeps more than \(allowance) times")
        if idleCalls / 64 > allowance { giveUp() }
    }

    /// Ends a wait for a lock that nobody will release.
    func stopWaiting() throws(Refusal) {
        enter()
        defer { leave() }
        declareHang("it waits for a lock that is not released")
        // One patient wait is enough for a finding; the same state is tried many times.
        lockLooksMaximum = 50
        throw Refusal(.inputOutput)
    }

    /// From here on every operation is refused.
    private func declareHang(_ reason: String) {
        if hang == nil { hang = reason }
        state.operations = max(state.operations, operationLimit)
    }

    private func giveUp() -> Never {
        fatalError("the code under test goes on although \(hang ?? "") and all else fails; \(tellState?() ?? "")")
    }
}

/// What a disk with a limit knows about space.
package struct QuotaAccount: Sendable {
    package var limitBytes: Int64
    package var usedBytes: Int64 = 0
    package var code: ErrorNumber
}
