public import Canonical

extension JournalCheckpoint: CanonicalEncodable {
    /// Writes the members in declaration order; the bytes stand at ``JournalCheckpoint``.
    public func encode(to writer: inout CanonicalWriter) {
        func present(_ text: String) -> String? { text.isEmpty ? nil : text }
        writer.beginObject()
        writer.member("type", type)
        writer.member("checkpoint_id", checkpointID)
        writer.member("checkpoint_kind", kind.rawValue)
        writer.member("from_record_index", fromRecordIndex)
        writer.member("to_record_index", toRecordIndex)
        writer.member("merkle_root", merkleRoot)
        writer.member("leaf_count", leafCount)
        writer.member("journal_id", journalID)
        writer.member("created_at", createdAt)
        writer.member("hub_id", present(hubID))
        writer.member("hub_public_key", present(hubPublicKey))
        writer.member("hub_signature", present(hubSignature))
        writer.member("signed_at", present(signedAt))
        if !coveredUseIDs.isEmpty { writer.member("covered_use_ids", coveredUseIDs) }
        if !coveredGrantIDs.isEmpty { writer.member("covered_grant_ids", coveredGrantIDs) }
        writer.member("previous_record_digest", previousRecordDigest)
        writer.member("record_digest", recordDigest)
        writer.member("signature", signature)
        writer.member("signature_alg", signatureAlgorithm)
        writer.member("signing_key_id", signingKeyID)
        writer.endObject()
    }
}

extension JournalCheckpoint {
    /// Reads a record; the inverse of its encoding. Members that are not known are passed over, the order is
    /// free: whether the digest covers exactly what is stored is a matter of verification.
    ///
    /// - Throws: ``RecordError`` with the member that is missing or has the wrong type.
    public init(parsing bytes: [UInt8]) throws(RecordError) {
        try self.init(reading: RecordReader(parsing: bytes))
    }

    init(reading reader: borrowing RecordReader) throws(RecordError) {
        let kindName = try reader.string("checkpoint_kind", default: Kind.localJournal.rawValue)
        guard let kind = Kind(rawValue: kindName) else {
            throw reader.error("checkpoint_kind", "is \"\(kindName)\", not local-journal or hub-org")
        }
        self.init(
            checkpointID: try reader.string("checkpoint_id"),
            kind: kind,
            fromRecordIndex: try reader.integer("from_record_index"),
            toRecordIndex: try reader.integer("to_record_index"),
            merkleRoot: try reader.string("merkle_root"),
            leafCount: try reader.integer("leaf_count"),
            journalID: try reader.string("journal_id"),
            createdAt: try reader.string("created_at"),
            hubID: try reader.string("hub_id", default: ""),
            hubPublicKey: try reader.string("hub_public_key", default: ""),
            hubSignature: try reader.string("hub_signature", default: ""),
            signedAt: try reader.string("signed_at", default: ""),
            coveredUseIDs: try reader.strings("covered_use_ids"),
            coveredGrantIDs: try reader.strings("covered_grant_ids"),
            signature: try reader.optionalString("signature"),
            signatureAlgorithm: try reader.optionalString("signature_alg"),
            signingKeyID: try reader.optionalString("signing_key_id")
        )
        type = try reader.string("type")
        previousRecordDigest = try reader.string("previous_record_digest", default: "")
        recordDigest = try reader.string("record_digest", default: "")
    }
}
