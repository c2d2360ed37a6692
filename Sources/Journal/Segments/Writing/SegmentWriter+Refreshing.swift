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
    /// - Returns: false when the journal must be opened anew: its files were replaced, or someone left something
    ///   behind.
    mutating func isUpToDate(with directory: any Directory) throws(JournalError) -> Bool {
        guard try view.isOf(directory), try view.watermarkFile.stands(in: directory, place.fileSystem) else {
            return false
        }
        return try isUpToDate()
    }

    /// The same where the names in the journal's directory are known to stand.
    mutating func isUpToDateBelowNames() throws(JournalError) -> Bool {
        guard try view.watermarkFile.stands(place.fileSystem) else { return false }
        return try isUpToDate()
    }

    private mutating func isUpToDate() throws(JournalError) -> Bool {
        guard let before = active else { return false }
        let next = view.ledger.nextIndex
        _ = try view.watermarkFile.refresh()
        guard let watermark = view.watermarkFile.watermark, watermark.bootID == bootID, watermark.wipingEnd == nil,
            watermark.unsyncedIndex == nil || !place.isDurable
        else { return false }
        let last = max(watermark.index, watermark.unsyncedIndex ?? 0)
        guard last >= next - 1 else { return false }
        if watermark.end.segment > before.first, try !follow(watermark) { return false }
        do {
            // A segment that another process seals changes its length; one without zeros behind its records may have
            // been sealed before.
            guard let active, let extent = try view.files.directory?.extent(of: active.name),
                extent.size > view.end.offset
            else { return false }
            let identity: FileIdentity
            if let known = active.identity { identity = known } else { identity = try active.file.extent().identity }
            self.active?.identity = identity
            guard extent.identity == identity else { return false }
            if try active.file.read(exactly: 1, at: view.end.offset) != [0], try !readOn(active.file) { return false }
            guard view.ledger.nextIndex > last, extent.size > view.end.offset else { return false }
            // What is durable is told by where its record ends. One that does not know is as good as lost.
            if (try? isFitting(watermark)) != true { return false }
            isShared = view.ledger.nextIndex != next
            if view.ledger.nextIndex - 1 == last {
                // Whoever made it longer, and lives, has synced it before giving up the lock; and nobody's sync failed,
                // for else a record would be behind the watermark.
                if extent.size != active.size, !isShared { return false }
                self.active?.size = extent.size
                return true
            }
            // Others are syncing these records, or were killed, or failed.
            return place.isDurable && place.fileSystem.tellsEveryHandleOfFailedSyncs && watermark.size == extent.size
                && take(extent.size)
        } catch let error as FileSystemError {
            if error.code == .noEntry { return false }
            throw .io(error, file: SegmentName.path(before.first))
        } catch let error as JournalError {
            throw error
        } catch {
            preconditionFailure("files throw their own errors: \(error)")
        }
    }

    private mutating func take(_ size: Int64) -> Bool {
        active?.size = size
        return true
    }

    /// Reads the records that stand behind those that are known, in the same segment.
    private mutating func readOn(_ file: any File) throws(JournalError) -> Bool {
        let stop = try view.scan { (scan, _) throws(JournalError) in try scan.runToZeros(of: file) }
        if case .end = stop { return true }
        return false
    }

    /// Reads the records that others have appended, as far as a watermark in a later segment.
    private mutating func follow(_ watermark: Watermark) throws(JournalError) -> Bool {
        if !view.files.firsts.contains(watermark.end.segment) { view.files = try SegmentFiles(of: view.directory) }
        let stop: SegmentScan.Stop
        do throws(JournalError) {
            stop = try view.scan { (scan, files) throws(JournalError) in
                try scan.run(&files, upTo: watermark.index, limit: watermark.end)
            }
        } catch .io(let error, let file) {
            throw .io(error, file: file)
        } catch {
            // What is wrong is for a fresh look to say: it may be the watermark.
            return false
        }
        guard case .reached = stop else { return false }
        // A new segment is named after the record that it is begun for.
        let beginning = RecordPosition(segment: view.ledger.nextIndex, offset: 0)
        if watermark.end == beginning { view.end = beginning }
        // A watermark that says otherwise would have records left out.
        guard view.end == watermark.end else { return false }
        view.files.close()
        try openActive()
        return active?.first == view.end.segment
    }
}
