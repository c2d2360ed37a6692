/// The name of a segment: the index of its first record, with twenty digits.
///
///     00000000000000000001.jsonl
enum SegmentName {
    static let directoryName = "segments"
    private static let suffix = ".jsonl"
    private static let digitCount = 20

    /// The name; the inverse of ``firstIndex(_:)``.
    static func text(_ firstIndex: UInt64) -> String { padded(firstIndex) + suffix }

    /// The path below the journal's directory, for messages.
    static func path(_ firstIndex: UInt64) -> String { "\(directoryName)/\(text(firstIndex))" }

    /// The first index that a name stands for; nil for any other name.
    static func firstIndex(_ name: String) -> UInt64? {
        guard name.utf8.count == digitCount + suffix.utf8.count, name.hasSuffix(suffix) else { return nil }
        return index(name.dropLast(suffix.utf8.count))
    }

    /// A record index with twenty digits.
    static func padded(_ index: UInt64) -> String {
        let digits = String(index)
        return String(repeating: "0", count: digitCount - digits.utf8.count) + digits
    }

    /// The inverse of ``padded(_:)``; nil for 0, which is no index.
    static func index(_ digits: Substring) -> UInt64? {
        guard digits.utf8.count == digitCount, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let index = UInt64(digits), index > 0
        else { return nil }
        return index
    }
}

/// Where a record stands.
struct RecordPosition: Sendable, Hashable {
    /// The first index of its segment.
    var segment: UInt64
    /// Where its line begins in the segment, in bytes.
    var offset: Int64
}
