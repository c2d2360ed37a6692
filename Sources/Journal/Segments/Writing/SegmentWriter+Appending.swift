internal import FileSystemSeam

extension SegmentWriter {
    /// Decides a request, and stages its record when it is granted.
    ///
    /// A run that turns out to be damaged is made anew, and asked again.
    mutating func answer(_ request: JournalRequest) throws(JournalError) -> JournalAnswer {
        var attempts = 0
        while true {
            do throws(JournalError) {
                return try decided(request)
            } catch {
                attempts += 1
                guard view.ledger.damage != nil, attempts < Self.attemptMaximum else { throw error }
                try commit()
                try rebuildIndex()
            }
        }
    }

    private static let attemptMaximum = 4

    private mutating func decided(_ request: JournalRequest) throws(JournalError) -> JournalAnswer {
        switch request {
        case .append(let record, let signer, let seen):
            if let seen { try require(seen) }
            let id = view.journalID
            let named = try record.naming({ id }) { () throws(JournalError) in
                try view.storedRecord(at: 1).digest
            }
            return .appended(try stage(named, signedBy: signer))
        case .reserve(var use, let perGrant):
            let rules = ReservationRules(clock: place.fileSystem.wallClock())
            switch try rules.decide(use, perGrant: perGrant, on: &self) {
            case .existing(let reservation): return .reserved(reservation)
            case .append(let number):
                use.useNumber = number
                return .reserved(Reservation(try stage(consume use), useNumber: number))
            }
        }
    }

    /// Requires a record that was seen: it can be followed by others, but not vanish or change.
    ///
    /// - Throws: `.rolledBack`.
    mutating func require(_ seen: JournalHead) throws(JournalError) {
        let last = view.ledger.last
        if last.isOfSameRecord(as: seen) { return }
        // Nobody has seen what is only staged.
        guard seen.index < view.ledger.nextIndex - stagedCount else { throw .rolledBack(expected: seen, found: last) }
        let found = try view.storedRecord(at: seen.index)
        if found.digest != seen.digest { throw .rolledBack(expected: seen, found: found.head) }
    }

    /// Stamps, links and counts a record.
    private mutating func stage(
        _ record: JournalRecord,
        signedBy signer: HubSigner?
    ) throws(JournalError) -> StoredRecord {
        switch record {
        case .use(let use): return try stage(consume use)
        case .revocation(let revocation): return try stage(consume revocation)
        case .checkpoint(var checkpoint):
            if let signer {
                try place.stamp.checkClock(after: view.ledger.last)
                try place.stamp.sign(&checkpoint, by: signer, after: view.ledger.last?.digest ?? "")
            }
            return try stage(consume checkpoint)
        }
    }

    private mutating func stage(_ record: consuming some StampedRecord) throws(JournalError) -> StoredRecord {
        let stamp = place.stamp
        try stamp.checkClock(after: view.ledger.last)
        let previous = view.ledger.last?.digest ?? ""
        try stamp.complete(&record)
        let line = record.sealedLine(after: previous)
        try RecordValidation.checkSize(line.count - previous.utf8.count - record.recordDigest.utf8.count)
        let content = record.content(view.ledger.maker)
        let stored = StoredRecord(index: view.ledger.nextIndex, record: (consume record).boxed(), bytes: line)
        try stage(stored, content)
        return stored
    }

    /// Stages a record whose digests are right.
    mutating func stage(_ record: StoredRecord) throws(JournalError) {
        try stage(record, RecordLine.Content(record.record, view.ledger.maker))
    }

    private mutating func stage(_ record: StoredRecord, _ content: RecordLine.Content) throws(JournalError) {
        let count = Int64(record.bytes.count + 1)
        if active != nil, nextPosition.offset > 0, nextPosition.offset + count > settings.segmentByteMaximum {
            try commit()
            try rotate()
        }
        view.ledger.append(
            content,
            at: nextPosition,
            byteCount: record.bytes.count + 1,
            digest: record.digest,
            createdAt: record.record.createdAt
        )
        staged += record.bytes
        staged.append(UInt8(ascii: "\n"))
    }

    /// Writes what is staged, syncs it, and advances the watermark, all under the lock.
    ///
    ///     pwrite(segment, lines, …) · fdatasync(segment) · pwrite(heads/current.json) · pwrite(indexes/watermark.json)
    mutating func commit() throws(JournalError) {
        if staged.isEmpty && !hasUnsecured { return }
        if hasUnsecured { try rewrite(from: durableOffset(in: view.end.segment)) }
        if active == nil { try begin(view.ledger.nextIndex - stagedCount) }
        try preallocate(upTo: view.end.offset + Int64(staged.count))
        let hasRecords = !staged.isEmpty
        try writeStaged()
        do throws(JournalError) {
            if place.isDurable { try sync() }
            try advance()
        } catch {
            throw hasRecords ? error.withUnknownOutcome : error
        }
        commitCount += 1
        recorded = view.ledger.last
    }

    /// Writes what is staged behind the last record.
    private mutating func writeStaged() throws(JournalError) {
        guard let active else { preconditionFailure("a segment was begun") }
        do {
            try active.file.writeAll(staged, at: view.end.offset)
        } catch {
            throw failedWrite(error, to: active)
        }
        view.end.offset += Int64(staged.count)
        self.active?.size = max(active.size, view.end.offset)
        staged.removeAll(keepingCapacity: true)
    }

    /// Takes back what could be written in part only.
    ///
    /// - Returns: what the caller is told.
    mutating func failedWrite(_ error: FileSystemError, to active: ActiveSegment) -> JournalError {
        let failure = JournalError.io(error, file: SegmentName.path(active.first))
        return wipe() ? failure : failure.withUnknownOutcome
    }

    /// Whether others have written records that nobody is known to have synced. What is answered rests on them.
    var hasUnsecured: Bool {
        guard place.isDurable, let active else { return false }
        return durableOffset(in: active.first) < view.end.offset
    }

    /// How many records are staged.
    private var stagedCount: UInt64 {
        var count: UInt64 = 0
        for byte in staged where byte == UInt8(ascii: "\n") { count += 1 }
        return count
    }

    /// Makes the contents of the active segment durable.
    func sync() throws(JournalError) {
        guard let active else { return }
        do {
            try active.file.sync(.data)
        } catch {
            throw .io(error, file: SegmentName.path(active.first))
        }
    }

    /// Writes the watermark for everything that is written, when nothing is left to be wiped. A writer without syncs
    /// leaves it, and notes how far it got.
    mutating func advance() throws(JournalError) { try advance(isDurable: place.isDurable) }

    mutating func advance(isDurable: Bool) throws(JournalError) {
        var watermark = currentWatermark
        if !isDurable {
            watermark.size = nil
            if var before = view.watermarkFile.watermark, before.index < watermark.index {
                before.bootID = bootID
                before.unsyncedIndex = watermark.index
                before.wipingEnd = nil
                watermark = before
            }
        }
        try publish(watermark)
    }

    /// Writes the watermark, in place where there is one.
    ///
    /// A writer without syncs is never alone: what it noted hides from it that somebody else is still syncing records
    /// before.
    mutating func publish(_ watermark: Watermark) throws(JournalError) {
        if case .watermark = view.watermarkFile.content {
            try view.watermarkFile.write(watermark, in: view.directory, isAlone: !isShared && place.isDurable)
        } else {
            try view.watermarkFile.create(in: view.directory, watermark)
        }
    }

    /// Fills the active segment with zeros ahead of what is to be written, so that a sync need not commit a new length.
    ///
    /// It is only for speed: on a full disk it is left out.
    private mutating func preallocate(upTo end: Int64) throws(JournalError) {
        guard var active, end > active.size else { return }
        let step = min(
            max(active.size, settings.preallocationByteMinimum),
            settings.preallocationByteMaximum
        )
        let target = max(end, min(active.size + step, settings.segmentByteMaximum))
        do {
            try active.file.fillWithZeros(from: active.size, to: target)
            active.size = target
        } catch  where error.code == .noSpace || error.code == .quotaExceeded {
            active.size = try size(of: active)
        } catch {
            throw .io(error, file: SegmentName.path(active.first))
        }
        self.active = active
    }

    func size(of active: ActiveSegment) throws(JournalError) -> Int64 {
        do {
            return try active.file.extent().size
        } catch {
            throw .io(error, file: SegmentName.path(active.first))
        }
    }
}

extension File {
    /// Writes zeros over a range.
    func fillWithZeros(from start: Int64, to end: Int64) throws(FileSystemError) {
        let piece = [UInt8](repeating: 0, count: Int(min(end - start, 1 << 16)))
        var position = start
        while position < end {
            let count = Int(min(Int64(piece.count), end - position))
            try writeAll(piece.span.extracting(..<count), at: position)
            position += Int64(count)
        }
    }
}
