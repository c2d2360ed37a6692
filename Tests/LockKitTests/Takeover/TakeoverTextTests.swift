import Canonical
import Foundation
import LockKit
import Signing
import Testing

@Suite("The text of a takeover")
struct TakeoverTextTests {
    private let markers: TestMarkers
    private let signed: SignedTakeover

    init() throws {
        markers = try TestMarkers()
        _ = try markers.leaveStaleMarker()
        signed = try markers.takeover()
    }

    @Test func itIsReadAsItWasWritten() throws {
        let bytes = try signed.encoded()
        #expect(try SignedTakeover(parsing: bytes) == signed)
        let value = try JSONValue(parsing: bytes)
        #expect(try value.canonicalBytes(.jcs) + [10] == bytes)
        #expect(value["type"]?.string == "holdfast-lock-takeover-v1")
        let payload = try #require(value["payload"])
        #expect(payload["lock_id"]?.string == "/store/" + TestMarkers.name)
        #expect(payload["stale_owner"]?["header"]?.string == "cortex-restore-active-store-lock-v1")
        #expect(payload["stale_owner"]?["pid"]?.string == String(try #require(signed.takeover.staleOwner).processID))
        #expect(payload["observed_epoch"]?.string == "1")
        #expect(payload["new_owner"]?["host"]?.string == "simulated")
    }

    @Test func linesOfOtherToolsAreCovered() throws {
        let text = String(decoding: try #require(try markers.lock().readMarker()).bytes, as: UTF8.self)
        try markers.put(TestMarkers.name, text + "ticket=OPS=7\nheader=x\nempty=\n")
        let signed = try markers.takeover()
        #expect(signed.takeover.staleOwner?.otherLines == ["empty=", "ticket=OPS=7"])
        let read = try SignedTakeover(parsing: signed.encoded())
        try read.verify(trustedKeys: [operatorKey.publicKey])
        _ = try markers.lock().takeOver(read, trustedKeys: [operatorKey.publicKey])
    }

    /// The signature is over the payload with a prefix of its own: the payload alone, signed, is no takeover.
    @Test func theSignatureIsInADomainOfItsOwn() throws {
        let payload = try signed.takeover.canonicalBytes(.jcs)
        #expect(signed.signature != (try operatorKey.signature(for: payload)))
        let prefixed = Array("holdfast-lock-takeover-v1\n".utf8) + payload
        #expect(signed.signature == (try operatorKey.signature(for: prefixed)))
    }

    @Test(arguments: [
        ("\"type\":\"holdfast-lock-takeover-v1\"", "\"type\":\"holdfast-lock-takeover-v2\""),
        ("\"payload\":{", "\"payload\":{\"unknown\":1,"), ("\"nonce\":", "\"nance\":"),
        ("\"observed_epoch\":\"1\"", "\"observed_epoch\":1"), ("\"observed_epoch\":\"1\"", "\"observed_epoch\":\"01\""),
        ("\"marker_digest\":\"sha256:", "\"marker_digest\":\"md5:"), ("\"issued_at\":\"2026", "\"issued_at\":\"26"),
        ("\"stale_owner\":{", "\"stale_owner\":7,\"x\":{"), ("\"pid\":\"", "\"pid\":\"x"), ("}", ""),
        ("\"signature\":\"", "\"signature\":\"*"), ("\"new_owner\":{", "\"new_owner\":[],\"y\":{"),
    ])
    func whatIsNoTakeoverIsRefused(_ part: String, _ replacement: String) throws {
        let text = String(decoding: try signed.encoded(), as: UTF8.self)
        let range = try #require(text.range(of: part))
        let altered = text.replacingCharacters(in: range, with: replacement)
        #expect(try lockError { _ = try SignedTakeover(parsing: Array(altered.utf8)) }?.code == "malformed_takeover")
    }

    @Test func everyRefusalNamesARemedy() {
        for refusal in TakeoverRefusal.allCases {
            #expect(LockError.takeoverRefused(refusal).description.hasPrefix("the takeover is refused: "))
            #expect(refusal.description.contains(". "))
        }
    }
}
