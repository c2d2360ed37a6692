internal import Canonical
internal import FileSystemSeam

extension SegmentWriter {
    /// Opens a journal for appending, and makes of what a crash left a journal again. Only under the lock.
    ///
    /// - Throws: the verification failures when something is wrong that no crash leaves: nothing is appended then.
    init(
        opening directory: any Directory,
        _ place: JournalPlace,
        bootID: String,
        settings: SegmentSettings,
        progress: WorkProgress.Handler? = nil
    ) throws(JournalError) {
        let found = try WatermarkFile(in: directory, bootID: bootID, forWriting: true)
        let id = try Self.prepare(directory, place, found)
        let view = try SegmentView(unread: directory, place, found, journalID: id)
        self.init(view: view, bootID: bootID, settings: settings)
        try indexDurableRecords(progress)
        try recover()
        try completeIndex(progress)
    }

    /// Makes the parts of a journal that are missing, durably.
    ///
    /// They are made in this order: manifest, segments, heads, watermark. Once the watermark stands, the others are
    /// durable. Before, they may have been made by someone whose sync failed, which a second sync would not mend; so
    /// they are made anew.
    ///
    /// - Returns: the identifier that the manifest has; nil when it has none.
    /// - Throws: `.notAJournal`, `.unsupportedFormat` when something else stands there; nothing is written then.
    private static func prepare(
        _ directory: any Directory,
        _ place: JournalPlace,
        _ found: WatermarkFile
    ) throws(JournalError) -> String? {
        let content = try JournalManifest.content(in: directory)
        // Somebody may have made another journal there while the lock was waited for, or something that is none.
        guard try place.format(of: directory, saying: content) == .segments else { throw place.replaced }
        // A journal with records is not made again, whatever is missing: that is for the records to say.
        if !found.namedIndexes.isEmpty, case .manifest(let manifest) = content { return manifest.journalID }
        let isComplete = found.watermark != nil
        var id: String
        if case .manifest(let manifest) = content, let known = manifest.journalID {
            id = known
            if !isComplete { try manifest.write(to: directory) }
        } else {
            id = found.journalID ?? ""
            if id.isEmpty { id = try place.stamp.identifier("jrn") }
            try JournalManifest(format: .segments, journalID: id).write(to: directory)
        }
        do {
            let hasSegments = try directory.exists(SegmentName.directoryName)
            let hasHeads = try directory.exists(HeadFile.directoryName)
            if isComplete, hasSegments, hasHeads { return id }
            if hasSegments, !isComplete, try directory.subdirectory(SegmentName.directoryName).entries().isEmpty {
                try directory.removeDirectory(SegmentName.directoryName)
            }
            _ = try directory.madeSubdirectory(SegmentName.directoryName)
            _ = try directory.madeSubdirectory(HeadFile.directoryName)
            try directory.sync()
        } catch {
            throw .io(error, file: SegmentName.directoryName)
        }
        return id
    }

    // MARK: - Recovery

    /// Reads everything that no index covers, sets aside what was never acknowledged, and makes durable what may not
    /// be yet.
    private mutating func recover() throws(JournalError) {
        let stop = try view.scan { (scan, files) throws(JournalError) in try scan.run(&files) }
        if case .failed(let error) = stop { throw error }
        try view.checkEvidence()
        try checkUnsynced()
        view.files.close()
        removeLeftCopies()
        try openActive()
        var dirtyEnd = view.end.offset
        if case .torn(let end) = stop {
            try copyToQuarantine(until: end)
            dirtyEnd = end
        }
        // One that does not know where its record ends was written by nobody who synced it.
        guard let watermark = view.watermarkFile.watermark, try isFitting(watermark) else {
            try replaceActive()
            return try view.watermarkFile.create(in: view.directory, currentWatermark)
        }
        if let end = watermark.wipingEnd, watermark.end.segment == view.end.segment {
            // Behind the end of the file there is nothing to wipe, whatever is said.
            dirtyEnd = max(dirtyEnd, min(end, active?.size ?? 0))
        }
        let isSecured = try secure()
        let isDirty = dirtyEnd > view.end.offset
        if isDirty { try wipeDurably(until: dirtyEnd) }
        // Not before: until then readers of this boot report what stands behind it, which may have been acknowledged.
        if isSecured {
            try advance(isDurable: true)
        } else if isDirty {
            try advance()
        } else {
            let own = adopted(watermark)
            if view.watermarkFile.content != .watermark(own) { try publish(own) }
        }
    }

    /// Requires the records that a writer without syncs noted in this boot, as readers do: nothing but a loss of power
    /// takes them away.
    private func checkUnsynced() throws(JournalError) {
        guard let watermark = view.watermarkFile.watermark, watermark.isOfBoot(bootID),
            let last = watermark.unsyncedIndex, last >= view.ledger.nextIndex
        else { return }
        throw view.missing(namedByWatermark: last)
    }

    /// A watermark that was found, as this writer goes on from it where it made nothing durable: of its own boot, and
    /// with a note of those records only that are there. A writer without syncs notes all of them: it may answer from a
    /// record whose writer was killed before its sync, and has no other write to note it with.
    private func adopted(_ found: Watermark) -> Watermark {
        var watermark = found
        watermark.bootID = bootID
        watermark.wipingEnd = nil
        let last = view.ledger.nextIndex - 1
        // Readers of this boot go no further than it says; those before may have been acknowledged.
        let reported = found.isOfBoot(bootID) && place.isDurable ? found.unsyncedIndex ?? 0 : last
        watermark.unsyncedIndex = reported > found.index ? reported : nil
        return watermark
    }

    /// Whether the record that a watermark names ends where it says, or a segment begins there for the next one.
    mutating func isFitting(_ watermark: Watermark) throws(JournalError) -> Bool {
        let index = watermark.index
        if index == view.ledger.nextIndex - 1, watermark.end == view.end { return true }
        if index == 0 { return watermark.end.segment <= 1 && watermark.end.offset == 0 }
        if watermark.end == RecordPosition(segment: index + 1, offset: 0) {
            return view.files.firsts.contains(index + 1)
        }
        return try view.lineEnd(of: index) == watermark.end
    }

    /// The watermark for everything that is written.
    var currentWatermark: Watermark {
        var watermark = Watermark(journalID: view.journalID, bootID: bootID)
        watermark.index = view.ledger.last?.index ?? 0
        watermark.digest = view.ledger.last?.digest ?? ""
        watermark.updatedAt = view.ledger.last?.updatedAt ?? ""
        if let active {
            watermark.end = view.end
            watermark.size = active.size
        }
        return watermark
    }

    mutating func openActive() throws(JournalError) {
        guard let last = view.files.firsts.last, let segments = view.files.directory else { return }
        do {
            let file = try segments.open(SegmentName.text(last), [.read, .write], permissions: .ownerFile)
            active = ActiveSegment(first: last, file: file, size: try file.extent().size)
        } catch {
            throw .io(error, file: SegmentName.path(last))
        }
    }

    /// Makes durable what others have written behind the watermark: they may have been killed before their sync, or
    /// their sync may have failed, after which another sync of the same bytes proves nothing.
    ///
    /// It does not matter which boot the watermark is of: another id does not say that the machine was started anew.
    ///
    /// - Returns: whether there was something to do, and all is durable now.
    private mutating func secure() throws(JournalError) -> Bool {
        guard let active, let watermark = view.watermarkFile.watermark else { return false }
        guard watermark.end.segment == active.first else {
            try replaceActive()
            return true
        }
        if !place.isDurable || watermark.end.offset >= view.end.offset { return false }
        try rewrite(from: watermark.end.offset)
        try grow()
        try sync()
        try syncSegments()
        return true
    }

    /// Up to where the segment is durable for sure.
    func durableOffset(in segment: UInt64) -> Int64 {
        guard let watermark = view.watermarkFile.watermark, watermark.end.segment == segment else { return 0 }
        return watermark.end.offset
    }

    private func syncSegments() throws(JournalError) {
        do {
            try view.files.directory?.sync()
        } catch {
            throw .io(error, file: SegmentName.directoryName)
        }
    }

    /// Removes copies of segments that were not brought to their end. Whoever holds the lock owns them.
    private func removeLeftCopies() {
        for name in view.files.strays where SegmentName.isTemporary(name) { try? view.files.directory?.remove(name) }
    }

    /// Puts a copy of the records in the place of a segment whose very name may not be durable.
    private mutating func replaceActive() throws(JournalError) {
        guard let old = active, let segments = view.files.directory else { return }
        let name = SegmentName.text(old.first)
        let temporary = SegmentName.temporary(of: name)
        do {
            if try segments.exists(temporary) { try segments.remove(temporary) }
            let file = try segments.open(temporary, [.read, .write, .create, .exclusive], permissions: .ownerFile)
            try forEachPiece(of: old, from: 0) { (bytes, offset) throws(FileSystemError) in
                try file.writeAll(bytes, at: offset)
            }
            try file.sync(.data)
            try segments.rename(temporary, to: name, in: segments, exclusive: false)
            try segments.sync()
            active = ActiveSegment(first: old.first, file: file, size: view.end.offset)
        } catch {
            // On a full disk it takes the room that is missing.
            try? segments.remove(temporary)
            throw .io(error, file: SegmentName.path(old.first))
        }
    }
}
