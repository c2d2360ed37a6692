/// A key of a tape with what decides most comparisons, for sorting by ``KeyOrder``.
struct SortedKey {
    /// The first eight bytes as a number whose order is that of the keys; shorter keys are filled with zeros.
    private let prefix: UInt64
    /// The key's place on the tape.
    let index: Int

    @inline(__always)
    init(_ index: Int, _ tape: borrowing JSONTape, _ source: Span<UInt8>) {
        let entry = tape.entries[index]
        let word =
            entry.isUnescaped
            ? ByteWord.prefix(tape.unescaped.span, entry.range) : ByteWord.prefix(source, entry.range)
        prefix = KeyOrder.orderedPrefix(word)
        self.index = index
    }

    /// Whether this key comes after the other.
    @inline(__always)
    func follows(_ other: SortedKey, _ tape: borrowing JSONTape, _ source: Span<UInt8>) -> Bool {
        if prefix != other.prefix { return prefix > other.prefix }
        return tape.compareKeys(index, other.index, source) == .descending
    }

    /// Sorts the keys from `start` to the end: stable, O(*n* log *n*) at worst.
    static func sort(_ keys: inout [SortedKey], from start: Int, _ tape: borrowing JSONTape, _ source: Span<UInt8>) {
        if keys.count - start <= 24 {
            insertionSort(&keys, from: start, tape, source)
            return
        }
        var sorted = Array(keys[start...])
        var scratch = sorted
        var width = 1
        while width < sorted.count {
            var place = 0
            while place < sorted.count {
                let middle = min(place + width, sorted.count)
                let end = min(place + 2 * width, sorted.count)
                merge(sorted, place, middle, end, into: &scratch, tape, source)
                place = end
            }
            swap(&sorted, &scratch)
            width *= 2
        }
        keys.replaceSubrange(start..., with: sorted)
    }

    private static func insertionSort(
        _ keys: inout [SortedKey],
        from start: Int,
        _ tape: borrowing JSONTape,
        _ source: Span<UInt8>
    ) {
        var span = keys.mutableSpan
        var place = start + 1
        while place < span.count {
            let moving = span[place]
            var slot = place
            while slot > start, span[slot - 1].follows(moving, tape, source) {
                span[slot] = span[slot - 1]
                slot -= 1
            }
            span[slot] = moving
            place += 1
        }
    }

    private static func merge(
        _ keys: [SortedKey],
        _ start: Int,
        _ middle: Int,
        _ end: Int,
        into output: inout [SortedKey],
        _ tape: borrowing JSONTape,
        _ source: Span<UInt8>
    ) {
        var left = start
        var right = middle
        for place in start..<end {
            let takesLeft = right >= end || (left < middle && !keys[left].follows(keys[right], tape, source))
            output[place] = takesLeft ? keys[left] : keys[right]
            if takesLeft { left += 1 } else { right += 1 }
        }
    }
}
