internal import Canonical

/// Checks lines one after the other: what they are, their digests, and that each links to the one before.
///
/// The digest is SHA-256 over the line as it stands with the text of `record_digest` left out, so that nothing is
/// written again to be hashed; and the line must be in declared form, so that one record has one spelling.
struct LineVerifier {
    let maker: IndexKeyMaker
    private var scratch = MemberRanges()

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
        try Self.checkDigest(line, read, at: index)
        return read
    }

    /// Reads a line.
    mutating func read(_ line: Span<UInt8>) throws(RecordLine.Problem) -> RecordLine {
        try RecordLine(line, maker, scratch: &scratch)
    }

    /// Checks a line's own digest.
    static func checkDigest(_ line: Span<UInt8>, _ read: RecordLine, at index: UInt64) throws(JournalError) {
        let computed = digest(of: line, read.digest)
        guard let stored = read.digest, isText(line, stored, of: computed) else {
            throw .recordTampered(
                index: index,
                stored: read.digest.map { text(line, $0) } ?? "",
                recomputed: computed.description
            )
        }
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

    /// The digest of a line whose `record_digest` is taken for empty.
    static func digest(of line: Span<UInt8>, _ digest: Range<Int>?) -> Digest {
        var hasher = DigestHasher(.sha256)
        if let digest {
            hasher.update(line.extracting(..<digest.lowerBound))
            hasher.update(line.extracting(digest.upperBound...))
        } else {
            hasher.update(line)
        }
        return hasher.finalize()
    }

    private static let tag = Array("sha256:".utf8)

    /// Whether a range of the line is the text of a digest.
    private static func isText(_ line: Span<UInt8>, _ range: Range<Int>, of digest: Digest) -> Bool {
        guard range.count == tag.count + 2 * Digest.byteCount,
            Bytes.isSame(line, range.lowerBound, tag.span, 0, count: tag.count)
        else { return false }
        var position = range.lowerBound &+ tag.count
        var difference: UInt8 = 0
        for byte in digest.bytes {
            difference |= line[position] ^ digit(byte &>> 4)
            difference |= line[position &+ 1] ^ digit(byte & 15)
            position &+= 2
        }
        return difference == 0
    }

    @inline(__always)
    private static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 &+ nibble : 0x57 &+ nibble }
}
