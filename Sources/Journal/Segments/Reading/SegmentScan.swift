internal import FileSystemSeam

/// Reads records forward from where a ledger ends, checks each, and adds it.
struct SegmentScan {
    /// Why it stopped.
    enum Stop {
        /// The record that was asked for is read.
        case reached
        /// No data follows the last record.
        case end
        /// What follows is no whole line, or holds NUL: it was never acknowledged if it lies behind the watermark. Only
        /// in the last segment: one that another follows was whole and durable when it was sealed.
        case torn(until: Int64)
        /// What follows is a whole line, and wrong; or no whole line, in a segment that another one follows.
        case failed(JournalError)
    }

    var ledger: SegmentLedger
    /// Where the next record begins.
    var end: RecordPosition
    /// Records whose digests are wanted on the way, and those that were passed.
    private let wanted: [UInt64]
    private(set) var digests: [UInt64: String] = [:]

    /// Begins behind the last record of a ledger.
    init(_ ledger: SegmentLedger, from end: RecordPosition, noting wanted: [UInt64] = []) {
        self.ledger = ledger
        self.end = end
        self.wanted = wanted
    }

    /// Reads on.
    ///
    /// - Parameters:
    ///   - last: the record to stop at; nil for the end of the data.
    ///   - limit: where the last one's line ends, when that is known: nothing behind it is read.
    mutating func run(
        _ files: inout SegmentFiles,
        upTo last: UInt64? = nil,
        limit: RecordPosition? = nil
    ) throws(JournalError) -> Stop {
        if let last, ledger.nextIndex > last { return .reached }
        if files.firsts.isEmpty { return .end }
        while true {
            guard files.firsts.contains(end.segment) else {
                return .failed(
                    .missingRecord(index: ledger.nextIndex, evidence: "\(SegmentName.path(end.segment)) is gone")
                )
            }
            let file = try files.file(end.segment)
            do {
                let bound = limit?.segment == end.segment ? limit?.offset : nil
                let isLast = files.segment(after: end.segment) == nil
                if let stop = try lines(of: file, upTo: last, limit: bound, isLast: isLast) { return stop }
                guard let stop = try next(after: file, in: files) else { continue }
                return stop
            } catch .io(let error, let path) {
                throw .io(error, file: path)
            } catch {
                return .failed(error)
            }
        }
    }

    /// Reads on in the segment that is open, up to the zeros behind its records.
    ///
    /// - Returns: `.end` when zeros follow the last line.
    mutating func runToZeros(of file: any File) throws(JournalError) -> Stop {
        do throws(JournalError) {
            if let stop = try lines(of: file, upTo: nil, limit: nil, isLast: true) { return stop }
        } catch .io(let error, let path) {
            throw .io(error, file: path)
        } catch {
            return .failed(error)
        }
        do {
            return try file.read(exactly: 1, at: end.offset) == [0] ? .end : .torn(until: end.offset + 1)
        } catch {
            throw .io(error, file: SegmentName.path(end.segment))
        }
    }

    /// Reads the lines of one segment; nil when there are no more.
    private mutating func lines(
        of file: any File,
        upTo last: UInt64?,
        limit: Int64?,
        isLast: Bool
    ) throws(JournalError) -> Stop? {
        var reader = SegmentLineReader(file, from: end.offset, to: limit)
        var verifier = LineVerifier(ledger.maker)
        var previous = ledger.lastDigest
        var time: [UInt8] = []
        var isNew = false
        defer { if isNew { note(previous, time) } }
        while true {
            let next: SegmentLineReader.Next
            do {
                next = try reader.next()
            } catch {
                throw .io(error, file: SegmentName.path(end.segment))
            }
            guard case .line(let range) = next else { return nil }
            let line = reader.buffer.span.extracting(range)
            let index = ledger.nextIndex
            let read: RecordLine
            do throws(JournalError) {
                read = try verifier.verified(line, at: index, end)
                try LineVerifier.checkLink(line, read, at: index, after: previous)
            } catch {
                let hasNUL = Bytes.firstIndex(of: 0, in: line, from: 0, to: line.count) != nil
                if !hasNUL || !isLast { return .failed(error) }
                return .torn(until: try Self.endOfData(of: file, from: end))
            }
            Bytes.assign(line.extracting(read.digest ?? 0..<0), to: &previous)
            Bytes.assign(line.extracting(read.createdAt), to: &time)
            isNew = true
            ledger.tail.append(read.content, at: end, byteCount: range.count + 1)
            end.offset = reader.offset
            if wanted.contains(index) { digests[index] = String(decoding: previous, as: UTF8.self) }
            if index == last { return .reached }
        }
    }

    /// Keeps what the ledger says of its last record.
    private mutating func note(_ digest: [UInt8], _ time: [UInt8]) {
        ledger.last = JournalHead(
            index: ledger.nextIndex - 1,
            digest: String(decoding: digest, as: UTF8.self),
            updatedAt: String(decoding: time, as: UTF8.self)
        )
    }

    /// Goes on to the segment after one whose lines are read; returns why that is not possible, nil when it is.
    private mutating func next(after file: any File, in files: SegmentFiles) throws(JournalError) -> Stop? {
        let data = try Self.endOfData(of: file, from: end)
        guard let next = files.segment(after: end.segment) else {
            return data > end.offset ? .torn(until: data) : .end
        }
        let index = ledger.nextIndex
        let path = SegmentName.path(end.segment)
        if try Self.size(of: file, end) > end.offset {
            let reason = "the segment is sealed, and no record begins at byte \(end.offset)"
            return .failed(.malformedRecord(index: index, file: path, reason: reason))
        }
        if next > index {
            return .failed(
                .missingRecord(index: index, evidence: "\(SegmentName.path(next)) follows the one that ends before it")
            )
        }
        if next < index { return .failed(.duplicateIndex(index: next, files: [path, SegmentName.path(next)])) }
        end = RecordPosition(segment: next, offset: 0)
        return nil
    }

    private static func endOfData(of file: any File, from end: RecordPosition) throws(JournalError) -> Int64 {
        do {
            return try file.endOfData(from: end.offset)
        } catch {
            throw .io(error, file: SegmentName.path(end.segment))
        }
    }

    private static func size(of file: any File, _ end: RecordPosition) throws(JournalError) -> Int64 {
        do {
            return try file.extent().size
        } catch {
            throw .io(error, file: SegmentName.path(end.segment))
        }
    }
}
