/// Eight bytes at a time: the two places of this module that step outside bounds-checked access.
enum ByteWord {
    /// Loads eight bytes, the first in the lowest bits.
    ///
    /// - Precondition: `position + 8 <= bytes.count`; the caller has just checked it.
    @inline(__always)
    static func load(_ bytes: Span<UInt8>, at position: Int) -> UInt64 {
        let word = unsafe bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self)
        return UInt64(littleEndian: word)
    }

    /// A word whose lowest set bit lies in the first byte that is a control character, a quote, a backslash or
    /// not ASCII; zero when there is none. Higher bytes may be marked wrongly, the lowest never is.
    @inline(__always)
    static func needsAttention(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        // (x − n) & ~x has its high bit set in the lowest byte that is below n; "equal" is "below 1" after XOR.
        let control = (word &- ones &* 0x20) & ~word
        let isQuote = (quote &- ones) & ~quote
        let isBackslash = (backslash &- ones) & ~backslash
        return (control | isQuote | isBackslash | word) & highs
    }
}

extension Array<UInt8> {
    /// Appends a range of a span in one copy.
    @inline(__always)
    mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        unsafe bytes.extracting(range).withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}
