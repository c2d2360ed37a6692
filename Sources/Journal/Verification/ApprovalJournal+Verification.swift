public import FileSystemSeam
public import Signing

extension ApprovalJournal {
    /// Walks everything and stops at the first failure, which is in the report, not thrown.
    ///
    /// Changes nothing and takes no lock. No journal, or an empty one, is intact with 0 records.
    ///
    /// - Parameters:
    ///   - anchor: what the caller has seen of the journal before.
    ///   - trustedHubKeys: whose signatures make a checkpoint evidence: where its root is not that of the records, it is
    ///     a failure then, and otherwise a finding.
    ///   - progress: told how many records are done.
    /// - Throws: only when the journal could not be looked at: `.io`, `.notAJournal`, `.unsupportedFormat`.
    /// - Complexity: O(*n*) in the size of the journal.
    public func verifyIntegrity(
        anchor: JournalAnchor? = nil,
        trustedHubKeys: [VerifyingKey] = [],
        progress: WorkProgress.Handler? = nil
    ) throws(JournalError) -> VerificationReport {
        var report = try storage.verify(
            VerificationRequest(stopsAtFirst: true, anchor: anchor, trustedHubKeys: trustedHubKeys),
            progress: progress
        )
        report.failures = Array(report.failures.prefix(1))
        return report
    }

    /// Walks everything and lists every failure.
    ///
    /// - Parameters:
    ///   - anchor: what the caller has seen of the journal before.
    ///   - trustedHubKeys: whose signatures make a checkpoint evidence: where its root is not that of the records, it is
    ///     a failure then, and otherwise a finding.
    ///   - progress: told how many records are done.
    /// - Throws: only when the journal could not be looked at: `.io`, `.notAJournal`, `.unsupportedFormat`.
    /// - Complexity: O(*n*) in the size of the journal.
    public func verifyAll(
        anchor: JournalAnchor? = nil,
        trustedHubKeys: [VerifyingKey] = [],
        progress: WorkProgress.Handler? = nil
    ) throws(JournalError) -> VerificationReport {
        try storage.verify(
            VerificationRequest(stopsAtFirst: false, anchor: anchor, trustedHubKeys: trustedHubKeys),
            progress: progress
        )
    }
}
