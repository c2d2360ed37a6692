internal import FileSystemSeam

/// The index as the writer keeps it. It is a cache: what cannot be written only costs time, and what is damaged is made
/// anew from the records.
extension SegmentWriter {
    /// Sees to it that the runs cover all but the last records.
    mutating func completeIndex(_ progress: WorkProgress.Handler?) throws(JournalError) {
        tailMaximum = UInt64(settings.tailRecordMaximum)
        if view.ledger.damage != nil || view.ledger.tail.isOverflowing {
            try rebuildIndex(progress: progress)
        } else {
            try extendIndex()
        }
        view.ledger.tail.holdEverything()
    }

    /// Makes runs of the records up to the watermark, when there are so many that reading them as a tail would only
    /// have to be done again. Whatever is wrong with them is for the reading to say.
    mutating func indexDurableRecords(_ progress: WorkProgress.Handler?) throws(JournalError) {
        // What was found and is not used may still be there.
        isIndexNew = view.evidence.isEmpty
        guard let watermark = view.watermarkFile.watermark, let capacity = view.ledger.tail.remainingCapacity,
            watermark.index > view.ledger.nextIndex - 1 + UInt64(capacity), view.ledger.damage == nil
        else { return }
        let base = view.base
        do throws(IndexBuilder.Failure) {
            try buildRuns(upTo: watermark.index, limit: watermark.end, progress)
        } catch .unwritable(let error) {
            throw IndexBuilder.Failure.unwritable(error).journalError
        } catch {
            // What was made so far is used by nobody: it is made again.
            view.resetIndex(to: base)
        }
    }

    /// Whether the tail is long enough to be made a run.
    var isIndexDue: Bool {
        let tail = view.ledger.tail
        return tail.count > 0 && (tail.count >= tailMaximum || tail.byteCount >= settings.tailByteMaximum)
    }

    /// Makes a run of the tail when it is long enough.
    mutating func extendIndex() throws(JournalError) {
        let tail = view.ledger.tail
        guard !tail.isOverflowing, staged.isEmpty, isIndexDue, let last = view.ledger.last else { return }
        try secureForIndex()
        // Another may stand at its name since it was opened.
        view.watermarkFile.closeCopy()
        guard let listing = try? IndexListing(of: view.directory, view.ledger.maker, place.pages) else { return }
        if listing.runs.map(\.name) != view.ledger.runs.all.map(\.name), try take(listing) {
            return try extendIndex()
        }
        do throws(IndexDamage) {
            try writeRun(upTo: last, listing)
        } catch {
            try rebuildIndex()
        }
    }

    /// Makes all records durable where nobody did: a run names records as evidence. A sync of them may have failed
    /// before, so that they are written again, as for a writer that promises more.
    private mutating func secureForIndex() throws(JournalError) {
        guard !place.isDurable, let active, durableOffset(in: active.first) < view.end.offset else { return }
        try rewrite(from: durableOffset(in: active.first))
        try grow()
        try sync()
        try advance(isDurable: true)
    }

    /// Takes over the runs that another process has written meanwhile; false when they cover no more, or are not tied
    /// to the records, for which opening may have refused them.
    private mutating func take(_ listing: IndexListing) throws(JournalError) -> Bool {
        var runs = IndexRuns(listing.runs)
        guard let header = runs.last?.header, header.last > view.ledger.runs.lastIndex,
            header.last < view.ledger.nextIndex
        else { return false }
        let record = try view.storedRecord(at: header.last)
        let start = try view.position(of: header.last).offset
        guard Self.raw(record.digest) == header.lastDigest, try view.lineEnd(of: header.last) == header.end,
            let state = try? runs.state(of: header.last), state.lineOffset ?? start == start
        else { return false }
        view.adopt(runs, upTo: record.head, end: header.end)
        return true
    }

    private mutating func writeRun(upTo last: JournalHead, _ listing: IndexListing) throws(IndexDamage) {
        let ledger = view.ledger
        var chunk = IndexChunk(first: ledger.tail.firstIndex, after: Self.raw(view.base.last?.digest))
        for record in ledger.tail.records { chunk.append(record.content, at: record.position) }
        chunk.lastDigest = Self.raw(last.digest)
        // Not where the next record begins: that may be another segment.
        chunk.end = ledger.tail.records.last?.end ?? view.base.end
        var runs = ledger.runs
        try chunk.sum { (key) throws(IndexDamage) in
            if let known = ledger.tail.remembered(key) { return known }
            return try runs.totals(key)
        }
        // Runs that are not much larger than what comes after them are merged with it.
        var older = ledger.runs.all
        var merged: [IndexRun] = []
        var count = chunk.count
        while let run = older.last, run.header.count < settings.runGrowth * count {
            merged.insert(run, at: 0)
            older.removeLast()
            count += run.header.count
        }
        let run: IndexRun
        do throws(IndexBuilder.Failure) {
            run = try publish(merged, chunk)
        } catch .damage(let damage) {
            throw damage
        } catch {
            // Not on every append from now on.
            tailMaximum = ledger.tail.count + UInt64(settings.tailRecordMaximum)
            return
        }
        tailMaximum = UInt64(settings.tailRecordMaximum)
        view.adopt(IndexRuns(older + [run]), upTo: last, end: chunk.end)
        remove((listing.others + merged.map(\.name)).filter { $0 != run.name })
    }

    /// Makes the index anew from the records.
    ///
    /// - Throws: when the records do not verify, or the index cannot be written.
    mutating func rebuildIndex(progress: WorkProgress.Handler? = nil) throws(JournalError) {
        precondition(staged.isEmpty, "what is staged is written first")
        try secureForIndex()
        let (end, last) = (view.end, view.ledger.last)
        // What is damaged is not used; what is whole need not be made again.
        if view.ledger.damage != nil { view.abandonIndex() }
        do throws(IndexBuilder.Failure) {
            try buildRuns(upTo: last?.index ?? 0, limit: end, progress)
            // Where all records were read to, also when that is the beginning of a segment without any.
            view.end = end
        } catch .damage where view.base.last != nil {
            view.abandonIndex()
            view.end = end
            view.ledger.last = last
            return try rebuildIndex(progress: progress)
        } catch {
            throw error.journalError
        }
    }

    /// Makes runs of the records behind those that runs cover, and one of all. The view then ends where the last of
    /// them was found to end, whatever is said of that elsewhere: what follows is still to be read.
    ///
    /// - Parameter limit: behind what place of its segment nothing is read.
    private mutating func buildRuns(
        upTo last: UInt64,
        limit: RecordPosition,
        _ progress: WorkProgress.Handler?
    ) throws(IndexBuilder.Failure) {
        var runs = view.ledger.runs.all
        var builder = IndexBuilder(view.base, view.ledger.maker, total: last, settings, progress)
        builder.start(view.files, settings)
        defer { builder.stop() }
        // While records are read, those before are summed up and written.
        var pending: Pending<Result<IndexRun, IndexBuilder.Failure>>?
        defer { _ = pending?.wait() }
        while let chunk = try builder.next(&view.files, upTo: limit) {
            if let pending { runs.append(try pending.wait().get()) }
            pending = Pending("journal index", inline: !builder.isParallel) { [writer = self, runs] in
                writer.summed(chunk, after: runs)
            }
        }
        if let last = pending.take() { runs.append(try last.wait().get()) }
        if runs.count > 1 {
            do throws(IndexBuilder.Failure) {
                let run = try publish(runs, nil)
                remove(runs.map(\.name).filter { $0 != run.name })
                runs = [run]
            } catch .unwritable {
                // Several serve as well.
            }
        }
        view.replaceIndex(
            IndexRuns(runs),
            base: SegmentView.Base(last: builder.last ?? view.base.last, end: builder.position)
        )
        view.ledger.tail.holdEverything()
        if let listing = try? IndexListing(of: view.directory, view.ledger.maker) { remove(listing.others) }
    }

    /// Makes a run of a chunk.
    private func summed(_ chunk: IndexChunk, after runs: [IndexRun]) -> Result<IndexRun, IndexBuilder.Failure> {
        do throws(IndexBuilder.Failure) {
            var chunk = chunk
            do {
                var prior = try PriorTotals(runs)
                try chunk.sum { (key) throws(IndexDamage) in try prior.totals(key) }
            } catch {
                throw .damage(error)
            }
            return .success(try publish([], chunk))
        } catch {
            return .failure(error)
        }
    }
}
