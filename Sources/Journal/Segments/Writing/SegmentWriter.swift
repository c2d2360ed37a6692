internal import FileSystemSeam

/// A journal in segments in the hands of whoever holds its lock.
///
/// Records are staged first: counted, but not written. Then all of them are written in one piece, synced once, and the
/// watermark is advanced over them. While others append, too, the lock is given up before the sync, so that the syncs
/// of several processes overlap; see ``SegmentWriter/writeWithoutSync()``. When anything fails in between the writer is
/// thrown away, and what is on disk is looked at anew.
struct SegmentWriter: Sendable {
    var view: SegmentView
    let bootID: String
    let settings: SegmentSettings
    /// The segment that is appended to; nil while there is none.
    var active: ActiveSegment?
    /// Lines that are counted but not written yet.
    var staged: [UInt8] = []
    /// How often what was staged was committed.
    var commitCount = 0
    /// The last record when a request that was being decided took a commit; nil before any did.
    var recorded: JournalHead?
    /// How many records the tail holds before the index is written again.
    var tailMaximum: UInt64 = 0
    /// Whether others have appended since the last commit, or may have: then they may also be publishing right now what
    /// they synced.
    var isShared = true
    /// Whether no run was there when it was opened, used or not.
    var isIndexNew = false

    /// The segment that is appended to.
    struct ActiveSegment: Sendable {
        let first: UInt64
        let file: any File
        /// Its length: behind the records it is filled with zeros.
        var size: Int64
        /// Which file it is, once that was asked.
        var identity: FileIdentity?
        let name: String

        init(first: UInt64, file: any File, size: Int64) {
            self.first = first
            self.file = file
            self.size = size
            name = SegmentName.text(first)
        }
    }

    var place: JournalPlace { view.place }

    /// Where the next staged record's line will begin.
    var nextPosition: RecordPosition {
        RecordPosition(segment: view.end.segment, offset: view.end.offset + Int64(staged.count))
    }
}

extension SegmentWriter: LedgerView {
    mutating func grant(_ grant: String) throws(JournalError) -> GrantFacts { try view.ledger.grant(grant) }

    mutating func nonce(_ nonceDigest: String, of grant: String) throws(JournalError) -> NonceFacts {
        try view.ledger.nonce(nonceDigest, ofKnown: grant)
    }

    mutating func firstUse(
        ofGrant grant: String,
        idempotencyKey: String
    ) throws(JournalError) -> (index: UInt64, use: ApprovalUse)? {
        guard let index = try view.ledger.firstUse(ofGrant: grant, idempotencyKey: idempotencyKey) else { return nil }
        let found = try use(at: index) { use in
            ExactText.isSame(use.grantID, grant)
                && use.idempotencyKey.map { ExactText.isSame($0, idempotencyKey) } ?? false
        }
        return (index, found)
    }

    mutating func firstUse(id: String) throws(JournalError) -> UInt64? {
        guard let index = try view.ledger.firstUse(id: id) else { return nil }
        _ = try use(at: index) { ExactText.isSame($0.useID, id) }
        return index
    }

    private mutating func use(
        at index: UInt64,
        where isAsked: (ApprovalUse) -> Bool
    ) throws(JournalError) -> ApprovalUse {
        guard view.ledger.tail.holds(index) else { return try view.use(at: index, where: isAsked).use }
        let position = view.ledger.tail.record(at: index).position
        guard position.segment == view.end.segment, position.offset >= view.end.offset else {
            return try view.use(at: index, where: isAsked).use
        }
        // Staged a moment ago, for another caller of the same group.
        let start = Int(position.offset - view.end.offset)
        let end = Bytes.firstIndex(of: UInt8(ascii: "\n"), in: staged.span, from: start, to: staged.count)
        let line = Array(staged[start..<(end ?? staged.count)])
        let stored = try SegmentView.stored(line, at: index, position, view.ledger.maker)
        let use = try SegmentView.use(stored)
        if isAsked(use) { return use }
        throw view.ledger.runs.all.isEmpty ? SegmentView.notAsked(index) : view.ledger.blameRuns()
    }
}
