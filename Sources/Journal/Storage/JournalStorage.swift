package import FileSystemSeam
package import Signing

/// Where a journal's records are kept, and all that is ever asked of that place.
///
/// Each layout is one, and so is what chooses between them, ``DirectoryStorage``. Nothing here speaks of files, so that
/// another may keep them on another machine; it would have to be made in this module, as records and answers are. What
/// must hold for each:
///
/// - A request is decided and recorded in one critical section, over all that use the same journal.
/// - What ``commit(_:)`` answers with success is on stable storage, with everything that the answer rests on, unless
///   the options say otherwise.
/// - Questions are answered from records that are on stable storage, and change nothing.
/// - Where there is no journal, questions get nil or nothing, not an error.
package protocol JournalStorage: Sendable {
    /// The layout of a journal in a directory; nil when there is none, or the records are kept elsewhere.
    func format() throws(JournalError) -> JournalFormat?

    /// What tells this journal from any other; nil when there is none, or its layout knows no such thing.
    func journalID() throws(JournalError) -> String?

    /// Makes the journal, durably; one that is there is left as it is.
    func create() throws(JournalError)

    /// Decides requests in their order, each on what the ones before it did, and records those that are granted.
    ///
    /// Each was checked before: it can be recorded. They share one critical section, and where the storage can, one
    /// write and one sync.
    ///
    /// - Returns: an answer for each request, in their order.
    func commit(_ requests: [JournalRequest]) -> [Result<JournalAnswer, JournalError>]

    /// The same also for requests that come while the first ones are decided.
    ///
    /// - Parameter more: gives some that are to be decided, too; none when it is time to record what was granted. It
    ///   may wait for them. Called any number of times, also never.
    /// - Returns: an answer for each request, also for those that `more` gave, in their order.
    func commit(
        _ requests: [JournalRequest],
        _ more: () -> [JournalRequest]
    ) -> [Result<JournalAnswer, JournalError>]

    /// What the next use of a nonce is judged by; nil when there is no journal.
    func facts(grant: String, nonceDigest: String) throws(JournalError) -> UseFacts?

    /// The latest use of a nonce.
    func latestUse(grant: String, nonceDigest: String) throws(JournalError) -> RecordedUse?

    /// The first use with an id.
    func use(id: String) throws(JournalError) -> RecordedUse?

    /// Calls `body` with the uses of a grant, in order, until it returns false.
    func forEachUse(
        ofGrant grant: String,
        _ body: (StoredRecord) throws(JournalError) -> Bool
    ) throws(JournalError)

    /// Calls `body` with the records of all kinds from an index on, in order, until it returns false.
    func forEachRecord(
        from index: UInt64,
        _ body: (StoredRecord) throws(JournalError) -> Bool
    ) throws(JournalError)

    /// The last record; nil when there is none, or no journal.
    func head() throws(JournalError) -> JournalHead?

    /// Walks everything; see ``ApprovalJournal/verifyAll(anchor:note:trustedHubKeys:progress:)``.
    func verify(
        _ request: VerificationRequest,
        progress: WorkProgress.Handler?
    ) throws(JournalError) -> VerificationReport

    /// Makes the indexes anew from the records.
    ///
    /// - Parameter discardingEvidence: also when an index names a record that is not there; else that is thrown.
    /// - Returns: how many records were walked.
    func rebuildIndexes(
        discardingEvidence: Bool,
        progress: WorkProgress.Handler?
    ) throws(JournalError) -> UInt64
}

extension JournalStorage {
    /// Takes no more, where deciding takes no time to speak of.
    package func commit(
        _ requests: [JournalRequest],
        _ more: () -> [JournalRequest]
    ) -> [Result<JournalAnswer, JournalError>] {
        commit(requests)
    }
}

/// What is to be verified, and against what.
package struct VerificationRequest: Sendable {
    /// Whether the walk ends at the first failure.
    package var stopsAtFirst: Bool
    /// What the caller has seen before.
    package var anchor: JournalAnchor?
    /// Whose signatures make a checkpoint evidence.
    package var trustedHubKeys: [VerifyingKey] = []
}

/// What a caller wants recorded.
package enum JournalRequest: Sendable {
    /// A use, if the rules allow it.
    ///
    /// Indirect, because a request is handed on more often than it is looked into.
    indirect case reserve(ApprovalUse, perGrant: UInt32?)
    /// A record, unconditionally, but for a record that it speaks of, which must still be there. A checkpoint that names
    /// no journal gets the identifier of this one, and is signed once it is known what it follows.
    case append(JournalRecord, signedBy: HubSigner? = nil, about: JournalHead? = nil)
}

/// What became of a request.
package enum JournalAnswer: Sendable {
    /// The use is recorded, or was before.
    case reserved(Reservation)
    /// The record is appended, and this is how it stands. Boxed, so that the answer to a reservation stays small.
    indirect case appended(StoredRecord)
}

/// What the next use of a nonce is judged by.
package struct UseFacts: Sendable, Hashable {
    /// How often the nonce was used.
    package var useCount: UInt64
    /// The maximum that the latest use which names one gives.
    package var maximumUses: UInt32?
    /// The first record that revoked the grant.
    package var revocationIndex: UInt64?

    package init(useCount: UInt64, maximumUses: UInt32?, revocationIndex: UInt64?) {
        self.useCount = useCount
        self.maximumUses = maximumUses
        self.revocationIndex = revocationIndex
    }
}

/// A use that was looked for.
package struct RecordedUse: Sendable {
    /// The record.
    package var record: StoredRecord
    /// Which use of its nonce it is, from 1.
    package var nonceUseNumber: UInt64
    /// How things stand with its nonce now.
    package var facts: UseFacts

    package init(record: StoredRecord, nonceUseNumber: UInt64, facts: UseFacts) {
        self.record = record
        self.nonceUseNumber = nonceUseNumber
        self.facts = facts
    }
}
