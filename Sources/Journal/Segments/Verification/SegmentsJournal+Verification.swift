internal import Canonical
internal import FileSystemSeam

extension SegmentsJournal {
    /// Walks everything that readers report, and looks at what stands behind it. Takes no lock.
    ///
    /// Memory is bounded for any number of records: a block a thread and little more where the index proves what the
    /// records say, and ``SegmentSettings/auditByteMaximum`` besides where it does not. Checkpoints, findings and
    /// failures are kept.
    func verify(
        _ directory: any Directory,
        _ id: String?,
        _ request: VerificationRequest,
        progress: WorkProgress.Handler?
    ) throws(JournalError) -> VerificationReport {
        var report = VerificationReport()
        // The index is looked at first: the records that it names are durable already.
        let listing = try listing(of: directory, id)
        var watermark = try WatermarkFile(in: directory, bootID: boot, forWriting: false)
        var view = try SegmentView(unread: directory, place, watermark, journalID: id, usingIndex: false)
        let limit = try lastReported(watermark, listing, &view)
        let evidence = Evidence.all(watermark, listing)
        let total = watermark.namedIndexes.max()
        let scope = RecordReview.Scope(
            runs: listing.runs,
            wanted: evidence.map(\.index) + [request.anchor?.index ?? 0],
            clockToleranceSeconds: place.options.clockToleranceSeconds,
            settings: place.options.segmentSettings,
            progress: { progress?(WorkProgress(completed: $0, total: total)) }
        )
        var walk = SegmentWalk(view.ledger.maker, upTo: limit, stopsAtFirst: request.stopsAtFirst)
        var review = try RecordReview(&walk, &view.files, scope)
        // Where no watermark of this boot says how far records are durable, they are made so before they are reported.
        if limit == nil { try view.syncBehindWatermark(upTo: walk.nextIndex - 1) }
        progress?(WorkProgress(completed: walk.nextIndex - 1, total: total))
        report.recordCount = walk.recordCount
        report.head = walk.head
        report.add(walk.failures)
        report.add(segmentStrays: view.files.strays)
        if walk.failures.isEmpty || !request.stopsAtFirst {
            report.check(watermark.content, walk)
            report.check(evidence, walk, review.noted)
            if limit != nil, let last = watermark.watermark?.unsyncedIndex { report.check(unsynced: last, walk) }
            for run in listing.runs where report.failures.isEmpty {
                if let error = run.missingSegment(among: view.files) { report.add([error]) }
            }
            if walk.failures.isEmpty {
                if let last = try report.checkBehind(limit, walk, &view, &watermark) {
                    // Not counted, but looked at: they may be there because somebody put an older watermark back.
                    var further = SegmentWalk(view.ledger.maker, upTo: last, stopsAtFirst: true)
                    let found = try RecordReview(&further, &view.files, scope.withoutProgress)
                    if try !watermark.refresh(), further.failures.isEmpty { review = found }
                }
                if limit != nil, let end = watermark.watermark?.wipingEnd { report.check(wiping: end, walk) }
                if let stale = review.stale { report.add(stale: stale) }
                report.findings = review.findings
                try recomputeRoots(review.checkpoints, &view.files, walk, request, &report)
            }
            if let anchor = request.anchor { report.check(anchor) { review.noted[$0]?.head } }
            report.failures.sort { $0.index < $1.index }
        }
        return report
    }

    /// The last record that readers report; nil where that is the last one there is.
    ///
    /// In the boot that wrote it, nothing behind the watermark can be taken for durable, but for what the index or the
    /// head's copy names. What a writer without syncs has appended is made durable first, as by every reader.
    private func lastReported(
        _ file: WatermarkFile,
        _ listing: IndexListing,
        _ view: inout SegmentView
    ) throws(JournalError) -> UInt64? {
        guard let watermark = file.watermark, watermark.isOfBoot(boot) else { return nil }
        let last = (file.namedIndexes + listing.evidence.map(\.index)).reduce(watermark.index, max)
        guard let unsynced = watermark.unsyncedIndex, unsynced > watermark.index else { return last }
        if place.isDurable { try view.syncLastSegment() }
        return max(last, unsynced)
    }

    /// The index of the journal in a directory; a watermark tells whose it is where the manifest does not.
    private func listing(of directory: any Directory, _ id: String?) throws(JournalError) -> IndexListing {
        var id = id
        if id == nil { id = try WatermarkFile(in: directory, bootID: boot, forWriting: false).journalID }
        return try IndexListing(of: directory, place.keyMaker(id ?? ""))
    }

    /// Recomputes the roots that checkpoints state, in a second pass over what they sum up.
    private func recomputeRoots(
        _ checkpoints: [IndexedCheckpoint],
        _ files: inout SegmentFiles,
        _ walked: SegmentWalk,
        _ request: VerificationRequest,
        _ report: inout VerificationReport
    ) throws(JournalError) {
        if checkpoints.isEmpty { return }
        var roots = MerkleAudit(checkpoints, trusting: request.trustedHubKeys)
        if roots.lastIndex > 0 {
            var walk = SegmentWalk(walked.maker, upTo: roots.lastIndex, stopsAtFirst: true)
            try walk.run(&files) { line, bytes in roots.apply(line.index, leaf: Bytes.copy(bytes)) }
        }
        report.add(roots)
    }
}

/// A record that something besides the records names.
private struct Evidence {
    var index: UInt64
    var digest: String
    var file: String

    static func all(_ watermark: WatermarkFile, _ listing: IndexListing) -> [Evidence] {
        watermark.evidence.map { Evidence(index: $0.head.index, digest: $0.head.digest, file: $0.file) }
            + listing.evidence.map {
                Evidence(
                    index: $0.index,
                    digest: Digest(algorithm: .sha256, bytes: $0.digest).description,
                    file: $0.file
                )
            }
    }
}

extension VerificationReport {
    fileprivate mutating func add(segmentStrays names: [String]) {
        for name in names {
            let file = "\(SegmentName.directoryName)/\(name)"
            let isLeftover = SegmentName.isTemporary(name)
            warnings.append(
                isLeftover
                    ? VerificationWarning(
                        kind: .leftoverFile,
                        message: "\(file) was left by a recovery that was interrupted; the next writer removes it"
                    ) : VerificationWarning(kind: .foreignFile, message: "\(file) is no segment and was skipped")
            )
        }
    }

    fileprivate mutating func add(stale: IndexDamage) {
        warn(.indexStale, "\(stale.file) does not hold what the records say; rebuild the indexes")
    }

    /// Says what is wrong with the head itself.
    fileprivate mutating func check(_ content: Watermark.Content, _ walk: SegmentWalk) {
        let file = WatermarkFile.path
        let last = walk.nextIndex - 1
        switch content {
        case .missing:
            if last > 0 || !walk.failures.isEmpty {
                warn(.headMissing, "\(file) is missing; the next append writes it")
            }
        case .unreadable(let reason):
            warn(.headUnreadable, "\(file) cannot be read (\(reason)); the next append writes it")
        case .watermark, .foreign:
            let index = max(content.head?.index ?? 0, content.unsyncedIndex ?? 0)
            if index < last, walk.failures.isEmpty {
                warn(.headBehind, "\(file) names record \(index) of \(last); the next append brings it forward")
            }
        }
    }

    /// Requires the records that a writer without syncs has appended in this boot: nothing but a loss of power takes
    /// them away.
    fileprivate mutating func check(unsynced index: UInt64, _ walk: SegmentWalk) {
        if index < walk.nextIndex || !walk.failures.isEmpty || !failures.isEmpty { return }
        add([.missingRecord(index: walk.nextIndex, evidence: "\(WatermarkFile.path) names record \(index)")])
    }

    /// Warns of zeros that a writer may have failed to make durable, or is writing right now.
    fileprivate mutating func check(wiping end: Int64, _ walk: SegmentWalk) {
        if warnings.contains(where: { $0.kind == .tornTail }) { return }
        warn(
            .tornTail,
            "\(SegmentName.path(walk.end.segment)) ended in a line that was never acknowledged, up to byte \(end); the zeros in "
                + "its place may not be durable: the next append writes them again"
        )
    }

    /// Compares the records that something outside of them names with those that are there. One that is missing is said
    /// once, whoever names it.
    fileprivate mutating func check(_ evidence: [Evidence], _ walk: SegmentWalk, _ noted: [UInt64: NotedRecord]) {
        let last = walk.nextIndex - 1
        for named in evidence {
            if named.index > last {
                if walk.rest == .torn {
                    let reason =
                        "it breaks off in the line at byte \(walk.end.offset), although record \(named.index) was "
                        + "written after it"
                    let path = SegmentName.path(walk.end.segment)
                    return add([.malformedRecord(index: last + 1, file: path, reason: reason)])
                }
                return add([.missingRecord(index: last + 1, evidence: "\(named.file) names record \(named.index)")])
            }
            guard walk.failures.isEmpty, noted[named.index]?.head.digest != named.digest else { continue }
            let evidence = "\(named.file) names another record there, with the digest \(named.digest)"
            return add([.missingRecord(index: named.index, evidence: evidence)])
        }
    }

    /// Looks at what stands behind the records that are durable: left by an append that was never acknowledged, or
    /// being appended right now; or acknowledged, and the watermark is older than it says.
    ///
    /// - Returns: the last of the whole records there; nil when there is none, or somebody is appending.
    fileprivate mutating func checkBehind(
        _ limit: UInt64?,
        _ walk: SegmentWalk,
        _ view: inout SegmentView,
        _ watermark: inout WatermarkFile
    ) throws(JournalError) -> UInt64? {
        var rest = walk.rest
        var last: UInt64?
        if limit != nil {
            let before = watermark.content
            var behind = SegmentScan(view.ledger, behind: walk)
            let stop = try behind.run(&view.files)
            // Whatever moved the watermark meanwhile was appending, and may be still.
            guard try !watermark.refresh(), watermark.content == before else { return nil }
            if behind.ledger.nextIndex > walk.nextIndex {
                let found = walk.nextIndex...(behind.ledger.nextIndex - 1)
                last = found.upperBound
                let what =
                    found.count == 1
                    ? "one whole record, \(found.lowerBound), is"
                    : "\(found.count) whole records, \(found.lowerBound) to \(found.upperBound), are"
                warn(
                    .headBehind,
                    "\(what) not known to be durable: readers leave out what stands behind the head, and the next append "
                        + "makes it durable"
                )
            }
            switch stop {
            case .torn: rest = .torn
            case .failed(let error): add([error])
            case .end, .reached: break
            }
        }
        if rest == .torn, failures.isEmpty {
            warn(
                .tornTail,
                "\(SegmentName.path(walk.end.segment)) ends in a line that was never acknowledged; the next append sets "
                    + "it aside"
            )
        }
        return last
    }

    private mutating func warn(_ kind: VerificationWarning.Kind, _ message: String) {
        warnings.append(VerificationWarning(kind: kind, message: message))
    }
}

extension SegmentScan {
    /// Goes on where a walk without failures ended.
    fileprivate init(_ ledger: SegmentLedger, behind walk: SegmentWalk) {
        var ledger = ledger
        ledger.tail = TailIndex(firstIndex: walk.nextIndex, capacity: 0)
        ledger.last = walk.head
        self.init(ledger, from: walk.end)
    }
}
