extension JournalRecord {
    /// The same, where it is a checkpoint that names no journal with the name of the one that it is appended to: the
    /// identifier that this was made with or, in `json-records`, which has none, one made of its first record's digest.
    ///
    /// Only under the lock of that journal: a copy of it has the same records, and another identifier.
    ///
    /// - Parameters:
    ///   - id: gives what the journal was made with; nil or empty when there is no such thing.
    ///   - firstDigest: gives the digest of its first record.
    /// - Throws: `.invalidArgument` where somebody gave the journal an identifier that cannot be recorded.
    func naming(
        _ id: () throws(JournalError) -> String?,
        _ firstDigest: () throws(JournalError) -> String
    ) throws(JournalError) -> JournalRecord {
        guard case .checkpoint(var checkpoint) = self, checkpoint.journalID.isEmpty else { return self }
        if let id = try id(), !id.isEmpty {
            checkpoint.journalID = id
        } else {
            let digits = try firstDigest().utf8.drop { $0 != UInt8(ascii: ":") }.dropFirst().prefix(32)
            checkpoint.journalID = "jrn_" + String(decoding: Array(digits), as: UTF8.self)
        }
        try RecordValidation.identifier("journal_id", checkpoint.journalID)
        return .checkpoint(checkpoint)
    }
}
