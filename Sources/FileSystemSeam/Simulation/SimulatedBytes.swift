/// Bytes, eight at a time: where the simulator steps outside bounds-checked access.
enum SimulatedBytes {
    /// The eight bytes from `position` on, the first in the lowest bits; zeros behind the end.
    @inline(__always)
    static func word(_ bytes: Span<UInt8>, at position: Int) -> UInt64 {
        let missing = position &+ 8 &- bytes.count
        if missing <= 0 { return load(bytes, at: position) }
        if bytes.count >= 8 { return load(bytes, at: position &- missing) &>> UInt64(8 &* missing) }
        var word: UInt64 = 0
        var place = bytes.count
        while place > position {
            place &-= 1
            word = word &<< 8 | UInt64(bytes[place])
        }
        return word
    }

    /// - Precondition: `position + 8 <= bytes.count`; the caller has just checked it.
    @inline(__always)
    static func load(_ bytes: Span<UInt8>, at position: Int) -> UInt64 {
        let word = unsafe bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self)
        return UInt64(littleEndian: word)
    }

    /// Whether both hold the same bytes.
    @inline(__always)
    static func areEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        let count = left.count
        if count != right.count { return false }
        var position = 0
        while position &+ 8 <= count {
            if load(left, at: position) != load(right, at: position) { return false }
            position &+= 8
        }
        return position == count || word(left, at: position) == word(right, at: position)
    }

    /// Whether all bytes are NUL.
    @inline(__always)
    static func areZero(_ bytes: Span<UInt8>) -> Bool {
        var position = 0
        while position &+ 32 <= bytes.count {
            let low = load(bytes, at: position) | load(bytes, at: position &+ 8)
            if low | load(bytes, at: position &+ 16) | load(bytes, at: position &+ 24) != 0 { return false }
            position &+= 32
        }
        while position < bytes.count {
            if word(bytes, at: position) != 0 { return false }
            position &+= 8
        }
        return true
    }

    /// Copies `count` bytes of `source`, from `start` on, to `target`, from `position` on.
    @inline(__always)
    static func copy(
        _ source: Span<UInt8>,
        from start: Int,
        count: Int,
        into target: inout MutableSpan<UInt8>,
        at position: Int
    ) {
        precondition(start >= 0 && position >= 0 && count >= 0)
        precondition(start + count <= source.count && position + count <= target.count)
        unsafe target.withUnsafeMutableBufferPointer { to in
            unsafe source.withUnsafeBufferPointer { from in
                guard let to = to.baseAddress, let from = from.baseAddress else { return }
                unsafe (to + position).update(from: from + start, count: count)
            }
        }
    }
}
