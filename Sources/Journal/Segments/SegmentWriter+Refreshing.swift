internal import FileSystemSeam

extension SegmentView {
    /// Whether this is a view of the journal in a directory.
    func isOf(_ directory: any Directory) throws(JournalError) -> Bool {
        try Self.identity(of: directory) == identity
    }
}

extension SegmentWriter {
    /// Takes note of what other processes have appended since; under the lock.
    ///
    /// - Returns: false when the journal must be opened anew: its files were replaced, or someone left something behind.
    mutating func isUpToDate(with directory: any Directory) throws(JournalError) -> Bool {
        guard try view.isOf(directory), try view.watermarkFile.stands(in: directory) else { return false }
        return try isUpToDate()
    }

    /// The same where the names in the journal's directory are known to stand.
    mutating func isUpToDateBelowNames() throws(JournalError) -> Bool {
        guard try view.watermarkFile.stands() else { return false }
        return try isUpToDate()
    }

    private mutating func isUpToDate() throws(JournalError) -> Bool {
        guard var active else { return false }
        if try view.watermarkFile.refresh(), try !follow(&active) { return false }
        guard let watermark = view.watermarkFile.watermark, watermark.bootID == bootID, watermark.wipingEnd == nil,
            watermark.unsyncedIndex == nil || !place.isDurable
        else { return false }
        do {
            // A segment that another process seals changes its length; one without zeros behind its records may have
            // been sealed before.
            guard let extent = try view.files.directory?.extent(of: SegmentName.text(active.first)),
                extent.size == active.size, extent.size > view.end.offset
            else { return false }
            let identity: FileIdentity
            if let known = active.identity { identity = known } else { identity = try active.file.extent().identity }
            self.active?.identity = identity
            guard extent.identity == identity else { return false }
            return try active.file.read(exactly: 1, at: view.end.offset) == [0]
        } catch  where error.code == .noEntry {
            return false
        } catch {
            throw .io(error, file: SegmentName.path(active.first))
        }
    }

    /// Reads the records that others have appended.
    private mutating func follow(_ active: inout ActiveSegment) throws(JournalError) -> Bool {
        guard let watermark = view.watermarkFile.watermark, watermark.index >= view.ledger.nextIndex - 1 else {
            return false
        }
        if !view.files.firsts.contains(watermark.end.segment) { view.files = try SegmentFiles(of: view.directory) }
        let last = max(watermark.index, watermark.unsyncedIndex ?? 0)
        let limit = last == watermark.index ? watermark.end : nil
        let stop = try view.scan { (scan, files) throws(JournalError) in
            try scan.run(&files, upTo: last, limit: limit)
        }
        guard case .reached = stop else { return false }
        if limit != nil { view.end = watermark.end }
        view.files.close()
        if view.end.segment != active.first { try openActive() }
        guard var now = self.active else { return false }
        now.size = try size(of: now)
        active = now
        self.active = now
        return true
    }
}
