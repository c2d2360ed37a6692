public import FileSystemSeam

/// A record that was appended.
public struct AppendedRecord: Sendable, Hashable {
    /// Its place in the journal, from 1.
    public let index: UInt64
    /// Its digest.
    public let digest: String
    /// Its own identifier: use, revocation or checkpoint id.
    public let id: String
}

extension ApprovalJournal {
    /// Makes the journal's directory and says what it is, durably. An existing journal is opened as for an append,
    /// which mends what a crash has left, and nothing is appended.
    ///
    /// An existing one keeps its layout, whatever the options ask for; ``format()`` says which.
    ///
    /// - Throws: `.notAJournal` or `.unsupportedFormat` when something else stands there; `.journalMissing` when
    ///   nothing does and nothing is to be made; `.platform`, `.lockBusy`, `.poisoned`, `.io`, and the verification
    ///   failures: an existing journal is looked at as before an append.
    public func create() throws(JournalError) { try storage.create() }

    /// Appends a use as it is, numbered by the caller, without asking any rule: for callers that import uses.
    ///
    /// - Throws: `.invalidArgument` before anything is written; see ``JournalError``.
    public func append(_ use: ApprovalUse) throws(JournalError) -> AppendedRecord { try append(.use(use)) }

    /// Appends a revocation: from now on no use of its grant is reserved.
    ///
    /// - Throws: `.invalidArgument` before anything is written; see ``JournalError``.
    public func append(_ revocation: ApprovalRevocation) throws(JournalError) -> AppendedRecord {
        try append(.revocation(revocation))
    }

    /// Appends a checkpoint as it is; ``makeCheckpoint(from:to:signedBy:)`` works one out.
    ///
    /// - Parameter signer: signs it for a hub, under the lock, since the signature covers what it follows.
    /// - Throws: `.invalidArgument` before anything is written; see ``JournalError``.
    public func append(
        _ checkpoint: JournalCheckpoint,
        signedBy signer: HubSigner? = nil
    ) throws(JournalError) -> AppendedRecord {
        try append(.checkpoint(checkpoint), signedBy: signer)
    }

    func append(
        _ record: JournalRecord,
        signedBy signer: HubSigner? = nil
    ) throws(JournalError) -> AppendedRecord {
        try commit(.checked(record, signedBy: signer)).appendedRecord
    }

    /// Hands one request to the storage, together with those of other threads.
    func commit(_ request: JournalRequest) throws(JournalError) -> JournalAnswer {
        try group.commit(request)
    }

    /// Writes every index anew from the records, under the lock.
    ///
    /// An index that names a record which is not there can be all that is left of a use that was removed together with
    /// the head. Rebuilding would forget it, and the use could be consumed again; so it is refused.
    ///
    /// - Parameters:
    ///   - discardingEvidence: rebuilds all the same. For whoever knows that no record was removed and an index file
    ///     was damaged. What was discarded is gone durably when this returns.
    ///   - progress: told how many records are read.
    /// - Returns: how many records were walked, of all kinds.
    /// - Throws: `.missingRecord` when an index names a record that is not there; `.io` when one cannot be removed or
    ///   written, and may be as it was; see ``JournalError``.
    public func rebuildIndexes(
        discardingEvidence: Bool = false,
        progress: WorkProgress.Handler? = nil
    ) throws(JournalError) -> UInt64 {
        try storage.rebuildIndexes(discardingEvidence: discardingEvidence, progress: progress)
    }
}
