/// Decides which simulated process acts next; see the interleaving explorer.
package protocol SimScheduler: AnyObject, Sendable {
    /// Called before every operation, without the disk's lock; returns when it is this process's turn.
    func turn(_ process: SimProcess, _ operation: FileSystemError.Operation, _ name: String) throws(Refusal)
    /// Called before every look at a clock, without the disk's lock; returns when it is this process's turn, or when it
    /// was killed.
    func look(_ process: SimProcess)
    /// Called when an operation has to wait for another process; returns when something may have changed, or
    /// false when `canTimeOut` and nobody else can go on.
    func blocked(_ process: SimProcess, canTimeOut: Bool) throws(Refusal) -> Bool
}

extension SimScheduler {
    package func look(_ process: SimProcess) {}
}

/// A simulated process.
package final class SimProcess: @unchecked Sendable {
    package let id: Int32
    /// Which boot it belongs to.
    package let boot: UInt64
    package var isKilled: Bool {
        get { killed }
        set { killed = newValue }
    }
    private var killed = false
    /// Calls that were refused because it is killed.
    var refusedCalls = 0
    /// How much later than on the disk it is for a killed process, which nobody sees.
    var afterlife: UInt64 = 0

    package init(id: Int32, boot: UInt64) {
        self.id = id
        self.boot = boot
    }
}
