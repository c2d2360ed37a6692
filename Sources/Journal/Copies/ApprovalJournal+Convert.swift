public import FileSystemSeam

extension ApprovalJournal {
    /// Writes the journal anew in another layout, or the same, under another name. No digest changes: the chain is the
    /// same in every layout, and so is every record's declared form. The new journal has an identifier of its own,
    /// which checkpoints that are appended to it name (``JournalCheckpoint/journalID``).
    ///
    /// The records up to the last one at the time of the call are read without the lock, checked, written, and made
    /// durable; only then the new journal gets its name. What is appended to this one meanwhile is not in the new one.
    ///
    /// - Parameters:
    ///   - format: the layout of the new journal.
    ///   - newPath: where it will stand: nothing may be there, and the directory above it must be.
    ///   - progress: told how many records are written.
    /// - Returns: the last record; nil when there is none.
    /// - Throws: `.invalidArgument` when something stands at `newPath`, or when a record is too long for a file of
    ///   `json-records` or for a line (64 MiB); the verification failures; `.io`. The new name then does not exist.
    ///   `.copyNotDurable` when it does, whole, and a loss of power may take it away.
    /// - Complexity: O(*n*); into segments with bounded memory (some megabytes, and the longest record several times),
    ///   into `json-records` with memory for its indexes besides.
    @discardableResult
    public func convert(
        to format: JournalFormat,
        at newPath: String,
        progress: WorkProgress.Handler? = nil
    ) throws(JournalError) -> JournalHead? {
        let head = try head()
        let copy = try JournalCopy(to: newPath, format, options, fileSystem)
        let written: JournalHead?
        do throws(JournalError) {
            let total = head?.index ?? 0
            written = try copy.fill(format, total: total, progress) { (body) throws(JournalError) in
                try forEachRecord(from: 1) { (record) throws(JournalError) in
                    record.index > total ? false : try body(record)
                }
            }
            guard written.isOfSameRecord(as: head) else {
                throw .missingRecord(index: (written?.index ?? 0) + 1, evidence: "it was there a moment ago")
            }
        } catch {
            copy.abandon()
            throw error
        }
        try copy.publish()
        return written
    }
}

extension JournalCopy {
    /// How many records are held at a time, …
    private static var batchCount: Int { 512 }
    /// … and about how many bytes of them: a record of somebody else's bundle may have up to 64 MiB.
    private static var batchByteCount: Int { 1 << 20 }

    /// Writes all records of a source, checked and durable.
    ///
    /// - Parameter source: calls what it is given with every record in order, until that returns false.
    /// - Returns: the last record; nil when there is none.
    func fill(
        _ format: JournalFormat,
        total: UInt64,
        _ progress: WorkProgress.Handler?,
        from source: ((StoredRecord) throws(JournalError) -> Bool) throws(JournalError) -> Void
    ) throws(JournalError) -> JournalHead? {
        var target: any RecordTarget
        switch format {
        case .segments: target = SegmentsTarget(place)
        case .jsonRecords: target = try JSONRecordsTarget(place)
        }
        var records = LinkedRecords()
        var batch: [StoredRecord] = []
        var byteCount = 0
        func write() throws(JournalError) {
            try target.append(batch)
            batch.removeAll(keepingCapacity: true)
            byteCount = 0
            progress?(WorkProgress(completed: records.last?.index ?? 0, total: total))
        }
        try source { (record) throws(JournalError) in
            try records.pass(record)
            batch.append(record)
            byteCount += record.bytes.count
            if batch.count == Self.batchCount || byteCount >= Self.batchByteCount { try write() }
            return true
        }
        try write()
        try target.finish(records.last)
        return records.last
    }
}

/// A new journal that gets the records of another.
protocol RecordTarget {
    /// Writes records that follow those before, with their digests as they are.
    mutating func append(_ records: [StoredRecord]) throws(JournalError)
    /// Makes everything durable that is not yet.
    mutating func finish(_ last: JournalHead?) throws(JournalError)
}

/// A new journal in segments.
struct SegmentsTarget: RecordTarget {
    private let journal: SegmentsJournal

    init(_ place: JournalPlace) { journal = SegmentsJournal(at: place) }

    mutating func append(_ records: [StoredRecord]) throws(JournalError) {
        do throws(JournalError) {
            try journal.withWriter { (writer) throws(JournalError) in
                for record in records {
                    let line = try record.line(journal.place.options.segmentSettings)
                    try writer.stage(StoredRecord(index: record.index, record: record.record, bytes: line))
                }
            }
        } catch {
            // It is removed, whatever was written of it.
            throw error.withoutOutcome
        }
    }

    mutating func finish(_ last: JournalHead?) throws(JournalError) { try append([]) }
}

/// A new journal in `json-records`.
struct JSONRecordsTarget: RecordTarget {
    private let storage: JSONRecordsStorage
    private var indexes = ExpectedIndexes([])

    init(_ place: JournalPlace) throws(JournalError) {
        storage = JSONRecordsStorage(directory: try place.madeDirectory())
        try storage.preparedRecords()
    }

    mutating func append(_ records: [StoredRecord]) throws(JournalError) {
        for record in records {
            try storage.publishUnlisted(record)
            indexes.add(record.record, at: record.index)
        }
    }

    mutating func finish(_ last: JournalHead?) throws(JournalError) {
        try storage.syncRecords()
        try storage.rebuildIndexes(indexes)
        if let last { try storage.writeHead(last) }
        try JournalManifest.jsonRecords.write(to: storage.directory)
    }
}
