internal import Canonical
internal import FileSystemSeam
public import Signing

extension MarkerLock {
    /// Moves a stale marker to quarantine because a takeover says so, without acquiring the lock.
    ///
    /// Everything is verified while the lock is held, so that nobody can hold it: a takeover never overrides a held
    /// lock. The takeover is kept beside the marker, as `<new name>.takeover`.
    ///
    /// Afterwards the lock is free, and whoever comes next may acquire it. Where only the new owner may,
    /// ``acquire(_:timeout:stale:minimumEpoch:)`` takes over and acquires in one act.
    ///
    /// - Parameters:
    ///   - deploymentID: the deployment on whose behalf it is done: the takeover's new owner, as are the next and this
    ///     host.
    ///   - operatorPrincipalID: the operator on whose behalf.
    ///   - trustedKeys: one of them must have signed it.
    /// - Returns: the marker's new name.
    /// - Throws: `.held`, `.wouldBlock`, `.takeoverRefused`, `.markerChanged`, `.io`; `.epochsExhausted` and
    ///   `.epochUnreadable` as ``quarantine(_:)`` does.
    public func takeOver(
        _ signed: SignedTakeover,
        deploymentID: String,
        operatorPrincipalID: String,
        trustedKeys: [VerifyingKey]
    ) throws(LockError) -> String {
        let held = try hold(.zero)
        defer { held.release() }
        let directory = try held.openDirectory()
        guard let found = try evidence(in: directory) else { throw .takeoverRefused(.noMarker) }
        let newOwner = TakeoverOwner(
            deploymentID: deploymentID,
            operatorPrincipalID: operatorPrincipalID,
            host: fileSystem.processIdentity.hostName
        )
        try verify(signed, of: found, trustedKeys, newOwner, in: directory)
        return try moveAway(found, attestation: signed.encoded(), in: directory)
    }

    /// Verifies a takeover under the lock.
    ///
    /// - Throws: `.takeoverRefused`, `.io`.
    func verify(
        _ signed: SignedTakeover,
        of found: MarkerEvidence,
        _ trustedKeys: [VerifyingKey],
        _ newOwner: TakeoverOwner,
        in directory: any Directory
    ) throws(LockError) {
        try signed.verify(trustedKeys: trustedKeys)
        if let refusal = try refusal(of: signed.takeover, found, newOwner, in: directory) {
            throw .takeoverRefused(refusal)
        }
    }

    private func refusal(
        of takeover: Takeover,
        _ found: MarkerEvidence,
        _ newOwner: TakeoverOwner,
        in directory: any Directory
    ) throws(LockError) -> TakeoverRefusal? {
        if takeover.reason.isEmpty || takeover.nonce.utf8.count < 32 { return .incomplete }
        if !TextBytes.isSame(takeover.lockID, lockID) { return .otherLock }
        if !takeover.markerDigest.matches(found.digest) || takeover.identity != found.identity { return .otherMarker }
        if takeover.staleOwner?.comparable != found.marker?.comparable { return .otherStaleOwner }
        if takeover.observedEpoch != (try epochForTakeover(in: directory)) { return .otherEpoch }
        var expected = takeover.newOwner
        if expected.host.isEmpty { expected.host = newOwner.host }
        if expected != newOwner { return .otherNewOwner }
        if now < takeover.issuedAt { return .notYetValid }
        if now > takeover.notAfter { return .expired }
        return nil
    }

    /// The epoch that stands in the epoch file; 0 when there is none, or none that can be read.
    func epochForTakeover(in directory: any Directory) throws(LockError) -> UInt64 {
        do {
            return try epochFile(in: directory).current()
        } catch {
            if case .epochUnreadable = error { return 0 }
            throw error
        }
    }
}
