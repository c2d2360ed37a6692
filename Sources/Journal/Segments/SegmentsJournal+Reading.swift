internal import FileSystemSeam

extension SegmentsJournal {
    func facts(grant: String, nonceDigest: String) throws(JournalError) -> UseFacts? {
        try withView { (view) throws(JournalError) in
            try view.ledger.facts(grant: grant, nonceDigest: nonceDigest)
        }
    }

    func latestUse(grant: String, nonceDigest: String) throws(JournalError) -> RecordedUse? {
        let found = try withView { (view) throws(JournalError) -> RecordedUse? in
            guard let index = try view.ledger.nonce(nonceDigest, of: grant).latestIndex else { return nil }
            return try view.recordedUse(at: index)
        }
        return found ?? nil
    }

    func use(id: String) throws(JournalError) -> RecordedUse? {
        let found = try withView { (view) throws(JournalError) -> RecordedUse? in
            guard let index = try view.ledger.firstUse(id: id) else { return nil }
            return try view.recordedUse(at: index)
        }
        return found ?? nil
    }

    func journalID() throws(JournalError) -> String? {
        let id = try withView { $0.journalID } ?? ""
        return id.isEmpty ? nil : id
    }

    func head() throws(JournalError) -> JournalHead? {
        let found = try withView { (view) in view.ledger.last }
        return found ?? nil
    }

    func forEachUse(
        ofGrant grant: String,
        _ body: (StoredRecord) throws(JournalError) -> Bool
    ) throws(JournalError) {
        // On a copy, so that `body` may ask the journal something else.
        guard var view = try withView({ $0 }) else { return }
        for index in try view.ledger.uses(ofGrant: grant) {
            let record = try view.storedRecord(at: index)
            guard let found = record.record.grantID, ExactText.isSame(found, grant) else { continue }
            guard try body(record) else { return }
        }
    }

    func forEachRecord(
        from index: UInt64,
        _ body: (StoredRecord) throws(JournalError) -> Bool
    ) throws(JournalError) {
        guard var view = try withView({ $0 }) else { return }
        try view.forEachRecord(from: index, body)
    }

    /// Runs `body` on everything that is durable now; nil when there is no journal.
    func withView<Result: Sendable>(
        _ body: (inout SegmentView) throws(JournalError) -> Result
    ) throws(JournalError) -> Result? {
        try reader.withLock { (state) throws(JournalError) -> Result? in
            guard let directory = try place.directory() else {
                state.view = nil
                return nil
            }
            var view = try current(&state, directory)
            let result = try body(&view)
            state.view = view
            return result
        }
    }

    private func current(
        _ state: inout ReaderState,
        _ directory: any Directory
    ) throws(JournalError) -> SegmentView {
        if var view = state.view.take(), try view.isOf(directory), try view.watermarkFile.stands(in: directory),
            try view.follow(bootID: boot)
        {
            return view
        }
        return try SegmentView(reading: directory, place, bootID: boot)
    }
}

extension SegmentView {
    /// Reads on to where records are durable now.
    ///
    /// - Returns: false when that takes a fresh look.
    mutating func follow(bootID: String) throws(JournalError) -> Bool {
        let isChanged = try watermarkFile.refresh()
        guard let watermark = watermarkFile.watermark, watermark.bootID == bootID, !bootID.isEmpty,
            watermark.index >= ledger.nextIndex - 1
        else { return false }
        if !isChanged { return true }
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

    func recordedUse(at index: UInt64) throws(JournalError) -> RecordedUse {
        var view = self
        let record = try view.storedRecord(at: index)
        guard case .use(let use) = record.record else {
            preconditionFailure("record \(index) is no use, although the index counts it as one")
        }
        let nonce = view.ledger.maker.key(.nonce, grant: use.grantID, use.nonceDigest)
        return RecordedUse(
            record: record,
            nonceUseNumber: try view.ledger.nonceUseNumber(of: index, nonce: nonce),
            facts: try view.ledger.facts(grant: use.grantID, nonceDigest: use.nonceDigest)
        )
    }

    /// Calls `body` with the records from an index on.
    mutating func forEachRecord(
        from index: UInt64,
        _ body: (StoredRecord) throws(JournalError) -> Bool
    ) throws(JournalError) {
        guard index < ledger.nextIndex else { return }
        var next = index
        var position = try ledger.position(of: index)
        while next < ledger.nextIndex {
            let file = try files.file(position.segment)
            var reader = LineReader(file, from: position.offset)
            while next < ledger.nextIndex {
                position.offset = reader.offset
                let line: [UInt8]
                do {
                    guard case .line(let range) = try reader.next() else { break }
                    line = Array(reader.buffer[range])
                } catch {
                    throw .io(error, file: SegmentName.path(position.segment))
                }
                let record = try Self.stored(line, at: next, position, ledger.maker)
                next += 1
                guard try body(record) else { return }
            }
            guard next < ledger.nextIndex else { return }
            guard let segment = files.segment(after: position.segment), segment == next else {
                throw .missingRecord(index: next, evidence: "\(SegmentName.path(position.segment)) ends before it")
            }
            position = RecordPosition(segment: segment, offset: 0)
        }
    }
}
