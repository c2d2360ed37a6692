public import Canonical

/// One use of an approval: who consumed which nonce of which grant, for what.
///
/// Stored as JSON with the members in exactly this order; those marked `?` are left out when nil:
///
///     {"type":"treeship/approval-use/v1","use_id":"use_…","grant_id":"…","grant_digest":"…",
///      "nonce_digest":"sha256:…","actor":"…","action":"…","subject":"…","session_id":"…"?,
///      "action_artifact_id":"…"?,"receipt_digest":"…"?,"use_number":1,"max_uses":1?,
///      "idempotency_key":"…"?,"created_at":"2026-03-14T15:09:26Z","expires_at":"…"?,
///      "previous_record_digest":"","record_digest":"sha256:…","signature":"…"?,
///      "signature_alg":"…"?,"signing_key_id":"…"?}
///
/// A nonce itself is never stored, only its digest: see ``ApprovalJournal/nonceDigest(_:)``.
public struct ApprovalUse: Sendable, Hashable {
    /// What the record calls itself; the journal stamps it when it writes.
    public internal(set) var type = RecordKind.approvalUse.typeName
    /// Identifies this use; the journal makes one (`use_` and 32 hexadecimal digits) when it is empty.
    public var useID: String
    /// The grant that is used.
    public var grantID: String
    /// The digest of the grant's own text, or whatever identifies its contents.
    public var grantDigest: String
    /// The digest of the nonce that is consumed.
    public var nonceDigest: String
    /// Who acts.
    public var actor: String
    /// What is done.
    public var action: String
    /// What it is done to.
    public var subject: String
    /// The session it happens in.
    public var sessionID: String?
    /// The record of the action itself, kept elsewhere.
    public var actionArtifactID: String?
    /// The digest of the action's receipt.
    public var receiptDigest: String?
    /// Which use of the grant this is, from 1, over all of its nonces.
    public var useNumber: UInt32
    /// How many uses of one nonce the grant allows; nil for no limit.
    public var maximumUses: UInt32?
    /// Names the request: reserving again with the same key, grant, nonce digest, actor, action and subject gives the
    /// same use again, whatever the other members say.
    public var idempotencyKey: String?
    /// When it was recorded (RFC 3339); the journal stamps it when it is empty.
    public var createdAt: String
    /// From when on it may no longer be recorded (RFC 3339).
    public var expiresAt: String?
    /// The digest of the record before this one, empty on the first; the journal stamps it.
    public internal(set) var previousRecordDigest = ""
    /// The digest of this record; the journal stamps it.
    public internal(set) var recordDigest = ""
    /// A signature over the record, made and checked by the caller.
    public var signature: String?
    /// The algorithm of ``signature``.
    public var signatureAlgorithm: String?
    /// The key of ``signature``.
    public var signingKeyID: String?

    /// Makes a use; what the journal stamps may be left out.
    public init(
        useID: String = "",
        grantID: String,
        grantDigest: String,
        nonceDigest: String,
        actor: String,
        action: String,
        subject: String,
        sessionID: String? = nil,
        actionArtifactID: String? = nil,
        receiptDigest: String? = nil,
        useNumber: UInt32 = 0,
        maximumUses: UInt32? = nil,
        idempotencyKey: String? = nil,
        createdAt: String = "",
        expiresAt: String? = nil,
        signature: String? = nil,
        signatureAlgorithm: String? = nil,
        signingKeyID: String? = nil
    ) {
        self.useID = useID
        self.grantID = grantID
        self.grantDigest = grantDigest
        self.nonceDigest = nonceDigest
        self.actor = actor
        self.action = action
        self.subject = subject
        self.sessionID = sessionID
        self.actionArtifactID = actionArtifactID
        self.receiptDigest = receiptDigest
        self.useNumber = useNumber
        self.maximumUses = maximumUses
        self.idempotencyKey = idempotencyKey
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.signature = signature
        self.signatureAlgorithm = signatureAlgorithm
        self.signingKeyID = signingKeyID
    }
}

extension ApprovalUse: CanonicalEncodable {
    /// Writes the members in declaration order.
    public func encode(to writer: inout CanonicalWriter) {
        writer.beginObject()
        writer.member("type", type)
        writer.member("use_id", useID)
        writer.member("grant_id", grantID)
        writer.member("grant_digest", grantDigest)
        writer.member("nonce_digest", nonceDigest)
        writer.member("actor", actor)
        writer.member("action", action)
        writer.member("subject", subject)
        writer.member("session_id", sessionID)
        writer.member("action_artifact_id", actionArtifactID)
        writer.member("receipt_digest", receiptDigest)
        writer.member("use_number", useNumber)
        writer.member("max_uses", maximumUses)
        writer.member("idempotency_key", idempotencyKey)
        writer.member("created_at", createdAt)
        writer.member("expires_at", expiresAt)
        writer.member("previous_record_digest", previousRecordDigest)
        writer.member("record_digest", recordDigest)
        writer.member("signature", signature)
        writer.member("signature_alg", signatureAlgorithm)
        writer.member("signing_key_id", signingKeyID)
        writer.endObject()
    }
}

extension ApprovalUse {
    /// Reads a record; the inverse of its encoding. Members that are not known are passed over, the order is
    /// free: whether the digest covers exactly what is stored is a matter of verification.
    ///
    /// - Throws: ``RecordError`` with the member that is missing or has the wrong type.
    public init(parsing bytes: [UInt8]) throws(RecordError) {
        try self.init(reading: RecordReader(parsing: bytes))
    }

    init(reading reader: borrowing RecordReader) throws(RecordError) {
        self.init(
            useID: try reader.string("use_id"),
            grantID: try reader.string("grant_id"),
            grantDigest: try reader.string("grant_digest"),
            nonceDigest: try reader.string("nonce_digest"),
            actor: try reader.string("actor"),
            action: try reader.string("action"),
            subject: try reader.string("subject"),
            sessionID: try reader.optionalString("session_id"),
            actionArtifactID: try reader.optionalString("action_artifact_id"),
            receiptDigest: try reader.optionalString("receipt_digest"),
            useNumber: try reader.integer("use_number"),
            maximumUses: try reader.optionalInteger("max_uses"),
            idempotencyKey: try reader.optionalString("idempotency_key"),
            createdAt: try reader.string("created_at"),
            expiresAt: try reader.optionalString("expires_at"),
            signature: try reader.optionalString("signature"),
            signatureAlgorithm: try reader.optionalString("signature_alg"),
            signingKeyID: try reader.optionalString("signing_key_id")
        )
        type = try reader.string("type")
        previousRecordDigest = try reader.string("previous_record_digest", default: "")
        recordDigest = try reader.string("record_digest", default: "")
    }
}
