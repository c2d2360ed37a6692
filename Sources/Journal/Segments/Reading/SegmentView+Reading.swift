internal import FileSystemSeam

extension SegmentView {
    /// Opens a journal for questions: as far as its records are durable. Takes no lock and changes nothing.
    init(reading directory: any Directory, _ place: JournalPlace, bootID: String) throws(JournalError) {
        var attempts = 0
        while true {
            attempts += 1
            // The watermark is read before anything is listed: what it names stands there already.
            let watermark = try WatermarkFile(in: directory, bootID: bootID, forWriting: false)
            do throws(JournalError) {
                var view = try SegmentView(unread: directory, place, watermark)
                let isChanged = try view.readDurable(bootID: bootID)
                try view.checkEvidence()
                if isChanged, attempts < Self.attemptMaximum { continue }
                self = view
                return
            } catch {
                // What was listed while a writer was at work may fit together badly. When nobody was, it is wrong.
                var again = watermark
                guard attempts < Self.attemptMaximum, try again.refresh() else { throw error }
            }
        }
    }

    private static let attemptMaximum = 16

    /// Reads on as far as records are durable.
    ///
    /// - Returns: whether a writer changed what is durable in a way that calls for a fresh look.
    mutating func readDurable(bootID: String) throws(JournalError) -> Bool {
        if let watermark = watermarkFile.watermark, watermark.isOfBoot(bootID) {
            try read(upTo: watermark)
            return false
        }
        // Of another boot, or lost: records behind it may be acknowledged, or somebody may not have synced them yet.
        let stop = try scan { (scan, files) throws(JournalError) in try scan.run(&files) }
        if case .failed(let error) = stop { throw error }
        try syncBehindWatermark(upTo: ledger.nextIndex - 1)
        let before = watermarkFile.content
        guard try watermarkFile.refresh() else { return false }
        return watermarkFile.content != before
    }

    /// Makes durable what stands behind the watermark, whichever boot that is of, before it is reported; without a
    /// watermark that is everything.
    ///
    /// - Parameter last: the last record that is reported.
    mutating func syncBehindWatermark(upTo last: UInt64) throws(JournalError) {
        if last > watermarkFile.watermark?.index ?? 0 { try syncLastSegment() }
    }

    /// Reads on to where a watermark of this boot stands.
    private mutating func read(upTo watermark: Watermark) throws(JournalError) {
        var last = watermark.index
        var limit: RecordPosition? = watermark.end
        if let unsynced = watermark.unsyncedIndex, unsynced > last {
            // Appended by a writer that does not sync. Syncing is no change, so a reader does it before it reports.
            if place.isDurable { try syncLastSegment() }
            last = unsynced
            limit = nil
        }
        let stop = try scan { (scan, files) throws(JournalError) in
            try scan.run(&files, upTo: last, limit: limit)
        }
        switch stop {
        case .reached: return
        case .failed(let error): throw error
        case .end, .torn:
            throw missing(namedByWatermark: last)
        }
    }

    /// A record that the watermark of this boot names, and that is not there.
    func missing(namedByWatermark last: UInt64) -> JournalError {
        .missingRecord(index: ledger.nextIndex, evidence: "\(WatermarkFile.path) names record \(last)")
    }

    /// Scans, takes over what the scan found, and compares it with the records that the heads name.
    mutating func scan(
        _ body: (inout SegmentScan, inout SegmentFiles) throws(JournalError) -> SegmentScan.Stop
    ) throws(JournalError) -> SegmentScan.Stop {
        let before = ledger.last
        // Moved, not copied: it holds a tail of records.
        var moved = SegmentLedger(ledger.maker, tail: TailIndex(firstIndex: ledger.nextIndex, capacity: 0))
        swap(&moved, &ledger)
        var scan = SegmentScan(consume moved, from: end, noting: watermarkFile.namedIndexes)
        let stop: SegmentScan.Stop
        do throws(JournalError) {
            stop = try body(&scan, &files)
        } catch {
            ledger = scan.ledger
            throw error
        }
        ledger = scan.ledger
        end = scan.end
        if case .failed = stop { return stop }
        for (head, file) in watermarkFile.evidence {
            guard head.index < ledger.nextIndex else {
                if case .reached = stop { continue }
                if case .torn = stop { throw brokenOff(before: head.index) }
                throw .missingRecord(index: ledger.nextIndex, evidence: "\(file) names record \(head.index)")
            }
            let found: String
            if let passed = scan.digests[head.index] {
                found = passed
            } else if let before, before.index == head.index {
                found = before.digest
            } else {
                found = try storedRecord(at: head.index).digest
            }
            guard found == head.digest else {
                throw .missingRecord(
                    index: head.index,
                    evidence: "\(file) names another record there, with the digest \(head.digest)"
                )
            }
        }
        return stop
    }

    /// The record that comes next is there in part only, although it was durable once.
    private func brokenOff(before index: UInt64) -> JournalError {
        .malformedRecord(
            index: ledger.nextIndex,
            file: SegmentName.path(end.segment),
            reason: "it breaks off in the line at byte \(end.offset), although record \(index) was written after it"
        )
    }

    /// Makes durable what others have written, before it is reported.
    ///
    /// - Throws: `.poisoned` when that has failed before in this handle.
    mutating func syncLastSegment() throws(JournalError) {
        guard let last = files.firsts.last else { return }
        let file = try files.file(last)
        try place.readerSyncs.run(path: place.path) { () throws(JournalError) in
            do throws(FileSystemError) {
                try file.sync(.data)
                try files.directory?.sync()
            } catch {
                if isOnMedium(error) { return }
                throw .io(error, file: SegmentName.path(last))
            }
        }
    }

    /// Whether what cannot be synced was read from a medium that nobody writes to: some file systems of such media know
    /// no syncs.
    ///
    /// Not where the sync gives `EROFS`: that is what a file system says that gave up writing, with what was written to
    /// it still in memory.
    private func isOnMedium(_ error: FileSystemError) -> Bool {
        guard error.code == .invalidArgument else { return false }
        return (try? place.fileSystem.mountFacts(of: directory))?.isReadOnly ?? false
    }
}
