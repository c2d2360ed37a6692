@_spi(Bytes) internal import Canonical

/// Reading of a watermark as it is written, without a parser: it is read by every call of every process.
extension Watermark {
    private static let members = MemberLayout([
        MemberLayout.Member("index", .number), MemberLayout.Member("digest"), MemberLayout.Member("updated_at"),
        MemberLayout.Member("segment", .number), MemberLayout.Member("end", .number),
        MemberLayout.Member("size", .number, isRequired: false), MemberLayout.Member("journal_id"),
        MemberLayout.Member("boot_id"), MemberLayout.Member("unsynced_index", .number, isRequired: false),
        MemberLayout.Member("wiping_end", .number, isRequired: false), MemberLayout.Member("check"),
    ])
    /// What stands between the text that the check is over and the check.
    static let keyOfCheck = Array(",\"check\":\"".utf8)
    static let afterCheck = Array("\"}".utf8)

    /// Reads bytes that are exactly what is written for a watermark of plain text; nil for any others, which are for
    /// the parser to judge.
    init?(plain bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        let span = bytes.span
        var found = MemberRanges()
        var position = 0
        guard Self.members.scan(span, from: &position, into: &found), Self.isRest(span, from: position),
            found[1].count <= Self.digestByteMaximum, found[2].count <= Self.updatedAtByteMaximum,
            found[6].count <= Self.idByteMaximum,
            found[7].count <= Self.idByteMaximum, Self.isCheck(found[10], of: span)
        else { return nil }
        guard let index: UInt64 = found.integer(0, span), let segment: UInt64 = found.integer(3, span),
            let end: Int64 = found.integer(4, span)
        else { return nil }
        var (size, wipingEnd): (Int64?, Int64?)
        var unsyncedIndex: UInt64?
        if found.isPresent(5) {
            guard let read: Int64 = found.integer(5, span) else { return nil }
            size = read
        }
        if found.isPresent(8) {
            guard let read: UInt64 = found.integer(8, span) else { return nil }
            unsyncedIndex = read
        }
        if found.isPresent(9) {
            guard let read: Int64 = found.integer(9, span) else { return nil }
            wipingEnd = read
        }
        self.init(
            index: index,
            digest: Bytes.text(span.extracting(found[1])),
            updatedAt: Bytes.text(span.extracting(found[2])),
            end: RecordPosition(segment: segment, offset: end),
            size: size,
            journalID: Bytes.text(span.extracting(found[6])),
            bootID: Bytes.text(span.extracting(found[7])),
            unsyncedIndex: unsyncedIndex,
            wipingEnd: wipingEnd
        )
    }

    /// Whether nothing but the closing brace, blanks and a line feed follows.
    private static func isRest(_ bytes: Span<UInt8>, from position: Int) -> Bool {
        guard position &+ 1 < bytes.count, bytes[position] == UInt8(ascii: "}") else { return false }
        let expected = blanks
        let start = position &+ 1
        return Bytes.isSame(bytes, start, expected.span, start, count: bytes.count &- start)
    }

    /// Whether the digits at a place are the check of what stands before it.
    private static func isCheck(_ range: Range<Int>, of bytes: Span<UInt8>) -> Bool {
        ShortDigest(hashing: bytes.extracting(..<(range.lowerBound &- keyOfCheck.count)))
            .isText(bytes.extracting(range))
    }
}
