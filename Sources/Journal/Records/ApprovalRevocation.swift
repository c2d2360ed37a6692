public import Canonical

/// A grant was revoked: from this record on, no use of it may be reserved.
///
/// Stored as JSON with the members in exactly this order; `reason` is always written, those marked `?` are left
/// out when nil:
///
///     {"type":"treeship/approval-revocation/v1","revocation_id":"rev_…","grant_id":"…",
///      "grant_digest":"…","revoker":"…","reason":null,"created_at":"2026-03-14T15:09:26Z",
///      "previous_record_digest":"sha256:…","record_digest":"sha256:…","signature":"…"?,
///      "signature_alg":"…"?,"signing_key_id":"…"?}
public struct ApprovalRevocation: Sendable, Hashable {
    /// What the record calls itself; the journal stamps it when it writes.
    public internal(set) var type = RecordKind.approvalRevocation.typeName
    /// Identifies this revocation; the journal makes one (`rev_` and 32 hexadecimal digits) when it is empty.
    public var revocationID: String
    /// The grant that is revoked.
    public var grantID: String
    /// The digest of the grant's own text, or whatever identifies its contents.
    public var grantDigest: String
    /// Who revokes.
    public var revoker: String
    /// Why, in words.
    public var reason: String?
    /// When it was recorded (RFC 3339); the journal stamps it when it is empty.
    public var createdAt: String
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

    /// Makes a revocation; what the journal stamps may be left out.
    public init(
        revocationID: String = "",
        grantID: String,
        grantDigest: String,
        revoker: String,
        reason: String? = nil,
        createdAt: String = "",
        signature: String? = nil,
        signatureAlgorithm: String? = nil,
        signingKeyID: String? = nil
    ) {
        self.revocationID = revocationID
        self.grantID = grantID
        self.grantDigest = grantDigest
        self.revoker = revoker
        self.reason = reason
        self.createdAt = createdAt
        self.signature = signature
        self.signatureAlgorithm = signatureAlgorithm
        self.signingKeyID = signingKeyID
    }
}

extension ApprovalRevocation: CanonicalEncodable {
    /// Writes the members in declaration order.
    public func encode(to writer: inout CanonicalWriter) {
        writer.beginObject()
        writer.member("type", type)
        writer.member("revocation_id", revocationID)
        writer.member("grant_id", grantID)
        writer.member("grant_digest", grantDigest)
        writer.member("revoker", revoker)
        writer.key("reason")
        if let reason { writer.value(reason) } else { writer.null() }
        writer.member("created_at", createdAt)
        writer.member("previous_record_digest", previousRecordDigest)
        writer.member("record_digest", recordDigest)
        writer.member("signature", signature)
        writer.member("signature_alg", signatureAlgorithm)
        writer.member("signing_key_id", signingKeyID)
        writer.endObject()
    }
}

extension ApprovalRevocation {
    /// Reads a record; the inverse of its encoding. Members that are not known are passed over, the order is
    /// free: whether the digest covers exactly what is stored is a matter of verification.
    ///
    /// - Throws: ``RecordError`` with the member that is missing or has the wrong type.
    public init(parsing bytes: [UInt8]) throws(RecordError) {
        try self.init(reading: RecordReader(parsing: bytes))
    }

    init(reading reader: borrowing RecordReader) throws(RecordError) {
        self.init(
            revocationID: try reader.string("revocation_id"),
            grantID: try reader.string("grant_id"),
            grantDigest: try reader.string("grant_digest"),
            revoker: try reader.string("revoker"),
            reason: try reader.optionalString("reason"),
            createdAt: try reader.string("created_at"),
            signature: try reader.optionalString("signature"),
            signatureAlgorithm: try reader.optionalString("signature_alg"),
            signingKeyID: try reader.optionalString("signing_key_id")
        )
        type = try reader.string("type")
        previousRecordDigest = try reader.string("previous_record_digest", default: "")
        recordDigest = try reader.string("record_digest", default: "")
    }
}
