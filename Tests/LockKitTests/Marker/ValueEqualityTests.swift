import Canonical
import FileSystemSeam
import LockKit
import Signing
import Testing

/// Values that say who holds a lock, or who may, are equal only when their bytes are; also in sets.
@Suite("Equality of owners, markers and takeovers")
struct ValueEqualityTests {
    /// Each change makes another value of `value`; `memberCount` shows a member that came later and has no change here.
    private func check<Value: Hashable>(
        _ value: Value,
        memberCount: Int,
        _ changes: [(inout Value) -> Void],
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(Mirror(reflecting: value).children.count == memberCount, sourceLocation: location)
        #expect(changes.count == memberCount, sourceLocation: location)
        var all: Set<Value> = [value]
        for (place, change) in changes.enumerated() {
            var other = value
            change(&other)
            #expect(other != value, "member \(place)", sourceLocation: location)
            all.insert(other)
            var same = value
            change(&same)
            #expect(other == same, "member \(place)", sourceLocation: location)
            #expect(other.hashValue == same.hashValue, "member \(place)", sourceLocation: location)
        }
        #expect(all.count == memberCount + 1, "in a set", sourceLocation: location)
    }

    private static let (before, after) = (LookAlikes.composed, LookAlikes.decomposed)

    private static func marker() -> LockMarker {
        let form = MarkerForm(header: before, scope: before, name: before)
        var marker = LockMarker(form: form, processID: 1, host: before, acquiredAt: .earliest, request: request())
        (marker.bootID, marker.machineID, marker.executable) = (before, before, before)
        (marker.token, marker.preservedReason, marker.otherLines) = (before, before, [before])
        return marker
    }

    private static func request() -> MarkerRequest {
        MarkerRequest(
            deploymentID: before,
            operatorPrincipalID: before,
            restoreIntent: Digest(hashing: [], algorithm: .blake3)
        )
    }

    @Test func ofMarkers() {
        let after = Self.after
        check(
            Self.marker(),
            memberCount: 17,
            [
                { $0.header = after }, { $0.processID = 2 }, { $0.host = after }, { $0.deploymentID = after },
                { $0.operatorPrincipalID = after }, { $0.acquiredAt = .latest }, { $0.scope = after },
                { $0.restoreIntent = Digest(hashing: [1], algorithm: .blake3) }, { $0.bootID = after },
                { $0.processNamespace = 1 }, { $0.startTicks = 1 }, { $0.machineID = after },
                { $0.executable = after }, { $0.epoch = 1 }, { $0.token = after }, { $0.preservedReason = after },
                { $0.otherLines = [after] },
            ]
        )
    }

    /// What is not there, what is empty, and what stands in the next member are three things.
    @Test func ofMarkersWithMembersThatAreNotThere() {
        let changes: [(inout LockMarker) -> Void] = [
            { $0.bootID = nil }, { $0.bootID = "" }, { $0.machineID = nil }, { $0.machineID = "" },
            { $0.otherLines = [] }, { $0.otherLines = [""] }, { $0.otherLines = [Self.before, ""] },
            { ($0.token, $0.preservedReason) = ("\(Self.before)\(Self.before)", "") },
        ]
        var all: Set<LockMarker> = [Self.marker()]
        for change in changes {
            var other = Self.marker()
            change(&other)
            #expect(!all.contains(other))
            all.insert(other)
        }
        #expect(all.count == changes.count + 1)
    }

    @Test func ofFormsRequestsAndOptions() {
        let after = Self.after
        let form = MarkerForm(header: Self.before, scope: Self.before, name: Self.before)
        check(form, memberCount: 3, [{ $0.header = after }, { $0.scope = after }, { $0.name = after }])
        check(
            Self.request(),
            memberCount: 3,
            [
                { $0.deploymentID = after }, { $0.operatorPrincipalID = after },
                { $0.restoreIntent = Digest(hashing: [1], algorithm: .blake3) },
            ]
        )
        check(
            MarkerLockOptions(form: form, lockID: Self.before),
            memberCount: 3,
            [{ $0.form.name = after }, { $0.lockID = after }, { $0.allowsNetworkFileSystems = true }]
        )
    }

    @Test func ofTakeovers() throws {
        let after = Self.after
        let owner = TakeoverOwner(deploymentID: Self.before, operatorPrincipalID: Self.before, host: Self.before)
        check(
            owner,
            memberCount: 3,
            [{ $0.deploymentID = after }, { $0.operatorPrincipalID = after }, { $0.host = after }]
        )
        let markers = try TestMarkers()
        _ = try markers.leaveStaleMarker()
        var takeover = try markers.takeover().takeover
        (takeover.lockID, takeover.operatorKey) = (Self.before, Self.before)
        (takeover.reason, takeover.nonce) = (Self.before, Self.before)
        takeover.newOwner = owner
        takeover.staleOwner = Self.marker()
        check(
            takeover,
            memberCount: 11,
            [
                { $0.lockID = after }, { $0.markerDigest = Digest(hashing: []) }, { $0.identity.inode += 1 },
                { $0.staleOwner?.host = after }, { $0.observedEpoch += 1 }, { $0.newOwner.host = after },
                { $0.operatorKey = after }, { $0.reason = after }, { $0.issuedAt = .earliest },
                { $0.notAfter = .latest }, { $0.nonce = after },
            ]
        )
    }
}
