internal import Canonical

/// What takes something from every line of a block whose lines are right.
protocol LineCollector: SendableMetatype {
    associatedtype Collected: Sendable

    /// Looks at a line. The lines of a block come in order; blocks come in any order.
    mutating func apply(_ line: SegmentWalk.Line, _ bytes: Span<UInt8>)

    /// What was taken since the last time; the next line begins something new.
    mutating func finish() -> Collected
}

/// What a thread found in a block.
struct CheckedBlock<Collected: Sendable>: Sendable {
    let first: UInt64
    let count: UInt64
    let start: RecordPosition
    let end: RecordPosition
    /// How it links to what stands around it; nil when a line of it is not right.
    let link: BlockLink?
    let collected: Collected
}

/// How the lines of a block link to what stands around them.
struct BlockLink: Sendable {
    /// The text of the first line's `previous_record_digest`.
    let previous: [UInt8]
    /// The last record's digest.
    let digest: [UInt8]
    /// The last record's time.
    let createdAt: String
}

/// Checks every line of a block: that it is a record, its digest, and that it links to the line before it in the block.
struct BlockChecker<Collector: LineCollector> {
    private var verifier: LineVerifier
    private var collector: Collector

    init(_ maker: IndexKeyMaker, _ collector: Collector) {
        verifier = LineVerifier(maker)
        self.collector = collector
    }

    /// Checks a block; it stops at the first line that is not right.
    mutating func check(_ block: LineBlock) -> CheckedBlock<Collector.Collected> {
        let link = linked(block)
        return CheckedBlock(
            first: block.first,
            count: UInt64(block.ends.count),
            start: block.start,
            end: block.end,
            link: link,
            collected: collector.finish()
        )
    }

    private mutating func linked(_ block: LineBlock) -> BlockLink? {
        let bytes = block.bytes.span
        var position = block.start
        var start = 0
        var index = block.first
        var first: Range<Int>?
        var digest: Range<Int>?
        var createdAt = 0..<0
        for end in block.ends {
            let line = bytes.extracting(start..<end)
            do throws(JournalError) {
                let read = try verifier.verified(line, at: index, position)
                guard let previous = read.previous, let own = read.digest else { return nil }
                if let digest {
                    guard previous.count == digest.count,
                        Bytes.isSame(line, previous.lowerBound, bytes, digest.lowerBound, count: digest.count)
                    else { return nil }
                } else {
                    first = previous
                }
                digest = start &+ own.lowerBound..<start &+ own.upperBound
                createdAt = start &+ read.createdAt.lowerBound..<start &+ read.createdAt.upperBound
                collector.apply(SegmentWalk.Line(index: index, position: position, read: read), line)
            } catch {
                return nil
            }
            start = end &+ 1
            position.offset = block.start.offset &+ Int64(start)
            index &+= 1
        }
        guard let first, let digest else { return nil }
        return BlockLink(
            previous: Bytes.copy(bytes.extracting(first)),
            digest: Bytes.copy(bytes.extracting(digest)),
            createdAt: LineVerifier.text(bytes, createdAt)
        )
    }
}
