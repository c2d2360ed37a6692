internal import Canonical
internal import LockKit
internal import Testing

/// Cases of lock files.
enum LockCheckers {
    /// A marker: what its lines say, and that writing it gives the same bytes.
    static func marker(_ fixture: FixtureCase) throws {
        let bytes = try fixture.bytes(of: "input.txt")
        let expected = try fixture.expectation()
        let marker = try LockMarker(parsing: bytes)
        #expect(marker.header == MarkerForm.restoreActiveStore.header)
        #expect(UInt64(marker.processID) == expected["pid"]?.number?.unsignedValue)
        #expect(marker.host == (try expected.text("host")))
        #expect(marker.deploymentID == (try expected.text("deployment_id")))
        #expect(marker.operatorPrincipalID == (try expected.text("operator_principal_id")))
        #expect(marker.acquiredAt.secondsSinceEpoch == expected["acquired_at_seconds"]?.number?.signedValue)
        #expect(UInt64(marker.acquiredAt.nanoseconds) == expected["acquired_at_nanoseconds"]?.number?.unsignedValue)
        #expect(marker.scope == (try expected.text("scope")))
        #expect(marker.restoreIntent.description == (try expected.text("restore_intent_blake3")))
        #expect(marker.epoch == expected["epoch"]?.number?.unsignedValue)
        #expect(marker.token == expected["token"]?.string)
        #expect(marker.preservedReason == expected["preserved_reason"]?.string)
        #expect(marker.otherLines == expected["other_lines"]?.array?.compactMap(\.string) ?? [])
        #expect(try marker.encoded() == bytes)
    }
}
