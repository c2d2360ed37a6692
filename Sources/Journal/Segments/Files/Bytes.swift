@_spi(Bytes) internal import Canonical

/// Looking at bytes eight at a time.
enum Bytes {
    /// Stores eight bytes, the lowest first.
    @inline(__always)
    static func store(_ word: UInt64, in bytes: inout [UInt8], at position: Int) {
        precondition(position >= 0 && position + 8 <= bytes.count, "a word is stored inside of its bytes")
        unsafe bytes.withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: word.littleEndian, toByteOffset: position, as: UInt64.self)
        }
    }

    /// Moves some bytes to the beginning, in place.
    static func moveDown(_ range: Range<Int>, in bytes: inout [UInt8]) {
        var place = 0
        while place &+ 8 <= range.count {
            store(ByteWord.load(bytes.span, at: range.lowerBound &+ place), in: &bytes, at: place)
            place &+= 8
        }
        while place < range.count {
            bytes[place] = bytes[range.lowerBound &+ place]
            place &+= 1
        }
    }

    /// A copy of some bytes.
    static func copy(_ bytes: Span<UInt8>) -> [UInt8] { unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) } }

    /// Makes `bytes` the same as others, in the memory it has if that is enough.
    static func assign(_ other: Span<UInt8>, to bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        unsafe other.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    /// Bytes as text; what is not UTF-8 is replaced.
    static func text(_ bytes: Span<UInt8>) -> String {
        unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// The first place from `start` on, before `end`, that holds `byte`; nil when there is none.
    static func firstIndex(of byte: UInt8, in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int? {
        bytes.extracting(..<end).firstIndex(of: byte, from: start)
    }

    /// The first place from `start` on, before `end`, that is not NUL; nil when all are.
    static func firstNonZero(in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int? {
        var position = start
        while position &+ 8 <= end {
            let word = ByteWord.load(bytes, at: position)
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
        while position >= 32 {
            let high = ByteWord.load(bytes, at: position &- 8) | ByteWord.load(bytes, at: position &- 16)
            let low = ByteWord.load(bytes, at: position &- 24) | ByteWord.load(bytes, at: position &- 32)
            if high | low != 0 { break }
            position &-= 32
        }
        while position >= 8, ByteWord.load(bytes, at: position &- 8) == 0 { position &-= 8 }
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
            if ByteWord.load(left, at: leftStart &+ position) != ByteWord.load(right, at: rightStart &+ position) {
                return false
            }
            position &+= 8
        }
        while position < count {
            if left[leftStart &+ position] != right[rightStart &+ position] { return false }
            position &+= 1
        }
        return true
    }
}
