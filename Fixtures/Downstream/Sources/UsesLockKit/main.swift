import Canonical
import FileSystemSeam
import LockKit
import Signing

/// What the lock protects. It keeps the highest epoch it has seen, and refuses a lower one.
final class Store {
    private var fence = EpochFence()
    private(set) var text = ""

    /// As read from where the store keeps it.
    func highestEpoch() throws -> UInt64 { fence.highestSeen }

    func write(_ text: String, epoch: UInt64) throws {
        try fence.admit(epoch)
        if text.isEmpty { throw RestoreFailed() }
        self.text = text
    }
}

struct RestoreFailed: Error {}

func restore(_ text: String, to store: Store, _ lock: MarkerLock, stale: StaleMarkerPolicy = .refuse) throws {
    let request = MarkerRequest(
        deploymentID: "dep-eu-0007",
        operatorPrincipalID: "operator-m",
        restoreIntent: Digest(hashing: Array(text.utf8), algorithm: .blake3)
    )
    // Waits ten seconds for another holder. The store is asked once the lock is held.
    let held = try lock.acquire(
        request,
        timeout: .seconds(10),
        stale: stale,
        minimumEpoch: { try store.highestEpoch() }
    )
    do {
        try store.write(text, epoch: held.epoch)
    } catch {
        // The marker stays, and nobody acquires the lock before an operator has looked.
        try held.preserveMarker(reason: "restore failed: \(error)")
        throw error
    }
    try held.release()
}

/// The operator's part. `key` is `SigningKey(pem:)` of the text in ada.key.
func decide(_ lock: MarkerLock, key: SigningKey, reason: String, nowSeconds: Int64) throws -> [UInt8] {
    let inspection = try lock.inspect()
    guard !inspection.isHeld, let marker = inspection.marker else { throw LockError.wouldBlock(path: lock.path) }
    let takeover = try Takeover(
        of: marker,
        lock: lock,
        observedEpoch: inspection.epoch ?? 0,
        newOwner: TakeoverOwner(deploymentID: "dep-eu-0007", operatorPrincipalID: "operator-m", host: ""),
        operatorKey: key.publicKey,
        reason: reason,
        issuedAt: Timestamp(secondsSinceEpoch: nowSeconds),
        notAfter: Timestamp(secondsSinceEpoch: nowSeconds + 900)
    )
    return try SignedTakeover(takeover, signedBy: key).encoded()
}

/// The new owner's part. `trusted` is `VerifyingKey(pem:)` of the text in ada.pem.
func restoreAgain(_ store: Store, _ lock: MarkerLock, attestation: [UInt8], trusted: VerifyingKey) throws {
    let signed = try SignedTakeover(parsing: attestation)
    try restore("whole", to: store, lock, stale: .takeover(signed, trustedKeys: [trusted]))
}

// A disk in memory: nothing of the machine is touched.
let fileSystem = SimDisk().boot()
try fileSystem.openDirectory("/").makeDirectory("store", permissions: .ownerDirectory)
let lock = MarkerLock(inDirectory: "/store", fileSystem: fileSystem)
let store = Store()
do {
    try restore("", to: store, lock)
} catch is RestoreFailed {}
do {
    try restore("whole", to: store, lock)
    fatalError("the marker of a restore that failed was passed over")
} catch LockError.staleMarker(_, let found) {
    precondition(found.marker?.preservedReason == "restore failed: RestoreFailed()")
}
let key = try SigningKey(seed: Array(1...32))
let now = fileSystem.wallClock().secondsSinceEpoch
let attestation = try decide(lock, key: key, reason: "restored by hand", nowSeconds: now)
try restoreAgain(store, lock, attestation: attestation, trusted: key.publicKey)
let highestEpoch = try store.highestEpoch()
let state = try lock.inspect().state
precondition(store.text == "whole" && highestEpoch == 2 && state == .idle)
print("LockKit: epoch", highestEpoch)
