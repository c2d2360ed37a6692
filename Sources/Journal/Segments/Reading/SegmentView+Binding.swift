internal import Canonical
internal import FileSystemSeam

extension SegmentView {
    /// Ties the runs to the records: the last one that they cover must stand where they say, with the digest that they
    /// say. It names the digest of the record before, and so on, so that this covers all of them.
    mutating func bind() throws(JournalError) {
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
