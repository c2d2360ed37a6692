internal import Canonical
public import FileSystemSeam

extension ApprovalJournal {
    /// Writes the whole journal to one file, as ``JournalBundle`` describes it.
    ///
    /// The records up to the last one at the time of the call; each is checked once more. The contents of the file are
    /// on stable storage when this returns, its name is the caller's business.
    ///
    /// - Parameters:
    ///   - file: empty, and open for writing.
    ///   - progress: told how many records are written.
    /// - Returns: the last record; nil when there is none.
    /// - Throws: the verification failures; `.invalidArgument` when a record is too long for a line (64 MiB), or the
    ///   journal's identifier for the first one (64 KiB); `.io`. What the file then holds is no bundle.
    /// - Complexity: O(*n*) with bounded memory.
    @discardableResult
    public func export(
        to file: any File,
        progress: WorkProgress.Handler? = nil
    ) throws(JournalError) -> JournalHead? {
        let head = try head()
        let total = head?.index ?? 0
        var buffer = try JournalBundle.firstLine(head, journalID: try storage.journalID())
        var offset: Int64 = 0
        var records = LinkedRecords()
        func flush() throws(JournalError) {
            do {
                try file.writeAll(buffer, at: offset)
            } catch {
                throw .io(error, file: "the bundle")
            }
            offset += Int64(buffer.count)
            buffer.removeAll(keepingCapacity: true)
            progress?(WorkProgress(completed: records.last?.index ?? 0, total: total))
        }
        try forEachRecord(from: 1) { (record) throws(JournalError) in
            if record.index > total { return false }
            try records.pass(record)
            buffer += try record.line(options.segmentSettings)
            buffer.append(UInt8(ascii: "\n"))
            if buffer.count >= 1 << 18 { try flush() }
            return true
        }
        try flush()
        guard records.last.isOfSameRecord(as: head) else {
            throw .missingRecord(index: (records.last?.index ?? 0) + 1, evidence: "it was there a moment ago")
        }
        do {
            try file.sync(.data)
        } catch {
            throw .io(error, file: "the bundle")
        }
        return head
    }

    /// Makes this journal of a bundle: every record with the bytes that were hashed. Nothing may stand at its path, so
    /// that importing never changes a history. Its identifier is its own, not ``JournalBundle/journalID``.
    ///
    /// - Parameter progress: told how many records are written.
    /// - Returns: the last record; nil when there is none.
    /// - Throws: `.invalidArgument` when something stands there, or when a record is too long for a file of
    ///   `json-records` (64 MiB); the verification failures of the bundle; `.io`. The journal then does not exist.
    ///   `.copyNotDurable` when it does, whole, and a loss of power may take it away.
    /// - Complexity: O(*n*).
    @discardableResult
    public func create(
        from bundle: JournalBundle,
        progress: WorkProgress.Handler? = nil
    ) throws(JournalError) -> JournalHead? {
        let copy = try JournalCopy(to: path, options.format, options, fileSystem)
        let head: JournalHead?
        do throws(JournalError) {
            head = try copy.fill(options.format, total: bundle.recordCount, progress) {
                (body) throws(JournalError) in
                try bundle.forEachRecord(body)
            }
        } catch {
            copy.abandon()
            throw error
        }
        try copy.publish()
        return head
    }
}
