internal import Canonical
internal import FileSystemSeam

/// A journal in segments as one handle knows it: its files, and what their records add up to.
struct SegmentView: Sendable {
    let place: JournalPlace
    /// The journal's directory.
    let directory: any Directory
    let identity: FileIdentity
    let journalID: String
    var files: SegmentFiles
    var ledger: SegmentLedger
    /// Where the next record begins.
    var end: RecordPosition
    var watermarkFile: WatermarkFile
    /// Up to where the runs of the index reach: from there records are read.
    private(set) var base = Base()
    /// What files of the index name.
    private(set) var evidence: [IndexEvidence] = []

    /// The place from which records are read, because no run covers them.
    struct Base: Sendable {
        var last: JournalHead?
        var end = RecordPosition(segment: 1, offset: 0)
    }

    /// A journal of which no more was read than its index covers.
    ///
    /// - Parameters:
    ///   - journalID: what the manifest says, where that was read a moment ago.
    ///   - usingIndex: false to begin with the first record, whatever stands in the index.
    init(
        unread directory: any Directory,
        _ place: JournalPlace,
        _ watermark: consuming WatermarkFile,
        journalID known: String? = nil,
        usingIndex: Bool = true
    ) throws(JournalError) {
        var id = known
        if id == nil { id = try Self.journalID(in: directory) }
        // A manifest that is gone is written again by the next writer.
        let journalID = id ?? watermark.journalID ?? ""
        let identity = try Self.identity(of: directory)
        let maker = place.keyMaker(journalID)
        // The index is listed first: the records that it names stand in the segments already.
        let listing = usingIndex ? try IndexListing(of: directory, maker, place.pages) : IndexListing()
        let files = try SegmentFiles(of: directory)
        self.init(directory, place, watermark, identity, journalID, maker, listing, files)
        if !listing.runs.isEmpty { try bind() }
    }

    private init(
        _ directory: any Directory,
        _ place: JournalPlace,
        _ watermark: consuming WatermarkFile,
        _ identity: FileIdentity,
        _ journalID: String,
        _ maker: IndexKeyMaker,
        _ listing: IndexListing,
        _ files: consuming SegmentFiles
    ) {
        self.place = place
        self.directory = directory
        self.identity = identity
        self.journalID = journalID
        self.files = files
        let runs = IndexRuns(listing.runs)
        let tail = place.emptyTail(after: runs.lastIndex)
        ledger = SegmentLedger(maker, runs, tail: tail)
        end = base.end
        watermarkFile = watermark
        evidence = listing.evidence
    }

    /// The journal's identifier, as its manifest has it; nil when that does not tell.
    static func journalID(in directory: any Directory) throws(JournalError) -> String? {
        guard case .manifest(let manifest) = try JournalManifest.content(in: directory) else { return nil }
        return manifest.journalID
    }

    /// The directories in the journal's own that are held open.
    var heldParts: [StandingNames.Part] {
        get throws(FileSystemError) {
            guard let segments = files.directory, let heads = watermarkFile.heads else { return [] }
            var parts = [
                try StandingNames.Part(SegmentName.directoryName, segments),
                try StandingNames.Part(HeadFile.directoryName, heads),
            ]
            if let indexes = watermarkFile.indexes {
                parts.append(try StandingNames.Part(IndexRun.directoryName, indexes, isCache: true))
            }
            return parts
        }
    }

    static func identity(of directory: any Directory) throws(JournalError) -> FileIdentity {
        do {
            return try directory.status().identity
        } catch {
            throw .io(error, file: ".")
        }
    }

    /// Answers without the runs, which are lost or damaged: everything is read from the first record.
    mutating func abandonIndex() {
        base = Base()
        end = base.end
        ledger = SegmentLedger(ledger.maker, tail: place.emptyTail(after: 0))
    }

    /// Goes back to where the runs end that were there before.
    mutating func resetIndex(to base: Base) {
        self.base = base
        end = base.end
        ledger = SegmentLedger(
            ledger.maker,
            ledger.runs,
            tail: place.emptyTail(after: base.last?.index ?? 0),
            last: base.last
        )
    }

    /// Takes runs, and ends where they do.
    mutating func replaceIndex(_ runs: IndexRuns, base: Base) {
        self.base = base
        end = base.end
        let tail = place.emptyTail(after: base.last?.index ?? 0)
        ledger = SegmentLedger(ledger.maker, runs, tail: tail, last: base.last)
    }

    /// Takes over runs that cover records up to one that stands at the end.
    mutating func adopt(_ runs: IndexRuns, upTo last: JournalHead?, end: RecordPosition) {
        base = Base(last: last, end: end)
        ledger.adopt(runs)
    }
}

extension JournalPlace {
    /// A tail for the records behind those that runs cover.
    func emptyTail(after index: UInt64) -> TailIndex {
        TailIndex(firstIndex: index + 1, capacity: 8 * options.segmentSettings.tailRecordMaximum)
    }
}

// MARK: - The index and the records

extension SegmentView {
    /// Ties the runs to the records: the last one that they cover must stand where they say, with the digest that they
    /// say. It names the digest of the record before, and so on, so that this covers all of them.
    private mutating func bind() throws(JournalError) {
        guard let run = ledger.runs.last else { return }
        let header = run.header
        let file = "\(IndexRun.directoryName)/\(run.name)"
        for run in ledger.runs.all {
            if let error = run.missingSegment(among: files) { throw error }
        }
        let state: RecordState?
        do throws(JournalError) {
            state = try ledger.state(of: header.last)
        } catch {
            abandonIndex()
            return
        }
        guard let segment = files.segment(of: header.last), segment == header.end.segment else {
            abandonIndex()
            return
        }
        let position: RecordPosition
        if let offset = state?.lineOffset {
            position = RecordPosition(segment: segment, offset: offset)
        } else {
            position = try positionByCounting(header.last, in: segment)
        }
        let line = try self.line(at: position)
        if line.isEmpty || line.first == 0 {
            throw .missingRecord(index: header.last, evidence: "\(file) names it")
        }
        let record = try Self.stored(line, at: header.last, position, ledger.maker)
        guard [UInt8](sha256Text: record.digest) == header.lastDigest else {
            throw .missingRecord(index: header.last, evidence: "\(file) names another record there")
        }
        guard position.offset + Int64(line.count + 1) == header.end.offset else {
            abandonIndex()
            return
        }
        base = Base(last: record.head, end: header.end)
        ledger.last = record.head
        end = header.end
    }

    /// Compares what the index and the heads name with the records that are there.
    func checkEvidence() throws(JournalError) {
        for evidence in evidence where evidence.index >= ledger.nextIndex {
            throw .missingRecord(index: ledger.nextIndex, evidence: "\(evidence.file) names record \(evidence.index)")
        }
    }

    /// Where a record stands; found by counting lines when the index does not tell.
    mutating func position(of index: UInt64) throws(JournalError) -> RecordPosition {
        if ledger.tail.holds(index) { return ledger.tail.record(at: index).position }
        guard let segment = files.segment(of: index) else {
            throw .missingRecord(index: index, evidence: "no segment holds it")
        }
        do throws(JournalError) {
            if let offset = try ledger.state(of: index)?.lineOffset {
                return RecordPosition(segment: segment, offset: offset)
            }
        } catch {
            guard ledger.damage != nil else { throw error }
        }
        return try positionByCounting(index, in: segment)
    }

    /// Where the line of a record ends.
    mutating func lineEnd(of index: UInt64) throws(JournalError) -> RecordPosition {
        if ledger.tail.holds(index) { return ledger.tail.record(at: index).end }
        var position = try position(of: index)
        position.offset += Int64(try line(at: position).count + 1)
        return position
    }

    /// Where a record stands in a segment, found by counting its lines from the last one before that the index tells.
    private mutating func positionByCounting(_ index: UInt64, in segment: UInt64) throws(JournalError) -> RecordPosition
    {
        let file = try files.file(segment)
        let known = lastTold(before: index, in: segment)
        var reader = SegmentLineReader(file, from: known.offset)
        var next = known.index
        do {
            while next < index, case .line = try reader.next() { next += 1 }
        } catch {
            throw .io(error, file: SegmentName.path(segment))
        }
        guard next == index else {
            throw .missingRecord(index: index, evidence: "\(SegmentName.path(segment)) ends before it")
        }
        return RecordPosition(segment: segment, offset: reader.offset)
    }

    /// The last record of a segment before an index of which the index tells where it stands.
    ///
    /// - Complexity: O(log *n*): of the records of a segment it tells the first ones.
    private mutating func lastTold(before index: UInt64, in segment: UInt64) -> (index: UInt64, offset: Int64) {
        var told = (index: segment, offset: Int64(0))
        var bound = index
        while bound > told.index + 1 {
            let middle = told.index + (bound - told.index) / 2
            guard ledger.damage == nil, let state = try? ledger.state(of: middle) else { return (segment, 0) }
            if let offset = state.lineOffset { told = (middle, offset) } else { bound = middle }
        }
        return told
    }
}

// MARK: - Records

extension SegmentView {
    /// A record, with its digest checked once more.
    mutating func storedRecord(at index: UInt64) throws(JournalError) -> StoredRecord {
        let position = try position(of: index)
        return try Self.stored(try line(at: position), at: index, position, ledger.maker)
    }

    /// The use at the index of a use.
    mutating func use(at index: UInt64) throws(JournalError) -> ApprovalUse {
        try Self.use(try storedRecord(at: index))
    }

    /// The use that an index was given for, if it is one that was asked for.
    ///
    /// - Parameter isAsked: compares by bytes.
    /// - Throws: when it is another one although all records were read; and when the runs of the index may have given
    ///   it: then ``SegmentLedger/damage`` says so, and they must not be asked again.
    mutating func use(
        at index: UInt64,
        where isAsked: (ApprovalUse) -> Bool
    ) throws(JournalError) -> (record: StoredRecord, use: ApprovalUse) {
        let wrong: JournalError
        do throws(JournalError) {
            let record = try storedRecord(at: index)
            let use = try Self.use(record)
            if isAsked(use) { return (record, use) }
            wrong = Self.notAsked(index)
        } catch .io(let error, let file) where ledger.damage == nil {
            throw .io(error, file: file)
        } catch {
            wrong = error
        }
        throw ledger.runs.all.isEmpty ? wrong : ledger.blameRuns()
    }

    static func notAsked(_ index: UInt64) -> JournalError {
        .malformedRecord(
            index: index,
            file: SegmentName.directoryName,
            reason: "it is not the use that it is counted as"
        )
    }

    /// What a record says that is counted as a use.
    static func use(_ record: StoredRecord) throws(JournalError) -> ApprovalUse {
        if case .use(let use) = record.record { return use }
        throw .malformedRecord(index: record.index, file: SegmentName.directoryName, reason: "it is no use")
    }

    private mutating func line(at position: RecordPosition) throws(JournalError) -> [UInt8] {
        let file = try files.file(position.segment)
        do {
            var reader = SegmentLineReader(file, from: position.offset, pieceByteCount: 4096)
            if case .line(let range) = try reader.next() { return Array(reader.buffer[range]) }
        } catch {
            throw .io(error, file: SegmentName.path(position.segment))
        }
        return []
    }

    static func stored(
        _ line: [UInt8],
        at index: UInt64,
        _ position: RecordPosition,
        _ maker: IndexKeyMaker
    ) throws(JournalError) -> StoredRecord {
        var verifier = LineVerifier(maker)
        _ = try verifier.verified(line.span, at: index, position)
        do {
            return StoredRecord(index: index, record: try RecordLine.record(line), bytes: line)
        } catch {
            throw LineVerifier.error(error, at: index, position)
        }
    }
}
