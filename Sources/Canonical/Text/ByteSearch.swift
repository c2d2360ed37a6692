extension Span<UInt8> {
    /// The first place at or after `start` that holds `byte`; nil when there is none.
    ///
    /// - Complexity: O(*n*), 32 bytes a step.
    package func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let pattern = ones &* UInt64(byte)
        /// The high bit of the lowest byte that is zero, and of none below it.
        @inline(__always)
        func zeros(_ place: Int) -> UInt64 {
            let word = ByteWord.load(self, at: place) ^ pattern
            return (word &- ones) & ~word & (ones &* 0x80)
        }
        var position = start
        while position &+ 32 <= count {
            let found = zeros(position) | zeros(position &+ 8) | zeros(position &+ 16) | zeros(position &+ 24)
            if found != 0 { break }
            position &+= 32
        }
        while position &+ 8 <= count {
            let found = zeros(position)
            if found != 0 { return position &+ found.trailingZeroBitCount &>> 3 }
            position &+= 8
        }
        while position < count {
            if self[position] == byte { return position }
            position &+= 1
        }
        return nil
    }

    /// The last place before `end` that holds `byte`; nil when there is none.
    ///
    /// - Complexity: O(*n*).
    package func lastIndex(of byte: UInt8, before end: Int) -> Int? {
        var position = end
        while position > 0 {
            position &-= 1
            if self[position] == byte { return position }
        }
        return nil
    }
}
