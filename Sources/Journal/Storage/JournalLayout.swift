internal import FileSystemSeam

/// A journal in one layout, as ``DirectoryStorage`` uses it; what each call does, ``JournalStorage`` says.
///
/// Questions are asked about a directory that was opened and found to hold this layout. Opened by its path once more, it
/// might be another one, in which this layout may see no records at all, and no harm. Whoever writes opens the path
/// under the lock and looks at the layout then.
protocol JournalLayout: Sendable {
    /// - Throws: ``JournalPlace/replaced`` where another layout stands there, with nothing written.
    func create() throws(JournalError)

    /// The first answer is ``JournalPlace/replaced`` where another layout stands there, with nothing written.
    func commit(_ requests: [JournalRequest]) -> [Result<JournalAnswer, JournalError>]

    /// - Throws: ``JournalPlace/replaced`` where another layout stands there, with nothing written.
    func rebuildIndexes(
        discardingEvidence: Bool,
        progress: WorkProgress.Handler?
    ) throws(JournalError) -> UInt64

    func facts(in directory: any Directory, grant: String, nonceDigest: String) throws(JournalError) -> UseFacts

    func latestUse(
        in directory: any Directory,
        grant: String,
        nonceDigest: String
    ) throws(JournalError) -> RecordedUse?

    func use(in directory: any Directory, id: String) throws(JournalError) -> RecordedUse?

    func forEachUse(
        in directory: any Directory,
        ofGrant grant: String,
        _ body: (StoredRecord) throws(JournalError) -> Bool
    ) throws(JournalError)

    func forEachRecord(
        in directory: any Directory,
        from index: UInt64,
        _ body: (StoredRecord) throws(JournalError) -> Bool
    ) throws(JournalError)

    func head(in directory: any Directory) throws(JournalError) -> JournalHead?

    /// - Parameter id: what the manifest in the directory says.
    func verify(
        _ directory: any Directory,
        _ id: String?,
        _ request: VerificationRequest,
        progress: WorkProgress.Handler?
    ) throws(JournalError) -> VerificationReport
}
