internal import FileSystemSeam

/// Answers from what a view knows.
///
/// When the index is lost or damaged, and nobody wrote since, the records are read for every answer: all of them, with
/// memory that does not depend on their number.
extension SegmentView {
    mutating func facts(grant: String, nonceDigest: String) throws(JournalError) -> UseFacts {
        let maker = ledger.maker
        return try answer([maker.key(.nonce, grant: grant, nonceDigest), maker.key(.revokedGrant, grant)]) {
            (ledger) throws(JournalError) in
            try ledger.facts(grant: grant, nonceDigest: nonceDigest)
        }
    }

    mutating func latestUse(grant: String, nonceDigest: String) throws(JournalError) -> RecordedUse? {
        let nonce = ledger.maker.key(.nonce, grant: grant, nonceDigest)
        while true {
            let uses = try answer([nonce]) { (ledger) throws(JournalError) in try ledger.uses(nonce) }
            guard let index = uses.latest else { return nil }
            let isAsked = { (use: ApprovalUse) in
                ExactText.isSame(use.grantID, grant) && ExactText.isSame(use.nonceDigest, nonceDigest)
            }
            guard let found = try found(index, where: isAsked) else { continue }
            return RecordedUse(
                record: found.record,
                nonceUseNumber: uses.useCount,
                facts: try facts(grant: grant, nonceDigest: nonceDigest)
            )
        }
    }

    mutating func use(id: String) throws(JournalError) -> RecordedUse? {
        let key = ledger.maker.key(.useID, id)
        while true {
            guard let index = try answer([key], { (ledger) throws(JournalError) in try ledger.first(key) }) else {
                return nil
            }
            guard let (record, use) = try found(index, where: { ExactText.isSame($0.useID, id) }) else { continue }
            let nonce = ledger.maker.key(.nonce, grant: use.grantID, use.nonceDigest)
            return RecordedUse(
                record: record,
                nonceUseNumber: try answer([nonce], upTo: index) { (ledger) throws(JournalError) in
                    try ledger.nonceUseNumber(of: index, nonce: nonce)
                },
                facts: try facts(grant: use.grantID, nonceDigest: use.nonceDigest)
            )
        }
    }

    /// The use that an answer named; nil when the runs named another one: they are not asked any more.
    private mutating func found(
        _ index: UInt64,
        where isAsked: (ApprovalUse) -> Bool
    ) throws(JournalError) -> (record: StoredRecord, use: ApprovalUse)? {
        do throws(JournalError) {
            return try use(at: index, where: isAsked)
        } catch {
            guard ledger.damage != nil else { throw error }
            loseIndex()
            return nil
        }
    }

    /// Runs `body` on a ledger that knows about some keys.
    ///
    /// - Parameter last: the last record that may be counted where all have to be read; nil for all.
    private mutating func answer<Answer>(
        _ keys: @autoclosure () -> Set<IndexKey>,
        upTo last: UInt64? = nil,
        _ body: (inout SegmentLedger) throws(JournalError) -> Answer
    ) throws(JournalError) -> Answer {
        while ledger.tail.isOverflowing {
            var reading = ledger
            reading.tail = TailIndex(firstIndex: (base.last?.index ?? 0) + 1, lookingOutFor: keys())
            reading.last = base.last
            var scan = SegmentScan(reading, from: base.end)
            let stop = try scan.run(&files, upTo: last ?? (ledger.nextIndex - 1))
            guard case .reached = stop else { throw Self.cutShort(stop, before: scan.ledger.nextIndex) }
            do throws(JournalError) {
                return try body(&scan.ledger)
            } catch {
                guard scan.ledger.damage != nil else { throw error }
                loseIndex()
            }
        }
        do throws(JournalError) {
            return try body(&ledger)
        } catch {
            guard ledger.damage != nil else { throw error }
            loseIndex()
            return try answer(keys(), upTo: last, body)
        }
    }

    /// Goes on without the runs.
    private mutating func loseIndex() {
        let (last, next, end) = (ledger.last, ledger.nextIndex, end)
        abandonIndex()
        ledger.tail = TailIndex(overflowingUpTo: next)
        ledger.last = last
        self.end = end
    }

    private static func cutShort(_ stop: SegmentScan.Stop, before index: UInt64) -> JournalError {
        if case .failed(let error) = stop { return error }
        return .missingRecord(index: index, evidence: "it was there a moment ago")
    }
}

// MARK: - Walking

extension SegmentView {
    /// The most indexes that are held at a time; of a grant with more uses all records are read.
    private static let indexMaximum: UInt64 = 1 << 16

    /// Calls `body` with the uses of a grant, in order.
    mutating func forEachUse(
        ofGrant grant: String,
        _ body: (StoredRecord) throws(JournalError) -> Bool
    ) throws(JournalError) {
        guard let indexes = try indexes(ofGrant: grant) else {
            try forEachRecord(from: 1) { (record) throws(JournalError) in
                try Self.isUse(record, of: grant) ? body(record) : true
            }
            return
        }
        var last: UInt64 = 0
        for index in indexes {
            guard let found = try found(index, where: { ExactText.isSame($0.grantID, grant) }) else {
                // What came so far was asked for, and in order.
                return try forEachRecord(from: last + 1) { (record) throws(JournalError) in
                    try Self.isUse(record, of: grant) ? body(record) : true
                }
            }
            last = index
            if try !body(found.record) { return }
        }
    }

    private static func isUse(_ record: StoredRecord, of grant: String) -> Bool {
        if case .use(let use) = record.record { ExactText.isSame(use.grantID, grant) } else { false }
    }

    /// The records of a grant's uses, in order; nil when there are too many to be held, or all have to be read anyway.
    private mutating func indexes(ofGrant grant: String) throws(JournalError) -> [UInt64]? {
        if ledger.tail.isOverflowing { return nil }
        let key = ledger.maker.key(.grant, grant)
        do throws(JournalError) {
            let uses = try ledger.uses(key)
            if uses.useCount > Self.indexMaximum { return nil }
            let before = try ledger.before(key)
            var indexes: [UInt64] = []
            var next = before.latest ?? 0
            while next > 0, indexes.count <= before.useCount {
                indexes.append(next)
                let previous = try ledger.state(of: next)?.previousOfGrant ?? 0
                if previous >= next { break }
                next = previous
            }
            // A chain that leaves uses out is none, whoever made it.
            guard indexes.count == before.useCount else { throw ledger.blameRuns() }
            return indexes.reversed() + ledger.tail.uses(ofGrant: key)
        } catch {
            guard ledger.damage != nil else { throw error }
            loseIndex()
            return nil
        }
    }

    /// Calls `body` with the records from an index on.
    mutating func forEachRecord(
        from index: UInt64,
        _ body: (StoredRecord) throws(JournalError) -> Bool
    ) throws(JournalError) {
        guard index < ledger.nextIndex else { return }
        var next = index
        var position = try position(of: index)
        while next < ledger.nextIndex {
            let file = try files.file(position.segment)
            var reader = SegmentLineReader(file, from: position.offset)
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
