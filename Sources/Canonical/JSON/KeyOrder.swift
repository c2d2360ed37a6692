/// How two keys stand to each other in the order of RFC 8785, section 3.2.3: by UTF-16 code units.
///
/// Keys are compared as UTF-8, without decoding them. UTF-8 bytes order by code point. UTF-16 differs from that
/// in one place only: the surrogates D800–DFFF, which stand for code points from U+10000 (lead bytes F0–F4),
/// come before U+E000–U+FFFF (lead bytes EE and EF). So when the first differing bytes are one of each, the
/// order turns round. Continuation bytes are below C0 and play no part in this.
enum KeyOrder {
    case ascending, same, descending

    /// Compares two UTF-8 keys.
    @inline(__always)
    static func compare(
        _ left: Span<UInt8>,
        _ leftRange: Range<Int>,
        _ right: Span<UInt8>,
        _ rightRange: Range<Int>
    ) -> KeyOrder {
        let common = min(leftRange.count, rightRange.count)
        var position = 0
        while position &+ 8 <= common {
            let difference =
                ByteWord.load(left, at: leftRange.lowerBound &+ position)
                ^ ByteWord.load(right, at: rightRange.lowerBound &+ position)
            if difference != 0 {
                position &+= difference.trailingZeroBitCount &>> 3
                break
            }
            position &+= 8
        }
        while position < common {
            let a = rank(left[leftRange.lowerBound &+ position])
            let b = rank(right[rightRange.lowerBound &+ position])
            if a != b { return a < b ? .ascending : .descending }
            position &+= 1
        }
        if leftRange.count == rightRange.count { return .same }
        return leftRange.count < rightRange.count ? .ascending : .descending
    }

    /// The first eight bytes of a key, the first in the lowest bits, as a number that orders like the key.
    @inline(__always)
    static func orderedPrefix(_ word: UInt64) -> UInt64 {
        if word & 0x8080_8080_8080_8080 == 0 { return word.byteSwapped }
        var ordered: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            ordered = ordered &<< 8 | UInt64(rank(UInt8(truncatingIfNeeded: word &>> shift)))
        }
        return ordered
    }

    /// The place of a byte of UTF-8 in the order: F0–F4 move before EE and EF.
    @inline(__always)
    private static func rank(_ byte: UInt8) -> UInt8 {
        if byte < 0xEE { return byte }
        return byte < 0xF0 ? byte &+ 5 : byte &- 2
    }
}
