/// A range of records summed up in one Merkle root.
///
/// Stored as JSON with the members in exactly this order; those marked `?` are left out when nil or empty:
///
///     {"type":"treeship/journal-checkpoint/v1","checkpoint_id":"cp_…","checkpoint_kind":"local-journal",
///      "from_record_index":1,"to_record_index":5,"merkle_root":"sha256:…","leaf_count":5,
///      "journal_id":"jrn_…","created_at":"…","hub_id":"…"?,"hub_public_key":"…"?,
///      "hub_signature":"…"?,"signed_at":"…"?,"covered_use_ids":["…"]?,"covered_grant_ids":["…"]?,
///      "previous_record_digest":"sha256:…","record_digest":"sha256:…","signature":"…"?,
///      "signature_alg":"…"?,"signing_key_id":"…"?}
public struct JournalCheckpoint: Sendable, Hashable {
    /// Who vouches for a checkpoint.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The journal itself.
        case localJournal = "local-journal"
        /// A hub, by its signature.
        case hubOrg = "hub-org"
    }

    /// What the record calls itself; the journal stamps it when it writes.
    public internal(set) var type = RecordKind.journalCheckpoint.typeName
    /// Identifies this checkpoint; the journal makes one (`cp_` and 32 hexadecimal digits) when it is empty.
    public var checkpointID: String
    /// Who vouches for it.
    public var kind: Kind
    /// The first record that is summed up, from 1.
    public var fromRecordIndex: UInt64
    /// The last record that is summed up.
    public var toRecordIndex: UInt64
    /// The root of the Merkle tree over the range.
    public var merkleRoot: String
    /// How many records are summed up.
    public var leafCount: UInt64
    /// The journal that it was appended to. A copy of that has the same checkpoints, and another identifier.
    public var journalID: String
    /// When it was recorded (RFC 3339); the journal stamps it when it is empty.
    public var createdAt: String
    /// The hub that signed it; empty for none.
    public var hubID: String
    /// The hub's Ed25519 key, base64url without padding; empty for none.
    public var hubPublicKey: String
    /// The hub's Ed25519 signature, base64url without padding; empty for none.
    public var hubSignature: String
    /// When the hub signed it (RFC 3339); empty for never.
    public var signedAt: String
    /// The uses it covers, when the hub names them.
    public var coveredUseIDs: [String]
    /// The grants it covers, when the hub names them.
    public var coveredGrantIDs: [String]
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

    /// Makes a checkpoint; what the journal stamps may be left out.
    public init(
        checkpointID: String = "",
        kind: Kind = .localJournal,
        fromRecordIndex: UInt64,
        toRecordIndex: UInt64,
        merkleRoot: String,
        leafCount: UInt64,
        journalID: String,
        createdAt: String = "",
        hubID: String = "",
        hubPublicKey: String = "",
        hubSignature: String = "",
        signedAt: String = "",
        coveredUseIDs: [String] = [],
        coveredGrantIDs: [String] = [],
        signature: String? = nil,
        signatureAlgorithm: String? = nil,
        signingKeyID: String? = nil
    ) {
        self.checkpointID = checkpointID
        self.kind = kind
        self.fromRecordIndex = fromRecordIndex
        self.toRecordIndex = toRecordIndex
        self.merkleRoot = merkleRoot
        self.leafCount = leafCount
        self.journalID = journalID
        self.createdAt = createdAt
        self.hubID = hubID
        self.hubPublicKey = hubPublicKey
        self.hubSignature = hubSignature
        self.signedAt = signedAt
        self.coveredUseIDs = coveredUseIDs
        self.coveredGrantIDs = coveredGrantIDs
        self.signature = signature
        self.signatureAlgorithm = signatureAlgorithm
        self.signingKeyID = signingKeyID
    }
}
