/// How an explorer bounds code that does not end.
///
/// Operations beyond the limit are refused, which ends most code. What cannot be refused is counted, a lock that nobody
/// releases is waited for only so long, and code that goes on in spite of all that ends the process: nothing
/// else can stop it. Code that never comes back to the seam is not noticed.
extension SimDisk {
    /// Refuses an operation beyond the limit.
    func refuse() throws(Refusal) {
        if hang == nil { hang = "it makes more than \(operationLimit) operations" }
        if state.operations / 64 > operationLimit { giveUp() }
        throw Refusal(.inputOutput)
    }

    /// Counts a call that cannot fail.
    func countIdleCall() {
        idleCalls &+= 1
        if idleCalls <= operationLimit { return }
        declareHang("it looks at the clock or sleeps more than \(operationLimit) times")
        if idleCalls / 64 > operationLimit { giveUp() }
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
