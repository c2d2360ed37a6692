internal import Canonical

/// The name of a segment: the index of its first record, with twenty digits.
///
///     00000000000000000001.jsonl
enum SegmentName {
    static let directoryName = "segments"
    private static let suffix = ".jsonl"
    private static let temporarySuffix = ".tmp"
    private static let digitCount = 20

    /// The name; the inverse of ``firstIndex(_:)``.
    static func text(_ firstIndex: UInt64) -> String {
        // As many as there are digits, and bytes of the suffix.
        var bytes = InlineArray<26, UInt8>(repeating: UInt8(ascii: "0"))
        var (rest, place) = (firstIndex, digitCount)
        while rest > 0 {
            place -= 1
            bytes[place] += UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        for (offset, byte) in suffix.utf8.enumerated() { bytes[digitCount + offset] = byte }
        return Bytes.text(bytes.span)
    }

    /// The path below the journal's directory, for messages.
    static func path(_ firstIndex: UInt64) -> String { "\(directoryName)/\(text(firstIndex))" }

    /// The first index that a name stands for; nil for any other name.
    static func firstIndex(_ name: String) -> UInt64? {
        guard name.utf8.count == digitCount + suffix.utf8.count, name.hasSuffix(suffix) else { return nil }
        return index(name.dropLast(suffix.utf8.count))
    }

    /// The name that a copy of a segment has until it is whole.
    static func temporary(of name: String) -> String { name + temporarySuffix }

    /// Whether a name is that of a copy of a segment that is not whole.
    static func isTemporary(_ name: String) -> Bool {
        name.hasSuffix(temporarySuffix) && firstIndex(String(name.dropLast(temporarySuffix.utf8.count))) != nil
    }

    /// A record index with twenty digits.
    static func padded(_ index: UInt64) -> String { String(text(index).dropLast(suffix.utf8.count)) }

    /// The inverse of ``padded(_:)``; nil for 0, which is no index.
    static func index(_ digits: Substring) -> UInt64? {
        guard digits.utf8.count == digitCount else { return nil }
        var value: UInt64 = 0
        for byte in digits.utf8 {
            guard value.append(decimalDigit: byte) else { return nil }
        }
        return value > 0 ? value : nil
    }
}

extension UInt64 {
    /// The index that many records on.
    ///
    /// A segment may be named after an index that no journal comes to: behind the greatest one there is none, and it
    /// stays.
    @inline(__always)
    func index(_ count: UInt64) -> UInt64 {
        let (index, isBeyond) = addingReportingOverflow(count)
        return isBeyond ? .max : index
    }
}

/// Where a record stands.
struct RecordPosition: Sendable, Hashable {
    /// The first index of its segment.
    var segment: UInt64
    /// Where its line begins in the segment, in bytes.
    var offset: Int64
}
