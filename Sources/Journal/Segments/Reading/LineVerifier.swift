@_spi(Bytes) internal import Canonical

/// Checks lines one after the other: what they are, their digests, and that each links to the one before.
///
/// The digest is SHA-256 over the line as it stands with the text of `record_digest` left out, so that nothing is
/// written again to be hashed; and the line must be in declared form, so that one record has one spelling.
struct LineVerifier {
    let maker: IndexKeyMaker
    private let layouts = RecordLayout.Both()
    private var scratch = MemberRanges()
    private let hasher = RepeatedSHA256()

    init(_ maker: IndexKeyMaker) { self.maker = maker }

    /// Reads a line and checks its own digest.
    ///
    /// - Parameters:
    ///   - line: without its line feed.
    ///   - index: which record it is.
    ///   - position: where it stands, for messages.
    mutating func verified(
        _ line: Span<UInt8>,
        at index: UInt64,
        _ position: RecordPosition
    ) throws(JournalError) -> RecordLine {
        let read: RecordLine
        do {
            read = try self.read(line)
        } catch {
            throw Self.error(error, at: index, position)
        }
        try checkDigest(line, read, at: index)
        return read
    }

    /// Reads a line.
    mutating func read(_ line: Span<UInt8>) throws(RecordLine.Problem) -> RecordLine {
        try RecordLine(line, maker, layouts, scratch: &scratch)
    }

    /// Checks a line's own digest.
    func checkDigest(_ line: Span<UInt8>, _ read: RecordLine, at index: UInt64) throws(JournalError) {
        if let stored = read.digest {
            hasher.hash(line.extracting(..<stored.lowerBound), line.extracting(stored.upperBound...))
            if hasher.isLast(line.extracting(stored)) { return }
        } else {
            hasher.hash(line, line.extracting(..<0))
        }
        throw .recordTampered(
            index: index,
            stored: read.digest.map { Self.text(line, $0) } ?? "",
            recomputed: hasher.last.description
        )
    }

    /// Checks that a line links to the one before.
    ///
    /// - Parameter previous: the text of the digest before; empty for the first record.
    static func checkLink(
        _ line: Span<UInt8>,
        _ read: RecordLine,
        at index: UInt64,
        after previous: [UInt8]
    ) throws(JournalError) {
        if let range = read.previous, range.count == previous.count,
            Bytes.isSame(line, range.lowerBound, previous.span, 0, count: range.count)
        {
            return
        }
        if read.previous == nil, previous.isEmpty { return }
        throw .brokenChain(
            index: index,
            expected: String(decoding: previous, as: UTF8.self),
            actual: read.previous.map { text(line, $0) } ?? ""
        )
    }

    static func error(
        _ problem: RecordLine.Problem,
        at index: UInt64,
        _ position: RecordPosition
    ) -> JournalError {
        switch problem {
        case .unknownKind(let kind): .unknownKind(index: index, kind: kind)
        case .malformed(let reason):
            .malformedRecord(
                index: index,
                file: SegmentName.path(position.segment),
                reason: "\(reason), in the line at byte \(position.offset)"
            )
        }
    }

    static func text(_ line: Span<UInt8>, _ range: Range<Int>) -> String {
        Bytes.text(line.extracting(range))
    }
}
