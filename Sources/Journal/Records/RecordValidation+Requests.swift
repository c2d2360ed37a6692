internal import Canonical

extension RecordValidation {
    /// Checks a record that a caller wants written as if it were complete: what the journal fills in later stands for
    /// itself.
    static func checkRequest(_ request: JournalRecord) throws(JournalError) {
        let time = Timestamp(secondsSinceEpoch: 0).description
        switch request {
        case .use(var use):
            if use.useID.isEmpty { use.useID = "use_" }
            if use.createdAt.isEmpty { use.createdAt = time }
            try check(.use(use))
        case .revocation(var revocation):
            if revocation.revocationID.isEmpty { revocation.revocationID = "rev_" }
            if revocation.createdAt.isEmpty { revocation.createdAt = time }
            try check(.revocation(revocation))
        case .checkpoint(var checkpoint):
            if checkpoint.checkpointID.isEmpty { checkpoint.checkpointID = "cp_" }
            if checkpoint.createdAt.isEmpty { checkpoint.createdAt = time }
            try check(.checkpoint(checkpoint))
        }
    }
}
