internal import FileSystemSeam

extension SegmentsJournal {
    func facts(in directory: any Directory, grant: String, nonceDigest: String) throws(JournalError) -> UseFacts {
        try withView(of: directory) { (view) throws(JournalError) in
            try view.facts(grant: grant, nonceDigest: nonceDigest)
        }
    }

    /// The same with what is open from the calls before; nil when that is nothing, or no longer what stands at the
    /// path.
    func factsOnHeld(grant: String, nonceDigest: String) throws(JournalError) -> UseFacts? {
        try withHeldView { (view) throws(JournalError) in try view.facts(grant: grant, nonceDigest: nonceDigest) }
    }

    func latestUse(
        in directory: any Directory,
        grant: String,
        nonceDigest: String
    ) throws(JournalError) -> RecordedUse? {
        try withView(of: directory) { (view) throws(JournalError) in
            try view.latestUse(grant: grant, nonceDigest: nonceDigest)
        }
    }

    func use(in directory: any Directory, id: String) throws(JournalError) -> RecordedUse? {
        try withView(of: directory) { (view) throws(JournalError) in try view.use(id: id) }
    }

    func head(in directory: any Directory) throws(JournalError) -> JournalHead? {
        try withView(of: directory) { (view) in view.ledger.last }
    }

    func forEachUse(
        in directory: any Directory,
        ofGrant grant: String,
        _ body: (StoredRecord) throws(JournalError) -> Bool
    ) throws(JournalError) {
        // On a copy, so that `body` may ask the journal something else.
        var view = try withView(of: directory) { $0 }
        try view.forEachUse(ofGrant: grant, body)
    }

    func forEachRecord(
        in directory: any Directory,
        from index: UInt64,
        _ body: (StoredRecord) throws(JournalError) -> Bool
    ) throws(JournalError) {
        var view = try withView(of: directory) { $0 }
        try view.forEachRecord(from: index, body)
    }

    /// Runs `body` on everything that is durable now.
    ///
    /// - Parameter directory: what was opened at the journal's path, and holds this layout.
    private func withView<Result: Sendable>(
        of directory: any Directory,
        _ body: (inout SegmentView) throws(JournalError) -> Result
    ) throws(JournalError) -> Result {
        try reader.withLock { (state) throws(JournalError) -> Result in
            state.enter(place.fileSystem.processInstance)
            state.names = nil
            var (view, isHeld) = try current(&state, directory)
            let result = try body(&view)
            // Whoever comes a second time will come a third time.
            if isHeld { state.names = try? names(of: view) }
            state.view = view
            return result
        }
    }

    /// Runs `body` as ``withView(of:_:)`` does, on what is held open from the calls before.
    ///
    /// - Returns: nil when there is no such thing, or something else stands in its place.
    private func withHeldView<Result: Sendable>(
        _ body: (inout SegmentView) throws(JournalError) -> Result
    ) throws(JournalError) -> Result? {
        try reader.withLock { (state) throws(JournalError) -> Result? in
            state.enter(place.fileSystem.processInstance)
            if state.names == nil || state.view == nil { return nil }
            // Kept only when all goes well; and where it is, as it takes a while to move.
            var isGood = false
            defer { if !isGood { (state.view, state.names) = (nil, nil) } }
            guard try state.names?.stand(at: place) == true,
                let answer = try state.view?.answer(place, bootID: boot, body)
            else { return nil }
            isGood = true
            return answer
        }
    }

    private func names(of view: SegmentView) throws(FileSystemError) -> StandingNames? {
        try StandingNames(in: view.directory, parts: try view.heldParts, place.fileSystem)
    }

    private func current(
        _ state: inout ReaderState,
        _ directory: any Directory
    ) throws(JournalError) -> (SegmentView, isHeld: Bool) {
        if var view = state.view.take(), try view.isOf(directory),
            try view.watermarkFile.stands(in: directory, place.fileSystem),
            try view.follow(bootID: boot)
        {
            return (view, true)
        }
        return (try SegmentView(reading: directory, place, bootID: boot), false)
    }
}

extension SegmentView {
    /// Runs `body` where the watermark stands that was opened, and on what is durable now; nil where it does not.
    fileprivate mutating func answer<Result>(
        _ place: JournalPlace,
        bootID: String,
        _ body: (inout SegmentView) throws(JournalError) -> Result
    ) throws(JournalError) -> Result? {
        guard try watermarkFile.stands(place.fileSystem), try follow(bootID: bootID) else { return nil }
        return try body(&self)
    }

    /// Reads on to where records are durable now.
    ///
    /// - Returns: false when that takes a fresh look.
    mutating func follow(bootID: String) throws(JournalError) -> Bool {
        let isChanged = try watermarkFile.refresh()
        guard let watermark = watermarkFile.watermark else { return false }
        // What was read is durable, or was made so; and whoever appends more, writes the watermark.
        if !isChanged { return true }
        guard watermark.isOfBoot(bootID), watermark.index >= ledger.nextIndex - 1 else {
            return false
        }
        // Another process has made runs of what is kept here.
        if ledger.tail.isOverflowing || ledger.tail.count > 2 * UInt64(place.options.segmentSettings.tailRecordMaximum)
        {
            return false
        }
        if !files.firsts.contains(watermark.end.segment) { files = try SegmentFiles(of: directory) }
        // What stands at the names may have been replaced: if so, the fresh look tells.
        do throws(JournalError) {
            return try !readDurable(bootID: bootID)
        } catch .io(let error, let file) {
            throw .io(error, file: file)
        } catch {
            return false
        }
    }
}
