/// Looking at bytes eight at a time.
enum Bytes {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// Loads eight bytes, the first in the lowest bits.
    ///
    /// - Precondition: `position + 8 <= bytes.count`; the caller has just checked it.
    @inline(__always)
    static func load(_ bytes: Span<UInt8>, at position: Int) -> UInt64 {
        let word = unsafe bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self)
        return UInt64(littleEndian: word)
    }

    /// Stores eight bytes, the lowest first.
    @inline(__always)
    static func store(_ word: UInt64, in bytes: inout [UInt8], at position: Int) {
        precondition(position >= 0 && position + 8 <= bytes.count, "a word is stored inside of its bytes")
        unsafe bytes.withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: word.littleEndian, toByteOffset: position, as: UInt64.self)
        }
    }

    /// A copy of some bytes.
    static func copy(_ bytes: Span<UInt8>) -> [UInt8] { unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) } }

    /// Bytes as text; what is not UTF-8 is replaced.
    static func text(_ bytes: Span<UInt8>) -> String {
        unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// The first place from `start` on, before `end`, that holds `byte`; nil when there is none.
    static func firstIndex(of byte: UInt8, in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int? {
        let pattern = ones &* UInt64(byte)
        var position = start
        while position &+ 8 <= end {
            let word = load(bytes, at: position) ^ pattern
            let zeros = (word &- ones) & ~word & highs
            if zeros != 0 { return position &+ zeros.trailingZeroBitCount &>> 3 }
            position &+= 8
        }
        while position < end {
            if bytes[position] == byte { return position }
            position &+= 1
        }
        return nil
    }

    /// The first place from `start` on, before `end`, that is not NUL; nil when all are.
    static func firstNonZero(in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int? {
        var position = start
        while position &+ 8 <= end {
            let word = load(bytes, at: position)
            if word != 0 { return position &+ word.trailingZeroBitCount &>> 3 }
            position &+= 8
        }
        while position < end {
            if bytes[position] != 0 { return position }
            position &+= 1
        }
        return nil
    }

    /// The place after the last one, before `end`, that is not NUL; 0 when all are.
    static func endOfNonZero(in bytes: Span<UInt8>, to end: Int) -> Int {
        var position = end
        while position >= 8, load(bytes, at: position &- 8) == 0 { position &-= 8 }
        while position > 0, bytes[position &- 1] == 0 { position &-= 1 }
        return position
    }

    /// Whether two ranges of the same length hold the same bytes.
    @inline(__always)
    static func isSame(
        _ left: Span<UInt8>,
        _ leftStart: Int,
        _ right: Span<UInt8>,
        _ rightStart: Int,
        count: Int
    ) -> Bool {
        var position = 0
        while position &+ 8 <= count {
            if load(left, at: leftStart &+ position) != load(right, at: rightStart &+ position) { return false }
            position &+= 8
        }
        while position < count {
            if left[leftStart &+ position] != right[rightStart &+ position] { return false }
            position &+= 1
        }
        return true
    }

    /// A word whose lowest set bit lies in the first byte that ends a plain run of a JSON string: a control character,
    /// a quote, a backslash or a byte that is not ASCII; zero when there is none.
    @inline(__always)
    static func endsPlainText(_ word: UInt64) -> UInt64 {
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let control = (word &- ones &* 0x20) & ~word
        let isQuote = (quote &- ones) & ~quote
        let isBackslash = (backslash &- ones) & ~backslash
        return (control | isQuote | isBackslash | word) & highs
    }
}
