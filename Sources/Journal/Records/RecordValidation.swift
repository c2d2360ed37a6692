@_spi(Bytes) internal import Canonical

/// What a record must fulfil before a single byte of it is written.
///
/// Reading is more lenient: what others have written and chained is kept as it is.
enum RecordValidation {
    /// The longest identifier, in bytes.
    static let identifierByteMaximum = 4096
    /// The longest free text, in bytes.
    static let textByteMaximum = 65_536
    /// The longest record, in bytes of its compact form.
    static let recordByteMaximum = 1_048_576

    static func check(_ record: JournalRecord) throws(JournalError) {
        try checkMembers(record)
        try checkSize(record.declaredBytes.count)
    }

    /// Checks everything but the size.
    static func checkMembers(_ record: JournalRecord) throws(JournalError) {
        switch record {
        case .use(let use): try checkMembers(use)
        case .revocation(let revocation): try check(revocation)
        case .checkpoint(let checkpoint): try check(checkpoint)
        }
    }

    /// Checks the size of a record's compact form without its two digests, in bytes.
    static func checkSize(_ count: Int) throws(JournalError) {
        guard count <= recordByteMaximum else {
            throw .invalidArgument(
                member: "record",
                reason: "has \(count) bytes; a record may have at most \(recordByteMaximum)"
            )
        }
    }

    /// - Parameter areComplete: whether they are already there that the journal would fill in.
    static func checkMembers(_ use: ApprovalUse, areComplete: Bool = true) throws(JournalError) {
        if areComplete || !use.useID.isEmpty { try identifier("use_id", use.useID) }
        try identifier("grant_id", use.grantID)
        try identifier("grant_digest", use.grantDigest)
        try identifier("nonce_digest", use.nonceDigest)
        try identifier("actor", use.actor)
        try text("action", use.action)
        try text("subject", use.subject)
        try optionalIdentifier("session_id", use.sessionID)
        try optionalIdentifier("action_artifact_id", use.actionArtifactID)
        try optionalIdentifier("receipt_digest", use.receiptDigest)
        if let key = use.idempotencyKey { try opaque("idempotency_key", key) }
        if areComplete || !use.createdAt.isEmpty { try time("created_at", use.createdAt) }
        if let expiresAt = use.expiresAt { try time("expires_at", expiresAt) }
        try signature(use.signature, use.signatureAlgorithm, use.signingKeyID)
    }

    private static func check(_ revocation: ApprovalRevocation) throws(JournalError) {
        try identifier("revocation_id", revocation.revocationID)
        try identifier("grant_id", revocation.grantID)
        try identifier("grant_digest", revocation.grantDigest)
        try identifier("revoker", revocation.revoker)
        if let reason = revocation.reason { try text("reason", reason, mayBeEmpty: true) }
        try time("created_at", revocation.createdAt)
        try signature(revocation.signature, revocation.signatureAlgorithm, revocation.signingKeyID)
    }

    private static func check(_ checkpoint: JournalCheckpoint) throws(JournalError) {
        try identifier("checkpoint_id", checkpoint.checkpointID)
        try identifier("merkle_root", checkpoint.merkleRoot)
        try identifier("journal_id", checkpoint.journalID)
        try time("created_at", checkpoint.createdAt)
        if !checkpoint.signedAt.isEmpty { try time("signed_at", checkpoint.signedAt) }
        for id in checkpoint.coveredUseIDs { try identifier("covered_use_ids", id) }
        for id in checkpoint.coveredGrantIDs { try identifier("covered_grant_ids", id) }
        for (name, value) in [
            ("hub_id", checkpoint.hubID), ("hub_public_key", checkpoint.hubPublicKey),
            ("hub_signature", checkpoint.hubSignature),
        ] where !value.isEmpty {
            try identifier(name, value)
        }
        guard checkpoint.fromRecordIndex <= checkpoint.toRecordIndex else {
            throw .invalidArgument(
                member: "from_record_index",
                reason: "is \(checkpoint.fromRecordIndex), after to_record_index \(checkpoint.toRecordIndex)"
            )
        }
        try signature(checkpoint.signature, checkpoint.signatureAlgorithm, checkpoint.signingKeyID)
    }

    private static func signature(
        _ signature: String?,
        _ algorithm: String?,
        _ key: String?
    ) throws(JournalError) {
        try optionalIdentifier("signature", signature)
        try optionalIdentifier("signature_alg", algorithm)
        try optionalIdentifier("signing_key_id", key)
    }

    /// An identifier: not empty, no control characters, of bounded length.
    static func identifier(_ member: String, _ value: String) throws(JournalError) {
        guard !value.isEmpty else { throw .invalidArgument(member: member, reason: "is empty") }
        try optionalIdentifier(member, value)
    }

    /// An identifier that may be nil, or empty where it is there.
    private static func optionalIdentifier(_ member: String, _ value: String?) throws(JournalError) {
        guard let value else { return }
        if isPlain(value) { return try length(member, value, identifierByteMaximum) }
        try opaque(member, value)
        var offset = 0
        for scalar in value.unicodeScalars {
            // DEL and the C1 controls; terminals obey some of them.
            if (0x7F...0x9F).contains(scalar.value) { throw control(scalar, member, offset) }
            offset += UTF8.width(scalar)
        }
    }

    /// What the caller made up and only compares: any text of bounded length but the C0 controls.
    private static func opaque(_ member: String, _ value: String) throws(JournalError) {
        try length(member, value, identifierByteMaximum)
        if isPlain(value) { return }
        for (offset, byte) in value.utf8.enumerated() where byte < 0x20 {
            throw control(Unicode.Scalar(byte), member, offset)
        }
    }

    /// Whether it is visible ASCII and spaces, as nearly all identifiers and texts are.
    private static func isPlain(_ value: String) -> Bool {
        let bytes = value.utf8.span
        var place = 0
        while place &+ 8 <= bytes.count {
            let word = ByteWord.load(bytes, at: place)
            // The highest bit of a byte: it is set, or is by taking away 20 or adding 1.
            let marks = word | (word &- 0x2020_2020_2020_2020) | (word &+ 0x0101_0101_0101_0101)
            if marks & 0x8080_8080_8080_8080 != 0 { return false }
            place &+= 8
        }
        while place < bytes.count {
            if bytes[place] &- 0x20 >= 0x5F { return false }
            place &+= 1
        }
        return true
    }

    private static func control(_ scalar: Unicode.Scalar, _ member: String, _ offset: Int) -> JournalError {
        let shown = Hex.encode([UInt8(truncatingIfNeeded: scalar.value)])
        return .invalidArgument(member: member, reason: "holds the control character U+00\(shown) at byte \(offset)")
    }

    /// Free text: any Unicode but NUL, of bounded length.
    private static func text(_ member: String, _ value: String, mayBeEmpty: Bool = false) throws(JournalError) {
        guard mayBeEmpty || !value.isEmpty else { throw .invalidArgument(member: member, reason: "is empty") }
        try length(member, value, textByteMaximum)
        if isPlain(value) { return }
        for (offset, byte) in value.utf8.enumerated() where byte == 0 {
            throw .invalidArgument(member: member, reason: "holds a NUL at byte \(offset)")
        }
    }

    private static func length(_ member: String, _ value: String, _ maximum: Int) throws(JournalError) {
        let count = value.utf8.count
        guard count <= maximum else {
            throw .invalidArgument(member: member, reason: "has \(count) bytes; at most \(maximum) are allowed")
        }
    }

    private static func time(_ member: String, _ value: String) throws(JournalError) {
        do {
            _ = try Timestamp(parsing: value)
        } catch {
            throw .invalidArgument(member: member, reason: "is not an RFC 3339 time: \(error)")
        }
    }
}
