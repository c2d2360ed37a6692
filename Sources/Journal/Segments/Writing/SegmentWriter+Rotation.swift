internal import FileSystemSeam

extension SegmentWriter {
    /// Seals the active segment, of which everything is written, and begins the next one.
    ///
    ///     ftruncate(old) · fsync(old) · pwrite(heads/current.json)
    ///     openat(new, O_CREAT) · fdatasync(new) · fsync(segments) · pwrite(heads/current.json)
    ///
    /// A segment that another one follows is therefore whole and durable. Also a writer without syncs syncs here: a
    /// hole between two segments would look like a loss.
    mutating func rotate() throws(JournalError) {
        guard let active else { return }
        if !place.isDurable { try rewrite(from: durableOffset(in: active.first)) }
        do {
            if active.size == view.end.offset {
                // Cut off before, perhaps by someone whose sync failed: what it covered may never become durable, so
                // that the length is changed once more.
                try active.file.fillWithZeros(from: view.end.offset, to: view.end.offset + 1)
            }
            try active.file.truncate(to: view.end.offset)
            try active.file.sync(.full)
        } catch {
            throw .io(error, file: SegmentName.path(active.first))
        }
        try begin(view.ledger.nextIndex)
    }

    /// Makes a new segment, durably, for records from an index on. All earlier ones are durable.
    mutating func begin(_ first: UInt64) throws(JournalError) {
        guard let segments = view.files.directory else { preconditionFailure("the journal was made before") }
        let name = SegmentName.text(first)
        do {
            let file = try segments.open(name, [.read, .write, .create, .exclusive], permissions: .ownerFile)
            try file.sync(.data)
            try segments.sync()
            active = ActiveSegment(first: first, file: file, size: 0)
        } catch {
            throw .io(error, file: SegmentName.path(first))
        }
        view.files.add(first)
        view.end = RecordPosition(segment: first, offset: 0)
        if first > 1 {
            // From here on the segment's name counts as durable.
            var watermark = view.watermarkFile.watermark ?? Watermark(journalID: view.journalID, bootID: bootID)
            watermark.index = first - 1
            watermark.digest = view.ledger.last?.digest ?? ""
            watermark.updatedAt = view.ledger.last?.updatedAt ?? ""
            watermark.end = view.end
            watermark.size = 0
            watermark.unsyncedIndex = nil
            watermark.wipingEnd = nil
            try publish(watermark)
        }
    }
}
