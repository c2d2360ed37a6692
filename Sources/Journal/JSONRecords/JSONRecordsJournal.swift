internal import FileSystemSeam

/// A journal in the `json-records` layout.
///
/// Every operation reads and checks what it did not check before. Between calls a handle that has written holds the
/// journal's directory open, and nothing else.
final class JSONRecordsJournal: JournalStorage {
    let place: JournalPlace
    let cache = RecordCache()
    let writer: Condition<WriterState>

    /// - Parameter writer: what the handle remembers between appends.
    init(at place: JournalPlace, _ writer: Condition<WriterState>) {
        self.place = place
        self.writer = writer
    }

    var path: String { place.path }
    var options: JournalOptions { place.options }
    var fileSystem: any FileSystem { place.fileSystem }

    func format() -> JournalFormat? { .jsonRecords }

    func journalID() -> String? { nil }
}

// MARK: - Opening

extension JSONRecordsJournal {
    /// The journal's directory for reading; nil when it is not there.
    ///
    /// - Throws: `.notAJournal`, `.unsupportedFormat` when something else stands there.
    func storageForReading() throws(JournalError) -> JSONRecordsStorage? {
        guard let directory = try place.directory() else { return nil }
        try checkFormat(of: directory)
        return JSONRecordsStorage(directory: directory)
    }

    /// Refuses what is no journal of this format.
    func checkFormat(of directory: any Directory) throws(JournalError) {
        if try place.format(of: directory) == .jsonRecords { return }
        throw place.replaced
    }

    /// Everything the journal holds, verified; nil when there is no journal.
    ///
    /// The head is read before the records are listed: whatever it names was published before, so it must be in
    /// the listing.
    func snapshot() throws(JournalError) -> (storage: JSONRecordsStorage, snapshot: JournalSnapshot)? {
        guard let storage = try storageForReading() else { return nil }
        return (storage, try snapshot(of: storage))
    }

    func snapshot(
        of storage: JSONRecordsStorage,
        progress: WorkProgress.Handler? = nil
    ) throws(JournalError) -> JournalSnapshot {
        let head = try storage.head()
        let walk = try storage.walk(stopsAtFirst: true, cache: cache, progress: progress)
        if let failure = walk.failures.first { throw failure }
        if let missing = JournalSnapshot.missingRecord(shownBy: head, walk.records) { throw missing }
        return JournalSnapshot(records: walk.records, head: head)
    }
}
