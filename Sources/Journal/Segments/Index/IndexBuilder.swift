internal import FileSystemSeam

/// Reads records and makes chunks of the index of them, to be written one after the other.
struct IndexBuilder {
    /// Why it could not go on.
    enum Failure: Error {
        case journal(JournalError)
        case damage(IndexDamage)
        /// The index could not be written.
        case unwritable(FileSystemError)

        /// What the caller is told, when nothing else can be tried.
        var journalError: JournalError {
            switch self {
            case .journal(let error): error
            // What was just written is not what it was.
            case .damage(let damage):
                .io(
                    FileSystemError(operation: .read, name: damage.file, code: .inputOutput),
                    file: IndexRun.directoryName
                )
            // A run is a cache, written as a new file each time: that its sync failed puts no record in doubt.
            case .unwritable(let error):
                .io(
                    FileSystemError(operation: .write, name: error.name, code: error.code),
                    file: IndexRun.directoryName
                )
            }
        }
    }

    private let maker: IndexKeyMaker
    private let chunkRecordMaximum: UInt64
    private let total: UInt64
    private let progress: WorkProgress.Handler?
    private var verifier: LineVerifier
    private var next: UInt64
    /// Where the last record's line ends.
    private(set) var position: RecordPosition
    private var previous: [UInt8]
    private var time = ""
    private var reader: SegmentLineReader?
    /// Blocks of lines that other threads check; nil when there are few records.
    private var front: BlockPool<ChunkCollector>.Front?
    /// The segment whose lines are read one by one from some place on.
    private var segmentByLine: UInt64 = 0
    /// The last record that was read; nil before the first.
    private(set) var last: JournalHead?

    /// - Parameters:
    ///   - base: where to begin.
    ///   - total: the last record, for the progress.
    init(
        _ base: SegmentView.Base,
        _ maker: IndexKeyMaker,
        total: UInt64,
        _ settings: SegmentSettings,
        _ progress: WorkProgress.Handler?
    ) {
        self.maker = maker
        chunkRecordMaximum = settings.chunkRecordMaximum
        self.total = total
        self.progress = progress
        verifier = LineVerifier(maker)
        next = (base.last?.index ?? 0) + 1
        position = base.end
        previous = base.last.map { Array($0.digest.utf8) } ?? []
    }

    /// Has blocks checked by several threads from now on, if the journal is large. ``stop()`` must be called then.
    mutating func start(_ files: SegmentFiles, _ settings: SegmentSettings) {
        guard next <= total, files.mayHold(settings.parallelByteMinimum) else { return }
        let threadCount = min(Thread.processorCount, settings.threadMaximum)
        let reader = BlockReader(
            files,
            blockByteCount: settings.blockByteCount,
            from: (position, next),
            upTo: total
        )
        front = BlockPool(reader, maker, threadCount: threadCount) { ChunkCollector() }.start(threadCount: threadCount)
    }

    /// Whether several threads are at work.
    var isParallel: Bool { front != nil }

    /// Ends the other threads' work.
    func stop() { front?.stop() }

    /// The next chunk, to be summed up; nil at the end.
    ///
    /// - Parameter end: where the last record's line ends.
    mutating func next(_ files: inout SegmentFiles, upTo end: RecordPosition) throws(Failure) -> IndexChunk? {
        if next > total { return nil }
        var chunk = IndexChunk(first: next, after: SegmentWriter.raw(previous.isEmpty ? nil : text(previous)))
        do {
            while chunk.count < chunkRecordMaximum, next <= total {
                if !takeBlock(into: &chunk) { try readRecord(&files, into: &chunk, end) }
            }
        } catch {
            throw .journal(error)
        }
        chunk.lastDigest = SegmentWriter.raw(text(previous))
        chunk.end = position
        last = JournalHead(index: next - 1, digest: text(previous), updatedAt: time)
        progress?(WorkProgress(completed: next - 1, total: total))
        return chunk
    }

    /// Takes a block that another thread has checked; false when the next record is not in one.
    private mutating func takeBlock(into chunk: inout IndexChunk) -> Bool {
        guard segmentByLine != position.segment, front != nil else { return false }
        if let block = front?.next(of: position.segment), let link = block.link, block.first == next,
            block.start == position, link.previous == previous, let part = block.collected
        {
            chunk.append(part)
            (previous, time) = (link.digest, link.createdAt)
            (position, next) = (block.end, next + block.count)
            return true
        }
        front?.skip(position.segment)
        segmentByLine = position.segment
        return false
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Reads a record, or goes on to the next segment.
    private mutating func readRecord(
        _ files: inout SegmentFiles,
        into chunk: inout IndexChunk,
        _ end: RecordPosition
    ) throws(JournalError) {
        let limit = position.segment == end.segment ? end.offset : nil
        var lines: SegmentLineReader
        if let reader {
            lines = reader
        } else {
            lines = SegmentLineReader(
                try files.file(position.segment),
                from: position.offset,
                to: limit,
                pieceByteCount: 1 << 20
            )
        }
        reader = nil
        let found: SegmentLineReader.Next
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
            return
        }
        let line = lines.buffer.span.extracting(range)
        let read = try verifier.verified(line, at: next, position)
        try LineVerifier.checkLink(line, read, at: next, after: previous)
        previous = Bytes.copy(line.extracting(read.digest ?? 0..<0))
        chunk.append(read.content, at: position)
        // Kept for the last one only.
        if next == total || chunk.count >= chunkRecordMaximum {
            time = LineVerifier.text(line, read.createdAt)
        }
        position.offset = lines.offset
        next += 1
        reader = lines
    }
}

/// Makes a part of a chunk of the lines of a block.
struct ChunkCollector: LineCollector {
    private var part: IndexChunk?

    mutating func apply(_ line: SegmentWalk.Line, _ bytes: Span<UInt8>) {
        if part == nil { part = IndexChunk(first: line.index, after: []) }
        part?.append(line.read.content, at: line.position)
    }

    mutating func finish() -> IndexChunk? { part.take() }
}
