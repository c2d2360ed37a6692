internal import Canonical

extension RecordValidation {
    /// Checks a record that a caller wants written as if it were complete: what the journal fills in later stands for
    /// itself, but for the name that a signer gives.
    ///
    /// - Parameter namesJournal: whether a checkpoint says itself which journal it is of.
    static func checkRequest(
        _ request: JournalRecord,
        signedBy signer: HubSigner? = nil,
        namesJournal: Bool = true
    ) throws(JournalError) {
        if let signer { try identifier("hub_id", signer.hubID) }
        switch request {
        case .use(let use): try checkRequest(use)
        case .revocation(var revocation):
            if revocation.revocationID.isEmpty { revocation.revocationID = "rev_" }
            if revocation.createdAt.isEmpty { revocation.createdAt = Self.someTime }
            try check(.revocation(revocation))
        case .checkpoint(var checkpoint):
            if checkpoint.checkpointID.isEmpty { checkpoint.checkpointID = "cp_" }
            if checkpoint.createdAt.isEmpty { checkpoint.createdAt = Self.someTime }
            if !namesJournal, checkpoint.journalID.isEmpty { checkpoint.journalID = "jrn_" }
            try check(.checkpoint(checkpoint))
        }
    }

    /// The same for a use.
    static func checkRequest(_ use: ApprovalUse) throws(JournalError) {
        if isSmall(use) { return try checkMembers(use, areComplete: false) }
        var use = use
        if use.useID.isEmpty { use.useID = "use_" }
        if use.createdAt.isEmpty { use.createdAt = Self.someTime }
        try check(.use(use))
    }

    private static let someTime = Timestamp(secondsSinceEpoch: 0).description

    /// Whether a use needs not be written out to see that it is not too large: no byte of a text takes more than six
    /// when it is escaped, and what stands around the texts takes less than the rest.
    private static func isSmall(_ use: ApprovalUse) -> Bool {
        var count = use.useID.utf8.count + use.grantID.utf8.count + use.grantDigest.utf8.count
        count += use.nonceDigest.utf8.count + use.actor.utf8.count + use.action.utf8.count + use.subject.utf8.count
        count += use.createdAt.utf8.count
        count += byteCount(use.sessionID) + byteCount(use.actionArtifactID) + byteCount(use.receiptDigest)
        count += byteCount(use.idempotencyKey) + byteCount(use.expiresAt) + byteCount(use.signature)
        count += byteCount(use.signatureAlgorithm) + byteCount(use.signingKeyID)
        return count < recordByteMaximum / 8
    }

    private static func byteCount(_ text: String?) -> Int { text?.utf8.count ?? 0 }
}
