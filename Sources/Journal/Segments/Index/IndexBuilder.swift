internal import FileSystemSeam

/// Reads records and makes chunks of the index of them, to be written one after the other.
struct IndexBuilder {
    /// Why it could not go on.
    enum Failure: Error {
        case journal(JournalError)
        case damage(IndexDamage)
        case unwritable
    }

    /// How many records a chunk has: as many as can be sorted in some megabytes.
    static let chunkRecordMaximum: UInt64 = 1 << 16

    private let maker: IndexKeyMaker
    private let total: UInt64
    private let progress: WorkProgress.Handler?
    private var verifier: LineVerifier
    private var next: UInt64
    /// Where the last record's line ends.
    private(set) var position: RecordPosition
    private var previous: [UInt8]
    private var time = ""
    private var reader: LineReader?
    /// The last record that was read; nil before the first.
    private(set) var last: JournalHead?

    /// - Parameters:
    ///   - base: where to begin.
    ///   - total: the last record, for the progress.
    init(_ base: SegmentView.Base, _ maker: IndexKeyMaker, total: UInt64, _ progress: WorkProgress.Handler?) {
        self.maker = maker
        self.total = total
        self.progress = progress
        verifier = LineVerifier(maker)
        next = (base.last?.index ?? 0) + 1
        position = base.end
        previous = base.last.map { Array($0.digest.utf8) } ?? []
    }

    /// The next chunk, summed up; nil at the end.
    ///
    /// - Parameters:
    ///   - runs: those over all records before.
    ///   - end: where the last record's line ends.
    mutating func next(
        _ files: inout SegmentFiles,
        after runs: [IndexRun],
        upTo end: RecordPosition
    ) throws(Failure) -> IndexChunk? {
        if next > total { return nil }
        var chunk = IndexChunk(first: next, after: SegmentWriter.raw(previous.isEmpty ? nil : text(previous)))
        do {
            while chunk.count < Self.chunkRecordMaximum, next <= total { try readRecord(&files, into: &chunk, end) }
        } catch {
            throw .journal(error)
        }
        chunk.lastDigest = SegmentWriter.raw(text(previous))
        chunk.end = position
        last = JournalHead(index: next - 1, digest: text(previous), updatedAt: time)
        progress?(WorkProgress(completed: next - 1, total: total))
        do {
            var prior = try PriorTotals(runs)
            try chunk.sum { (key) throws(IndexDamage) in try prior.totals(key) }
        } catch {
            throw .damage(error)
        }
        return chunk
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private mutating func readRecord(
        _ files: inout SegmentFiles,
        into chunk: inout IndexChunk,
        _ end: RecordPosition
    ) throws(JournalError) {
        while true {
            let limit = position.segment == end.segment ? end.offset : nil
            var lines: LineReader
            if let reader {
                lines = reader
            } else {
                lines = LineReader(
                    try files.file(position.segment),
                    from: position.offset,
                    to: limit,
                    pieceByteCount: 1 << 20
                )
            }
            reader = nil
            let found: LineReader.Next
            do {
                found = try lines.next()
            } catch {
                throw .io(error, file: SegmentName.path(position.segment))
            }
            guard case .line(let range) = found else {
                guard let segment = files.segment(after: position.segment), segment == next else {
                    throw .missingRecord(
                        index: next,
                        evidence: "\(SegmentName.path(position.segment)) ends before it"
                    )
                }
                position = RecordPosition(segment: segment, offset: 0)
                continue
            }
            let line = lines.buffer.span.extracting(range)
            let read = try verifier.verified(line, at: next, position)
            try LineVerifier.checkLink(line, read, at: next, after: previous)
            previous = Bytes.copy(line.extracting(read.digest ?? 0..<0))
            chunk.append(read.content, at: position)
            // Kept for the last one only.
            if next == total || chunk.count == Self.chunkRecordMaximum {
                time = LineVerifier.text(line, read.createdAt)
            }
            position.offset = lines.offset
            next += 1
            reader = lines
            return
        }
    }
}
