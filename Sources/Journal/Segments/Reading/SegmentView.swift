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
    var base = Base()
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
        if id == nil { id = try JournalManifest.journalID(in: directory) }
        // A manifest that is gone is written again by the next writer.
        let journalID = id ?? watermark.journalID ?? ""
        let identity = try Self.identity(of: directory)
        let maker = place.keyMaker(journalID)
        // The index is listed first: the records that it names stand in the segments already.
        let listing = usingIndex ? try IndexListing(of: directory, maker, place.pages) : IndexListing()
        files = try SegmentFiles(of: directory)
        self.place = place
        self.directory = directory
        self.identity = identity
        self.journalID = journalID
        let runs = IndexRuns(listing.runs)
        let tail = place.emptyTail(after: runs.lastIndex)
        ledger = SegmentLedger(maker, runs, tail: tail)
        end = base.end
        watermarkFile = watermark
        evidence = listing.evidence
        if !listing.runs.isEmpty { try bind() }
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
