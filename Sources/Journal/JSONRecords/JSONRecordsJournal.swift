internal import FileSystemSeam

/// A journal in the `json-records` layout.
///
/// Every operation reads and checks what it did not check before. Between calls a handle that has written holds the
/// journal's directory open, and nothing else.
final class JSONRecordsJournal: JournalLayout {
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
}

// MARK: - Opening

extension JSONRecordsJournal {
    /// The journal's directory as it stands before the lock is taken; nil when it is not there.
    ///
    /// - Throws: `.notAJournal`, `.unsupportedFormat` when something else stands there.
    func standingStorage() throws(JournalError) -> JSONRecordsStorage? {
        guard let directory = try place.directory() else { return nil }
        try checkFormat(of: directory)
        return JSONRecordsStorage(directory: directory)
    }

    /// Refuses what is no journal of this format.
    func checkFormat(of directory: any Directory) throws(JournalError) {
        if try place.format(of: directory) == .jsonRecords { return }
        throw place.replaced
    }

    /// Everything the journal holds, verified.
    ///
    /// The head is read before the records are listed: whatever it names was published before, so it must be in
    /// the listing.
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
