import Journal
import Signing
import Testing

@Suite("Requests that cannot be recorded")
struct ValidationTests {
    struct Case: Sendable, CustomStringConvertible {
        let member: String
        let description: String
        let change: @Sendable (inout ApprovalUse) -> Void

        init(_ member: String, _ description: String, _ change: @escaping @Sendable (inout ApprovalUse) -> Void) {
            self.member = member
            self.description = "\(member) \(description)"
            self.change = change
        }
    }

    static let cases: [Case] = [
        Case("grant_id", "empty") { $0.grantID = "" },
        Case("grant_id", "with NUL") { $0.grantID = "a\0b" },
        Case("grant_id", "with a line end") { $0.grantID = "a\nb" },
        Case("grant_id", "with DEL") { $0.grantID = "a\u{7F}" },
        Case("grant_id", "with a C1 control") { $0.grantID = "a\u{85}" },
        Case("grant_id", "too long") { $0.grantID = String(repeating: "g", count: 4097) },
        Case("grant_digest", "empty") { $0.grantDigest = "" },
        Case("nonce_digest", "empty") { $0.nonceDigest = "" },
        Case("nonce_digest", "with NUL") { $0.nonceDigest = "sha256:\0" },
        Case("actor", "empty") { $0.actor = "" },
        Case("actor", "with a tab") { $0.actor = "a\tb" },
        Case("action", "empty") { $0.action = "" },
        Case("action", "with NUL") { $0.action = "a\0" },
        Case("action", "too long") { $0.action = String(repeating: "x", count: 65_537) },
        Case("subject", "empty") { $0.subject = "" },
        Case("session_id", "with a control") { $0.sessionID = "\u{1}" },
        Case("action_artifact_id", "with a control") { $0.actionArtifactID = "\u{1}" },
        Case("receipt_digest", "with a control") { $0.receiptDigest = "\u{1}" },
        Case("idempotency_key", "with NUL") { $0.idempotencyKey = "\0" },
        Case("idempotency_key", "too long") { $0.idempotencyKey = String(repeating: "k", count: 4097) },
        Case("created_at", "no time") { $0.createdAt = "yesterday" },
        Case("expires_at", "no time") { $0.expiresAt = "tomorrow" },
        Case("use_id", "with a control") { $0.useID = "\u{1F}" },
        Case("signature", "with a control") { $0.signature = "\n" },
        Case("signature_alg", "with a control") { $0.signatureAlgorithm = "\n" },
        Case("signing_key_id", "with a control") { $0.signingKeyID = "\n" },
    ]

    @Test(arguments: JournalFormat.allCases, cases)
    func invalidArgumentsAreRefusedBeforeAnythingIsWritten(format: JournalFormat, refused: Case) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        var request = use()
        refused.change(&request)
        for attempt in [{ _ = try handle.reserve(request) }, { _ = try handle.append(request) }] {
            guard case .invalidArgument(let member, let reason)? = try journalError(attempt) else {
                Issue.record("\(refused) was taken")
                continue
            }
            #expect(member == refused.member)
            #expect(!reason.isEmpty)
        }
        #expect(try handle.records().isEmpty)
        // And the journal works on.
        #expect(try handle.reserve(use()).index == 1)
    }

    @Test(arguments: JournalFormat.allCases)
    func lengthsAreInBytesAndInclusive(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(String(repeating: "g", count: 4096)))
        _ = try handle.reserve(use(subject: String(repeating: "x", count: 65_536)))
        #expect(try journalError { _ = try handle.reserve(use(String(repeating: "é", count: 2049))) } != nil)
        #expect(try handle.verifyIntegrity().recordCount == 2)
    }

    @Test(arguments: JournalFormat.allCases)
    func a300ByteGrantWorksFromThenOn(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        let grant = String(repeating: "g", count: 300)
        _ = try handle.reserve(use(grant), maximumUses: 1)
        #expect(try journalError { _ = try handle.reserve(use(grant), maximumUses: 1) }?.code == "uses_exhausted")
        #expect(try handle.reserve(use()).index == 2)
        #expect(try handle.verifyIntegrity().isIntact)
    }

    @Test(arguments: JournalFormat.allCases)
    func freeTextMayHoldAnythingButNUL(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        let text = "line\nline\ttab \u{1B} \u{7F} \u{2028} \"quoted\" \\ / \u{1F600} \u{FFFF}"
        _ = try handle.reserve(use(action: text, subject: text))
        guard case .use(let recorded) = try journal.open().records()[0].record else {
            Issue.record("no use was recorded")
            return
        }
        #expect(Array(recorded.action.utf8) == Array(text.utf8))
        #expect(try journal.open().verifyIntegrity().isIntact)
    }

    @Test(arguments: JournalFormat.allCases)
    func revocationsAndCheckpointsAreChecked(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        var revoking = revocation()
        revoking.revoker = ""
        var backwards = checkpoint(to: 2)
        backwards.fromRecordIndex = 3
        var covering = checkpoint(to: 2)
        covering.coveredUseIDs = ["use_1", "a\0"]
        var hub = checkpoint(to: 2)
        hub.hubID = "\u{7}"
        var signed = checkpoint(to: 2)
        signed.signedAt = "now"
        for (member, attempt) in [
            ("revoker", { _ = try handle.append(revoking) }),
            ("from_record_index", { _ = try handle.append(backwards) }),
            ("covered_use_ids", { _ = try handle.append(covering) }),
            ("hub_id", { _ = try handle.append(hub) }),
            ("signed_at", { _ = try handle.append(signed) }),
        ] as [(String, () throws -> Void)] {
            guard case .invalidArgument(member, _)? = try journalError(attempt) else {
                Issue.record("\(member) was taken")
                continue
            }
        }
        #expect(try handle.records().isEmpty)
    }

    enum HubName: CaseIterable {
        case empty, withControls, tooLong

        var text: String {
            switch self {
            case .empty: ""
            case .withControls: "a\nb\u{1}"
            case .tooLong: String(repeating: "h", count: 4097)
            }
        }
    }

    /// What a signer adds is in the chain for good, as what the caller gives.
    @Test(arguments: JournalFormat.allCases, HubName.allCases)
    func theNameOfAHubIsChecked(format: JournalFormat, name: HubName) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use())
        let signer = HubSigner(hubID: name.text, key: try SigningKey(seed: [UInt8](repeating: 7, count: 32)))
        for attempt in [
            { _ = try handle.makeCheckpoint(signedBy: signer) },
            { _ = try handle.append(checkpoint(to: 1), signedBy: signer) },
        ] as [() throws -> Void] {
            guard case .invalidArgument("hub_id", _)? = try journalError(attempt) else {
                Issue.record("the name was taken")
                continue
            }
        }
        #expect(try journal.recordCount() == 1)
    }

    @Test(arguments: JournalFormat.allCases)
    func aRecordMayNotGrowBeyondAMebibyte(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        var large = checkpoint(to: 2)
        large.coveredUseIDs = (0..<70_000).map { "use_\($0)_xxxxxx" }
        guard case .invalidArgument("record", _)? = try journalError({ _ = try journal.open().append(large) }) else {
            Issue.record("it was taken")
            return
        }
        #expect(try journal.open().records().isEmpty)
    }
}
