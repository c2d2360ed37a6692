import Signing
import Testing

/// What a hub signed is checked row by row by `Fixtures/signing/hub-checkpoints`.
@Suite struct HubCheckpointTests {
    @Test func aSmallOrderHubKeyGivesInvalidAndNoCrash() {
        let message = Array(#"{"type":"treeship/journal-checkpoint/v1","checkpoint_id":"cp_hub_0"}"#.utf8)
        let forgery = StrictVerificationTests.identity + StrictVerificationTests.zero
        for hex in StrictVerificationTests.smallOrderPoints {
            #expect(!VerifyingKey.isValid(signature: forgery, for: message, keyBytes: bytes(hex)))
        }
    }
}
