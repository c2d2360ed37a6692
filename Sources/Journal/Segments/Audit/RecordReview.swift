internal import FileSystemSeam

/// Walks the records of a journal for verification, and looks beyond the chain at what they say.
///
/// A small journal is walked by the caller, line by line. A large one is cut into blocks that several threads check;
/// where a block is not right, or does not follow the one before it, its segment is walked line by line from there on,
/// so that both ways come to the same report.
struct RecordReview {
    /// The records that were asked for, by their indexes.
    private(set) var noted: [UInt64: NotedRecord] = [:]
    /// The checkpoints, whose roots are recomputed in a pass of their own.
    private(set) var checkpoints: [IndexedCheckpoint] = []
    /// What the records should not hold; nothing where the walk met failures.
    private(set) var findings: [VerificationFinding] = []
    /// Which file of the index does not say what the records do; nil where the walk met failures.
    private(set) var stale: IndexDamage?

    /// What to look at.
    struct Scope {
        var runs: [IndexRun]
        /// The records whose digests are wanted: those that runs end with, and others.
        var wanted: [UInt64]
        var clockToleranceSeconds: Int64
        var settings: SegmentSettings
        /// Told how many records are done.
        var progress: (UInt64) -> Void

        /// The same for a second look, of which nobody is told.
        var withoutProgress: Scope {
            var scope = self
            scope.progress = { _ in }
            return scope
        }
    }

    /// Walks and looks.
    init(_ walk: inout SegmentWalk, _ files: inout SegmentFiles, _ scope: Scope) throws(JournalError) {
        if files.mayHold(scope.settings.parallelByteMinimum) {
            try reviewBlocks(&walk, &files, scope)
        } else {
            try reviewLines(&walk, &files, scope)
        }
        guard walk.failures.isEmpty, stale == nil else { return }
        // A run whose last line ends elsewhere is not used when a journal is opened.
        let unbound = scope.runs.first { run in noted[run.header.last].map { $0.end != run.header.end } ?? false }
        stale = unbound?.damage
    }

    private mutating func reviewLines(
        _ walk: inout SegmentWalk,
        _ files: inout SegmentFiles,
        _ scope: Scope
    ) throws(JournalError) {
        var audit = SegmentAudit(walk.maker, clockToleranceSeconds: scope.clockToleranceSeconds, capacity: 48)
        var index = IndexAudit(scope.runs)
        var noted: [UInt64: NotedRecord] = [:]
        try walk.run(&files) { line, bytes in
            scope.progress(line.index - 1)
            if scope.wanted.contains(line.index) { noted[line.index] = NotedRecord(line, bytes) }
            index.apply(line, audit.apply(line, bytes))
        }
        (self.noted, checkpoints) = (noted, audit.checkpoints)
        if walk.failures.isEmpty { (findings, stale) = (audit.findings, index.stale) }
    }

    private mutating func reviewBlocks(
        _ walk: inout SegmentWalk,
        _ files: inout SegmentFiles,
        _ scope: Scope
    ) throws(JournalError) {
        let (maker, runs, settings) = (walk.maker, scope.runs, scope.settings)
        let threadCount = min(Thread.processorCount, settings.threadMaximum)
        let makeCollector: @Sendable () -> SurveyCollector = {
            [wanted = scope.wanted, tolerance = scope.clockToleranceSeconds] in
            SurveyCollector(maker, runs, noting: wanted, clockToleranceSeconds: tolerance)
        }
        let tables = runs.isEmpty ? nil : Pending("journal tables") { try? TableSums(runs) }
        let reader = BlockReader(files, blockByteCount: settings.blockByteCount, upTo: walk.last)
        var front = BlockPool(reader, maker, threadCount: threadCount, makeCollector).start(threadCount: threadCount)
        // What is walked line by line, until a block follows.
        var lines = makeCollector()
        var survey = lines.finish()
        defer {
            front.stop()
            _ = tables?.wait()
        }
        try walk.run(
            &files,
            blocks: { walk, segment in
                survey.add(lines.finish())
                while let block = front.next(of: segment) {
                    guard walk.accept(block) else { return front.skip(segment) }
                    survey.add(block.collected)
                    scope.progress(walk.nextIndex - 1)
                }
            }
        ) { line, bytes in
            scope.progress(line.index - 1)
            lines.apply(line, bytes)
        }
        survey.add(lines.finish())
        (noted, checkpoints) = (survey.noted, survey.checkpoints)
        guard walk.failures.isEmpty else { return }
        if let sums = tables?.wait(), survey.isFlawless(runs, sums, maker) {
            findings = survey.clock.findings
            return
        }
        let audit = ExactAudit(
            files: files,
            maker: maker,
            runs: runs,
            last: walk.nextIndex - 1,
            clockToleranceSeconds: scope.clockToleranceSeconds
        )
        let found = try audit.run(
            keyCount: survey.keyCount,
            byteMaximum: settings.auditByteMaximum,
            threadCount: threadCount
        )
        (findings, stale) = (found.findings, found.stale?.damage)
    }
}

extension SegmentFiles {
    /// Whether the segments may well hold so many bytes.
    func mayHold(_ byteCount: Int64) -> Bool {
        guard let last = firsts.last else { return false }
        // No record is shorter than that.
        if last > UInt64(clamping: byteCount / 128) { return true }
        let size = try? directory?.status(of: SegmentName.text(last)).size
        return (size ?? 0) >= byteCount
    }
}

/// A record that something outside of the records names.
struct NotedRecord: Sendable {
    let head: JournalHead
    /// Where its line ends.
    let end: RecordPosition

    /// A record by its line.
    init(_ line: SegmentWalk.Line, _ bytes: Span<UInt8>) {
        head = JournalHead(line, bytes)
        end = RecordPosition(
            segment: line.position.segment,
            offset: line.position.offset + Int64(bytes.count + 1)
        )
    }
}

extension JournalHead {
    /// A record by its line.
    init(_ line: SegmentWalk.Line, _ bytes: Span<UInt8>) {
        self.init(
            index: line.index,
            digest: LineVerifier.text(bytes, line.read.digest ?? 0..<0),
            updatedAt: LineVerifier.text(bytes, line.read.createdAt)
        )
    }
}
