public import Canonical

/// What a marker file says: who holds a lock, since when, and what for.
///
/// A line for each value, in this order. The first eight lines are what existing tools write and read; the lines after
/// them are left out where there is nothing to say:
///
/// ```
/// cortex-restore-active-store-lock-v1
/// pid=4242
/// host=build-7.example
/// deployment_id=dep-eu-0007
/// operator_principal_id=operator-m
/// acquired_at=2026-03-14T15:09:26.535897932+00:00
/// scope=production
/// restore_intent_blake3=blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262
/// boot_id=7b1c1a0e-7d3f-4c55-9a53-0a7b6ad0c6f4
/// pid_namespace=4026531836
/// start_ticks=8812345
/// machine_id=5f0c1e6e2b7a4f0aa8a3c2b5d6e7f801
/// executable=/usr/bin/restore
/// epoch=17
/// token=0f3a9c5577e1d2b84c60aa19de35f7c2
/// preserved_reason=rollback failed
/// ```
///
/// A marker is evidence. Whether the lock is held, only the lock itself says.
public struct LockMarker: Sendable, Hashable {
    /// The first line; see ``MarkerForm/header``.
    public var header: String
    /// The owner's process number, in its own namespace.
    public var processID: UInt32
    /// The owner's host name; may be empty.
    public var host: String
    /// The deployment whose store is locked.
    public var deploymentID: String
    /// The operator on whose behalf.
    public var operatorPrincipalID: String
    /// When the lock was acquired.
    public var acquiredAt: Timestamp
    /// What the lock covers; see ``MarkerForm/scope``.
    public var scope: String
    /// The BLAKE3 digest of what is intended.
    public var restoreIntent: Digest
    /// The owner's boot.
    public var bootID: String?
    /// The owner's process-id namespace.
    public var processNamespace: UInt64?
    /// When the owner's process started, in clock ticks since boot.
    public var startTicks: UInt64?
    /// The owner's machine.
    public var machineID: String?
    /// The owner's program.
    public var executable: String?
    /// The fencing epoch of this acquisition.
    public var epoch: UInt64?
    /// Names this acquisition; 32 random hexadecimal digits.
    public var token: String?
    /// Why the owner left the marker on purpose.
    public var preservedReason: String?
    /// Lines of other tools, `key=value`, in their order.
    public var otherLines: [String]

    /// Makes a marker from what every tool writes.
    public init(
        form: MarkerForm = .restoreActiveStore,
        processID: UInt32,
        host: String,
        acquiredAt: Timestamp,
        request: MarkerRequest
    ) {
        header = form.header
        self.processID = processID
        self.host = host
        deploymentID = request.deploymentID
        operatorPrincipalID = request.operatorPrincipalID
        self.acquiredAt = acquiredAt
        scope = form.scope
        restoreIntent = request.restoreIntent
        otherLines = []
    }
}
