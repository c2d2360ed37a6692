/// Several bytes at a time: the places that step outside bounds-checked access.
///
/// What the inner loops of the modules above are made of is inlined into them. The compiler inlines across modules only
/// what is public, so it is that, for those who ask for it by the name of this interface.
@_spi(Bytes) public enum ByteWord {
    /// Loads eight bytes, the first in the lowest bits.
    ///
    /// - Precondition: `position + 8 <= bytes.count`; the caller has just checked it.
    @inlinable
    @inline(__always)
    @_spi(Bytes) public static func load(_ bytes: Span<UInt8>, at position: Int) -> UInt64 {
        let word = unsafe bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self)
        return UInt64(littleEndian: word)
    }

    /// Loads four bytes, the first in the lowest bits.
    ///
    /// - Precondition: `position + 4 <= bytes.count`; the caller has just checked it.
    @inline(__always)
    static func load32(_ bytes: Span<UInt8>, at position: Int) -> UInt32 {
        let word = unsafe bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt32.self)
        return UInt32(littleEndian: word)
    }

    /// The first eight bytes of a range, the first in the lowest bits; zeros where the range is shorter.
    @inline(__always)
    static func prefix(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        if range.lowerBound &+ 8 <= bytes.count {
            let word = load(bytes, at: range.lowerBound)
            return range.count >= 8 ? word : word & ((1 &<< UInt64(8 &* range.count)) &- 1)
        }
        var word: UInt64 = 0
        var position = range.upperBound
        while position > range.lowerBound {
            position &-= 1
            word = word &<< 8 | UInt64(bytes[position])
        }
        return word
    }

    /// Whether a range of `left` holds the same bytes as all of `right`.
    @inline(__always)
    static func isSame(_ left: Span<UInt8>, _ range: Range<Int>, _ right: Span<UInt8>) -> Bool {
        let count = right.count
        guard range.count == count else { return false }
        let start = range.lowerBound
        if count < 8 {
            var position = 0
            while position < count {
                if left[start &+ position] != right[position] { return false }
                position &+= 1
            }
            return true
        }
        var position = 0
        while position &+ 8 < count {
            if load(left, at: start &+ position) != load(right, at: position) { return false }
            position &+= 8
        }
        // The last eight bytes, of which some may have been compared already.
        return load(left, at: start &+ count &- 8) == load(right, at: count &- 8)
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
    /// Appends a range of the bytes of sixteen words, each with its lowest byte first.
    @inline(__always)
    mutating func append(littleEndian words: InlineArray<16, UInt32>, _ range: Range<Int>) {
        let ordered = InlineArray<16, UInt32> { words[$0].littleEndian }
        unsafe ordered.span.withUnsafeBytes { unsafe append(contentsOf: $0[range]) }
    }

    /// Appends a range of a span in one copy.
    @inline(__always)
    package mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        // Adding nothing to an empty array writes its count, which is that of all empty arrays of the process: a data
        // race.
        if range.isEmpty { return }
        append(addingCapacity: range.count) { $0.append(bytes, range) }
    }
}

extension OutputSpan<UInt8> {
    /// Appends the eight bytes of a word, the lowest first.
    @inline(__always)
    mutating func append(littleEndian word: UInt64) {
        precondition(freeCapacity >= 8, "there is room for the bytes")
        unsafe withUnsafeMutableBufferPointer { output, count in
            guard let start = output.baseAddress else { return }
            unsafe UnsafeMutableRawPointer(start + count).storeBytes(of: word.littleEndian, as: UInt64.self)
            count += 8
        }
    }

    /// Appends a range of a span in one copy.
    @inline(__always)
    package mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        let part = bytes.extracting(range)
        precondition(part.count <= freeCapacity, "there is room for the bytes")
        unsafe withUnsafeMutableBufferPointer { output, count in
            unsafe part.withUnsafeBytes { input in
                guard let start = input.baseAddress, let end = output.baseAddress else { return }
                unsafe UnsafeMutableRawPointer(end + count).copyMemory(from: start, byteCount: input.count)
                count += input.count
            }
        }
    }
}
