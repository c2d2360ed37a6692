internal import FileSystemSeam

extension SegmentView {
    /// Opens a journal for questions: as far as its records are durable. Takes no lock and changes nothing.
    init(reading directory: any Directory, _ place: JournalPlace, bootID: String) throws(JournalError) {
        var attempt = 0
        while true {
            // The watermark is read before the segments are listed: what it names stands in them already.
            let watermark = try WatermarkFile(in: directory, forWriting: false)
            var view = try SegmentView(unread: directory, place, watermark)
            let changed = try view.readDurable(bootID: bootID)
            if !changed || attempt > 16 {
                self = view
                return
            }
            attempt += 1
        }
    }

    /// A journal of which no record was read yet.
    init(
        unread directory: any Directory,
        _ place: JournalPlace,
        _ watermark: WatermarkFile
    ) throws(JournalError) {
        let journalID: String
        if case .manifest(let manifest) = try JournalManifest.content(in: directory), let id = manifest.journalID {
            journalID = id
        } else {
            // A manifest that is gone is written again by the next writer.
            journalID = watermark.watermark?.journalID ?? ""
        }
        self.init(
            place: place,
            directory: directory,
            identity: try Self.identity(of: directory),
            journalID: journalID,
            files: try SegmentFiles(of: directory),
            ledger: SegmentLedger(IndexKeyMaker(journalID: journalID)),
            end: RecordPosition(segment: 1, offset: 0),
            watermarkFile: watermark
        )
    }

    static func identity(of directory: any Directory) throws(JournalError) -> FileIdentity {
        do {
            return try directory.status().identity
        } catch {
            throw .io(error, file: ".")
        }
    }

    /// Reads on as far as records are durable.
    ///
    /// - Returns: whether a writer changed what is durable in a way that calls for a fresh look.
    mutating func readDurable(bootID: String) throws(JournalError) -> Bool {
        if let watermark = watermarkFile.watermark, watermark.bootID == bootID, !bootID.isEmpty {
            try read(upTo: watermark)
            return false
        }
        // Written in an earlier boot, or lost: what is found behind it was read from the disk, if no writer has come
        // since. Where that is not known, a sync makes sure.
        let stop = try scan(noting: watermarkFile.evidence) { (scan, files) throws(JournalError) in
            try scan.run(&files)
        }
        if case .failed(let error) = stop { throw error }
        if watermarkFile.watermark == nil || bootID.isEmpty { try syncLastSegment() }
        let before = watermarkFile.content
        guard try watermarkFile.refresh() else { return false }
        return watermarkFile.content != before
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
        let stop = try scan(noting: watermark.head) { (scan, files) throws(JournalError) in
            try scan.run(&files, upTo: last, limit: limit)
        }
        switch stop {
        case .reached: return
        case .failed(let error): throw error
        case .end, .torn:
            throw .missingRecord(
                index: ledger.nextIndex,
                evidence: "\(WatermarkFile.path) names record \(last)"
            )
        }
    }

    /// Scans, takes over what the scan found, and compares it with the record that the head names.
    mutating func scan(
        noting evidence: JournalHead?,
        _ body: (inout SegmentScan, inout SegmentFiles) throws(JournalError) -> SegmentScan.Stop
    ) throws(JournalError) -> SegmentScan.Stop {
        let before = ledger.last
        var scan = SegmentScan(ledger, from: end, noting: evidence?.index ?? 0)
        let stop = try body(&scan, &files)
        ledger = scan.ledger
        end = scan.end
        if case .failed = stop { return stop }
        guard let evidence else { return stop }
        guard evidence.index < ledger.nextIndex else {
            if case .torn = stop { throw brokenOff(before: evidence.index) }
            throw .missingRecord(
                index: ledger.nextIndex,
                evidence: "\(WatermarkFile.path) names record \(evidence.index)"
            )
        }
        let found: String?
        if let passed = scan.wantedDigest {
            found = passed
        } else if let before, before.index == evidence.index {
            found = before.digest
        } else {
            found = try storedRecord(at: evidence.index).digest
        }
        guard found == evidence.digest else {
            throw .missingRecord(
                index: evidence.index,
                evidence: "\(WatermarkFile.path) names another record there, with the digest \(evidence.digest)"
            )
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

    private mutating func syncLastSegment() throws(JournalError) {
        guard let last = files.firsts.last else { return }
        do {
            try files.file(last).sync(.data)
            try files.directory?.sync()
        } catch let error as FileSystemError {
            throw .io(error, file: SegmentName.path(last))
        } catch let error as JournalError {
            throw error
        } catch {
            preconditionFailure("files throw their own errors: \(error)")
        }
    }
}
