import Canonical
import FileSystemSeam
import LockKit
import Signing

/// The operator's key in tests.
let operatorKey = try! SigningKey(seed: [UInt8](repeating: 7, count: 32))

extension TestMarkers {
    var now: Timestamp { Timestamp(secondsSinceEpoch: fileSystem.wallClock().secondsSinceEpoch) }

    /// A right takeover of the marker that stands, changed before it is signed.
    func takeover(
        for lock: MarkerLock? = nil,
        key: SigningKey = operatorKey,
        _ change: (inout Takeover) -> Void = { _ in }
    ) throws -> SignedTakeover {
        let lock = lock ?? self.lock()
        let inspection = try lock.inspect()
        guard let evidence = inspection.marker else { throw NoMarker() }
        var takeover = try Takeover(
            of: evidence,
            lock: lock,
            observedEpoch: inspection.epoch ?? 0,
            newOwner: .test,
            operatorKey: key.publicKey,
            reason: "the restore died",
            issuedAt: now,
            notAfter: Timestamp(secondsSinceEpoch: now.secondsSinceEpoch + 600)
        )
        change(&takeover)
        return try SignedTakeover(takeover, signedBy: key)
    }
}

extension MarkerLock {
    /// Takes over as ``TakeoverOwner/test``.
    func takeOver(_ signed: SignedTakeover, trustedKeys: [VerifyingKey]) throws(LockError) -> String {
        try takeOver(
            signed,
            deploymentID: TakeoverOwner.test.deploymentID,
            operatorPrincipalID: TakeoverOwner.test.operatorPrincipalID,
            trustedKeys: trustedKeys
        )
    }
}

/// Takes the stale marker over, and gives the epoch.
func takenOver(_ markers: TestMarkers) throws -> UInt64 {
    let signed = try markers.takeover()
    let held = try markers.lock().acquire(
        .test,
        stale: .takeover(signed, trustedKeys: [operatorKey.publicKey])
    )
    return held.epoch
}
