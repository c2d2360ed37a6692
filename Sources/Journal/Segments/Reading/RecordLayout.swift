@_spi(Bytes) internal import Canonical

/// The members of one kind of record behind its type.
struct RecordLayout: Sendable {
    private let prefix: [UInt8]
    private let members: MemberLayout

    private init(_ kind: RecordKind, _ members: [MemberLayout.Member]) {
        prefix = Array("{\"type\":\"\(kind.typeName)\"".utf8)
        self.members = MemberLayout(members)
    }

    private static func member(_ name: String, _ value: MemberLayout.Value = .string) -> MemberLayout.Member {
        MemberLayout.Member(name, value)
    }

    private static func optional(_ name: String, _ value: MemberLayout.Value = .string) -> MemberLayout.Member {
        MemberLayout.Member(name, value, isRequired: false)
    }

    /// The members of ``ApprovalUse``.
    static let use = RecordLayout(
        .approvalUse,
        [
            member("use_id"), member("grant_id"), member("grant_digest"), member("nonce_digest"), member("actor"),
            member("action"), member("subject"), optional("session_id"), optional("action_artifact_id"),
            optional("receipt_digest"), member("use_number", .number), optional("max_uses", .number),
            optional("idempotency_key"), member("created_at"), optional("expires_at"),
            member("previous_record_digest"), member("record_digest"), optional("signature"),
            optional("signature_alg"), optional("signing_key_id"),
        ]
    )
    static let useID = 0
    static let useGrant = 1
    static let nonce = 3
    static let useNumber = 10
    static let maximumUses = 11
    static let idempotencyKey = 12
    static let useTime = 13
    static let usePrevious = 15
    static let useDigest = 16

    /// The members of ``ApprovalRevocation``.
    static let revocation = RecordLayout(
        .approvalRevocation,
        [
            member("revocation_id"), member("grant_id"), member("grant_digest"), member("revoker"),
            member("reason", .stringOrNull), member("created_at"), member("previous_record_digest"),
            member("record_digest"), optional("signature"), optional("signature_alg"), optional("signing_key_id"),
        ]
    )
    static let revokedGrant = 1
    static let revocationTime = 5
    static let revocationPrevious = 6
    static let revocationDigest = 7
}

extension RecordLayout {
    /// The layouts of records that are many.
    struct Both: Sendable {
        let use = RecordLayout.use
        let revocation = RecordLayout.revocation
    }

    /// Whether a line is of this kind.
    func begins(_ line: Span<UInt8>) -> Bool {
        line.count > prefix.count && Bytes.isSame(line, 0, prefix.span, 0, count: prefix.count)
    }

    /// Finds the values of a line that is of this kind.
    ///
    /// - Returns: false unless the line is exactly what an encoder writes for plain members. What this accepts is in
    ///   declared form.
    func scan(_ line: Span<UInt8>, _ found: inout MemberRanges) -> Bool {
        var position = prefix.count
        return members.scan(line, from: &position, into: &found) && position &+ 1 == line.count
            && line[position] == UInt8(ascii: "}")
    }
}
