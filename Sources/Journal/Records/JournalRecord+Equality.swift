internal import Canonical

// Two records are equal only when their bytes are. Swift's `String` calls two spellings of one character equal (`é` as
// one code point and as two), and what is synthesized compares strings so: two grants would be one in a set of
// requests.

extension ApprovalUse {
    /// Equal when every member has the same bytes.
    ///
    /// - Complexity: O(*n*) in the bytes of both; both are encoded.
    public static func == (left: ApprovalUse, right: ApprovalUse) -> Bool {
        JournalRecord.use(left).declaredBytes == JournalRecord.use(right).declaredBytes
    }

    /// Feeds the members' bytes to a hasher.
    public func hash(into hasher: inout Hasher) { hasher.combine(JournalRecord.use(self).declaredBytes) }
}

extension ApprovalRevocation {
    /// Equal when every member has the same bytes.
    ///
    /// - Complexity: O(*n*) in the bytes of both; both are encoded.
    public static func == (left: ApprovalRevocation, right: ApprovalRevocation) -> Bool {
        JournalRecord.revocation(left).declaredBytes == JournalRecord.revocation(right).declaredBytes
    }

    /// Feeds the members' bytes to a hasher.
    public func hash(into hasher: inout Hasher) { hasher.combine(JournalRecord.revocation(self).declaredBytes) }
}

extension JournalCheckpoint {
    /// Equal when every member has the same bytes.
    ///
    /// - Complexity: O(*n*) in the bytes of both; both are encoded.
    public static func == (left: JournalCheckpoint, right: JournalCheckpoint) -> Bool {
        JournalRecord.checkpoint(left).declaredBytes == JournalRecord.checkpoint(right).declaredBytes
    }

    /// Feeds the members' bytes to a hasher.
    public func hash(into hasher: inout Hasher) { hasher.combine(JournalRecord.checkpoint(self).declaredBytes) }
}
