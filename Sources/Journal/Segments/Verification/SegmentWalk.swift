internal import FileSystemSeam

/// Walks the lines of all segments for verification: from the first to a limit, on past failures.
struct SegmentWalk {
    /// One line that could be read.
    struct Line {
        var index: UInt64
        var position: RecordPosition
        var read: RecordLine
    }

    /// What came after the last line.
    enum Rest: Equatable {
        case nothing
        case torn
    }

    let maker: IndexKeyMaker
    private let stopsAtFirst: Bool
    /// Whether digests and links were checked before.
    private let isVerified: Bool
    /// No record behind this one is looked at.
    let last: UInt64?
    private var verifier: LineVerifier
    /// The texts of the digest and the time of the last record that could be read, and its index; 0 while there is
    /// none.
    private var latest: (index: UInt64, digest: [UInt8], time: [UInt8]) = (0, [], [])
    /// Whether the next line is to link to that.
    private var isLinked = true
    private(set) var failures: [JournalError] = []
    /// The index that the next line has.
    private(set) var nextIndex: UInt64 = 1
    /// How many lines could be read as records.
    private(set) var recordCount: UInt64 = 0
    /// Where the next line begins.
    private(set) var end = RecordPosition(segment: 1, offset: 0)
    private(set) var rest = Rest.nothing
    /// The last record that could be read.
    var head: JournalHead? {
        if latest.index == 0 { return nil }
        return JournalHead(
            index: latest.index,
            digest: String(decoding: latest.digest, as: UTF8.self),
            updatedAt: String(decoding: latest.time, as: UTF8.self)
        )
    }

    init(_ maker: IndexKeyMaker, upTo last: UInt64?, stopsAtFirst: Bool, isVerified: Bool = false) {
        self.last = last
        self.stopsAtFirst = stopsAtFirst
        self.isVerified = isVerified
        self.maker = maker
        verifier = LineVerifier(maker)
    }

    private var isDone: Bool { stopsAtFirst && !failures.isEmpty || last.map { nextIndex > $0 } ?? false }

    /// Walks; calls `body` with every line that could be read.
    ///
    /// - Parameter blocks: called where a segment begins; it may take over blocks of lines that were checked already
    ///   (``accept(_:)``), so that the walk goes on behind them.
    mutating func run(
        _ files: inout SegmentFiles,
        blocks: (inout SegmentWalk, _ segment: UInt64) -> Void = { _, _ in },
        _ body: (Line, Span<UInt8>) -> Void
    ) throws(JournalError) {
        for first in files.firsts {
            if isDone { return }
            enter(first)
            if isDone { return }
            end = RecordPosition(segment: first, offset: 0)
            let file: any File
            do {
                file = try files.file(first)
            } catch .missingRecord(let index, let evidence) {
                failures.append(.missingRecord(index: index, evidence: evidence))
                isLinked = false
                continue
            } catch {
                throw error
            }
            blocks(&self, first)
            if isDone { return }
            try lines(of: file, isLast: first == files.firsts.last, body)
        }
    }

    /// Goes on behind a block of lines that were checked already; false when it does not follow, or is not right: then
    /// its lines are to be walked.
    mutating func accept<Collected>(_ block: CheckedBlock<Collected>) -> Bool {
        guard let link = block.link, block.start == end, block.first == nextIndex,
            !isLinked || latest.digest == link.previous
        else { return false }
        nextIndex = nextIndex.index(block.count)
        recordCount += block.count
        end = block.end
        latest = (nextIndex - 1, link.digest, Array(link.createdAt.utf8))
        isLinked = true
        return true
    }

    /// Compares the name of a segment with the index that comes next.
    private mutating func enter(_ first: UInt64) {
        if first > nextIndex {
            let path = SegmentName.path(first)
            failures.append(
                .missingRecord(
                    index: nextIndex,
                    evidence: nextIndex == 1
                        ? "the first segment is \(path)" : "\(path) follows the one that ends before it"
                )
            )
            isLinked = false
        } else if first < nextIndex {
            let paths = [SegmentName.path(end.segment), SegmentName.path(first)]
            failures.append(.duplicateIndex(index: first, files: paths))
            isLinked = false
        }
        nextIndex = first
    }

    private mutating func lines(
        of file: any File,
        isLast: Bool,
        _ body: (Line, Span<UInt8>) -> Void
    ) throws(JournalError) {
        var reader = SegmentLineReader(file, from: end.offset)
        do {
            while !isDone {
                guard case .line(let range) = try reader.next() else { break }
                let line = reader.buffer.span.extracting(range)
                if !check(line, isLast, body) { break }
                end.offset = reader.offset
                nextIndex = nextIndex.index(1)
            }
            if isDone { return }
            let data = try file.endOfData(from: end.offset)
            let size = try file.status().size
            if isLast, data > end.offset {
                rest = .torn
            } else if !isLast, size > end.offset {
                failures.append(
                    .malformedRecord(
                        index: nextIndex,
                        file: SegmentName.path(end.segment),
                        reason: "the segment is sealed, and no record begins at byte \(end.offset)"
                    )
                )
                isLinked = false
            }
        } catch {
            throw .io(error, file: SegmentName.path(end.segment))
        }
    }

    /// Checks a line; false when it is the beginning of what was never acknowledged, in the last segment.
    private mutating func check(
        _ line: Span<UInt8>,
        _ isLast: Bool,
        _ body: (Line, Span<UInt8>) -> Void
    ) -> Bool {
        let read: RecordLine
        do throws(RecordLine.Problem) {
            read = try verifier.read(line)
        } catch {
            if isLast, Bytes.firstIndex(of: 0, in: line, from: 0, to: line.count) != nil { return false }
            failures.append(LineVerifier.error(error, at: nextIndex, end))
            isLinked = false
            return true
        }
        if isVerified {
            body(Line(index: nextIndex, position: end, read: read), line)
            return true
        }
        do throws(JournalError) {
            try verifier.checkDigest(line, read, at: nextIndex)
            if isLinked { try LineVerifier.checkLink(line, read, at: nextIndex, after: latest.digest) }
        } catch {
            failures.append(error)
        }
        // A record that fails still has a digest for the next one to link to.
        Bytes.assign(line.extracting(read.digest ?? 0..<0), to: &latest.digest)
        Bytes.assign(line.extracting(read.createdAt), to: &latest.time)
        latest.index = nextIndex
        isLinked = true
        recordCount += 1
        body(Line(index: nextIndex, position: end, read: read), line)
        return true
    }
}
