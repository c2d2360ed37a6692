internal import Canonical
public import FileSystemSeam
public import Signing

extension ApprovalJournal {
    /// Walks everything and stops at the first failure, which is in the report, not thrown.
    ///
    /// Changes nothing and takes no lock. No journal, or an empty one, is intact with 0 records, unless keys or an
    /// anchor say that there was more.
    ///
    /// - Parameters:
    ///   - anchor: what the caller has seen of the journal before.
    ///   - note: the same as a log states it, which `SignedNote` and `VerifiedNote.checkpoint(origin:)` read: the first
    ///     so many records must have that root.
    ///   - trustedHubKeys: whose signatures make a checkpoint evidence. With any, a checkpoint by one of them must be
    ///     there, and each that names one of them must carry its signature and state the root of the records: all else
    ///     is a failure then. ``VerificationReport/vouchedUpTo`` says how far they vouch. With none, signatures are not
    ///     looked at, and a wrong root is a finding.
    ///   - progress: told how many records are done.
    /// - Throws: only when the journal could not be looked at: `.io`, `.notAJournal`, `.unsupportedFormat`.
    /// - Complexity: O(*n*) in the size of the journal: of checkpoints whose ranges overlap and begin at different
    ///   records, 32 at a time are recomputed, those that a trusted key signed first. The others are findings.
    public func verifyIntegrity(
        anchor: JournalAnchor? = nil,
        note: CheckpointBody? = nil,
        trustedHubKeys: [VerifyingKey] = [],
        progress: WorkProgress.Handler? = nil
    ) throws(JournalError) -> VerificationReport {
        var report = try verify(
            VerificationRequest(stopsAtFirst: true, anchor: anchor, trustedHubKeys: trustedHubKeys),
            note,
            progress
        )
        report.failures = Array(report.failures.prefix(1))
        return report
    }

    /// Walks everything and lists every failure.
    ///
    /// - Parameters:
    ///   - anchor: what the caller has seen of the journal before.
    ///   - note: the same as a log states it, which `SignedNote` and `VerifiedNote.checkpoint(origin:)` read: the first
    ///     so many records must have that root.
    ///   - trustedHubKeys: whose signatures make a checkpoint evidence. With any, a checkpoint by one of them must be
    ///     there, and each that names one of them must carry its signature and state the root of the records: all else
    ///     is a failure then. ``VerificationReport/vouchedUpTo`` says how far they vouch. With none, signatures are not
    ///     looked at, and a wrong root is a finding.
    ///   - progress: told how many records are done.
    /// - Throws: only when the journal could not be looked at: `.io`, `.notAJournal`, `.unsupportedFormat`.
    /// - Complexity: O(*n*) in the size of the journal: of checkpoints whose ranges overlap and begin at different
    ///   records, 32 at a time are recomputed, those that a trusted key signed first. The others are findings.
    public func verifyAll(
        anchor: JournalAnchor? = nil,
        note: CheckpointBody? = nil,
        trustedHubKeys: [VerifyingKey] = [],
        progress: WorkProgress.Handler? = nil
    ) throws(JournalError) -> VerificationReport {
        try verify(
            VerificationRequest(stopsAtFirst: false, anchor: anchor, trustedHubKeys: trustedHubKeys),
            note,
            progress
        )
    }

    /// What the storage finds, and what can be said of it wherever the records are kept.
    private func verify(
        _ request: VerificationRequest,
        _ note: CheckpointBody?,
        _ progress: WorkProgress.Handler?
    ) throws(JournalError) -> VerificationReport {
        var report = try storage.verify(request, progress: progress)
        if let note {
            try report.check(note) { (size) throws(JournalError) in
                var tree = MerkleAccumulator()
                if size > 0 { try forEachLeaf(from: 1, to: size) { tree.add(leafHash: $0) } }
                return tree.root
            }
        }
        report.requireVouching(by: request.trustedHubKeys)
        return report
    }
}
