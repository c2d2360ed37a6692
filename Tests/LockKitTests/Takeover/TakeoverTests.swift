import Canonical
import FileSystemSeam
import LockKit
import Signing
import Testing

@Suite("Takeover of a stale marker")
struct TakeoverTests {
    private let markers: TestMarkers
    private static let trusted = [operatorKey.publicKey]

    init() throws { markers = try TestMarkers() }

    /// Why acquiring with it is refused, and taking over with it alone.
    private func refusal(_ signed: SignedTakeover, _ keys: [VerifyingKey] = trusted) throws -> TakeoverRefusal? {
        let before = try markers.text()
        let acquiring = try lockError {
            _ = try markers.lock().acquire(.test, stale: .takeover(signed, trustedKeys: keys)).epoch
        }
        #expect(try markers.text() == before)
        #expect(try markers.lock().inspect().isHeld == false)
        guard case .takeoverRefused(let refusal)? = acquiring else {
            #expect(acquiring == nil)
            return nil
        }
        let takingOver = try lockError { _ = try markers.lock().takeOver(signed, trustedKeys: keys) }
        #expect(takingOver == acquiring)
        #expect(try markers.text() == before)
        return refusal
    }

    @Test func aRightOneQuarantinesAndAcquires() throws {
        let stale = try markers.leaveStaleMarker()
        let signed = try markers.takeover()
        let held = try markers.lock().acquire(.test, stale: .takeover(signed, trustedKeys: Self.trusted))
        #expect(held.epoch == 2)
        let names = try markers.names()
        let moved = try #require(names.first { $0.contains(".stale-") && !$0.hasSuffix(".takeover") })
        #expect(Array(try markers.text(moved).utf8) == stale.bytes)
        // The decision stands beside the evidence, as it was signed.
        let kept = Array(try markers.text(moved + ".takeover").utf8)
        #expect(try SignedTakeover(parsing: kept) == signed)
        try held.release()
    }

    @Test func withoutAcquiringTheLockIsFreeAfterwards() throws {
        _ = try markers.leaveStaleMarker()
        let name = try markers.lock().takeOver(try markers.takeover(), trustedKeys: Self.trusted)
        #expect(try markers.names().contains(name))
        #expect(try markers.lock().inspect().state == .idle)
        #expect(try markers.lock().canAcquire())
    }

    /// The lock is the truth: however right the takeover, who holds the lock keeps it.
    @Test func itNeverOverridesAHeldLock() throws {
        let held = try markers.lock().acquire(.test)
        let signed = try markers.takeover()
        for error in [
            try lockError {
                _ = try markers.lock().acquire(.test, stale: .takeover(signed, trustedKeys: Self.trusted)).epoch
            },
            try lockError { _ = try markers.lock().takeOver(signed, trustedKeys: Self.trusted) },
        ] {
            #expect(error?.code == "held")
        }
        try held.check()
    }

    @Test func itIsGoodForOneMarkerOnly() throws {
        _ = try markers.leaveStaleMarker()
        let signed = try markers.takeover()
        _ = try markers.lock().takeOver(signed, trustedKeys: Self.trusted)
        let error = try lockError { _ = try markers.lock().takeOver(signed, trustedKeys: Self.trusted) }
        #expect(error == .takeoverRefused(.noMarker))
        _ = try markers.leaveStaleMarker()
        #expect(try refusal(signed) == .otherMarker)
    }

    @Test func everythingItNamesMustBeSo() throws {
        _ = try markers.leaveStaleMarker()
        let later = Timestamp(secondsSinceEpoch: markers.now.secondsSinceEpoch + 100)
        let cases: [(TakeoverRefusal, (inout Takeover) -> Void)] = [
            (.otherLock, { $0.lockID = "/other/lock" }),
            (.otherMarker, { $0.markerDigest = Digest(hashing: [1]) }),
            (.otherMarker, { $0.identity.inode += 1 }),
            (.otherMarker, { $0.identity.device += 1 }),
            (.otherStaleOwner, { $0.staleOwner?.host = "other" }),
            (.otherStaleOwner, { $0.staleOwner = nil }),
            (.otherEpoch, { $0.observedEpoch += 1 }),
            (.otherNewOwner, { $0.newOwner.deploymentID = "other" }),
            (.otherNewOwner, { $0.newOwner.operatorPrincipalID = "other" }),
            (.otherNewOwner, { $0.newOwner.host = "other" }),
            (.notYetValid, { $0.issuedAt = later }),
            (.expired, { $0.notAfter = Timestamp(secondsSinceEpoch: 0) }),
            (.incomplete, { $0.reason = "" }),
            (.incomplete, { $0.nonce = "short" }),
        ]
        for (expected, change) in cases {
            #expect(try refusal(markers.takeover(change)) == expected)
        }
        let anyHost = try markers.takeover { $0.newOwner.host = "" }
        let held = try markers.lock().acquire(.test, stale: .takeover(anyHost, trustedKeys: Self.trusted))
        #expect(held.epoch == 2)
    }

    /// Nobody takes over for somebody else, and on no other host.
    @Test func itIsTheNewOwnersToUse() throws {
        _ = try markers.leaveStaleMarker()
        let signed = try markers.takeover { $0.newOwner.deploymentID = "dep-2" }
        #expect(try refusal(signed) == .otherNewOwner)
        let elsewhere = try markers.takeover { $0.newOwner.host = "build-8" }
        #expect(try refusal(elsewhere) == .otherNewOwner)
        let name = try markers.lock().takeOver(
            signed,
            deploymentID: "dep-2",
            operatorPrincipalID: "operator-m",
            trustedKeys: Self.trusted
        )
        #expect(try markers.names().contains(name))
    }

    @Test func theKeyMustBeTrustedAndTheSignatureIts() throws {
        _ = try markers.leaveStaleMarker()
        let other = try SigningKey(seed: [UInt8](repeating: 8, count: 32))
        #expect(try refusal(markers.takeover(key: other)) == .untrustedKey)
        #expect(try refusal(markers.takeover(), []) == .untrustedKey)
        #expect(try refusal(markers.takeover(), [other.publicKey]) == .untrustedKey)
        // Every byte of what was signed counts.
        let signed = try markers.takeover()
        let text = String(decoding: try signed.encoded(), as: UTF8.self)
        let altered = text.replacing("the restore died", with: "the restore dies")
        #expect(try refusal(SignedTakeover(parsing: Array(altered.utf8))) == .badSignature)
        var claimed = signed.takeover
        claimed.operatorKey = other.publicKey.description
        #expect(try lockError { _ = try SignedTakeover(claimed, signedBy: operatorKey) }?.code == "takeover_refused")
        let keys = [other.publicKey, operatorKey.publicKey]
        #expect(try markers.lock().acquire(.test, stale: .takeover(signed, trustedKeys: keys)).epoch == 2)
    }

    @Test func aMarkerThatCannotBeReadIsTakenOverByItsBytes() throws {
        try markers.put(TestMarkers.name, "half a mar")
        let signed = try markers.takeover()
        #expect(signed.takeover.staleOwner == nil)
        #expect(try SignedTakeover(parsing: signed.encoded()) == signed)
        let held = try markers.lock().acquire(.test, stale: .takeover(signed, trustedKeys: Self.trusted))
        #expect(held.epoch == 1)
    }

    @Test func theLockIsKnownByItsIdWhereOneIsGiven() throws {
        _ = try markers.leaveStaleMarker()
        let lock = markers.lock(.init(lockID: "store-7"))
        let signed = try markers.takeover(for: lock)
        #expect(signed.takeover.lockID == "store-7")
        #expect(try refusal(signed) == .otherLock)
        _ = try lock.takeOver(signed, trustedKeys: Self.trusted)
    }
}
