/// Finds keys that an object has twice, without hashing text that an attacker may choose.
///
/// The keys of every open object lie on one stack. Few keys are compared pairwise by a 64-bit print of their
/// length and ends; many are sorted.
struct KeySet {
    private var indexes: [UInt32] = []
    private var starts: [Int] = []
    private var prints: [UInt64] = []

    private static let pairwiseMaximum = 32

    mutating func removeAll() {
        indexes.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    mutating func add(_ tapeIndex: Int) { indexes.append(UInt32(tapeIndex)) }

    mutating func beginObject() { starts.append(indexes.count) }

    /// Checks the keys of the object at `container` and takes them off the stack.
    mutating func endObject(
        _ container: Int,
        _ rule: JSONOptions.DuplicateKeys,
        _ source: Span<UInt8>,
        _ tape: inout JSONTape
    ) throws(JSONError) {
        let start = starts.removeLast()
        let count = indexes.count - start
        if count > 1 {
            if count <= Self.pairwiseMaximum {
                try comparePairs(start, container, rule, source, &tape)
            } else {
                try compareSorted(start, container, rule, source, &tape)
            }
        }
        indexes.removeLast(count)
    }

    private mutating func comparePairs(
        _ start: Int,
        _ container: Int,
        _ rule: JSONOptions.DuplicateKeys,
        _ source: Span<UInt8>,
        _ tape: inout JSONTape
    ) throws(JSONError) {
        prints.removeAll(keepingCapacity: true)
        for place in start..<indexes.count {
            let print = Self.print(tape.entries[Int(indexes[place])], source, tape.unescaped.span)
            for earlier in 0..<prints.count where prints[earlier] == print {
                let first = Int(indexes[start + earlier])
                let second = Int(indexes[place])
                if tape.compareKeys(first, second, source) == .same {
                    try found(first, second, container, rule, source, &tape)
                }
            }
            prints.append(print)
        }
    }

    private mutating func compareSorted(
        _ start: Int,
        _ container: Int,
        _ rule: JSONOptions.DuplicateKeys,
        _ source: Span<UInt8>,
        _ tape: inout JSONTape
    ) throws(JSONError) {
        // A merge sort of our own keeps equal keys in document order and takes no closure over a span.
        var sorted = Array(indexes[start...])
        TapeOrder.sort(&sorted, tape, source)
        var earliest: Int? = nil
        for place in 1..<sorted.count {
            let first = Int(sorted[place - 1])
            let second = Int(sorted[place])
            guard tape.compareKeys(first, second, source) == .same else { continue }
            // The error is to name the first repetition in the text, not the first in the order of keys.
            if rule == .reject {
                earliest = min(earliest ?? second, second)
            } else {
                try found(first, second, container, rule, source, &tape)
            }
        }
        if let earliest { try found(earliest, earliest, container, rule, source, &tape) }
    }

    private func found(
        _ first: Int,
        _ second: Int,
        _ container: Int,
        _ rule: JSONOptions.DuplicateKeys,
        _ source: Span<UInt8>,
        _ tape: inout JSONTape
    ) throws(JSONError) {
        switch rule {
        case .reject:
            throw JSONError(.duplicateKey, at: Int(tape.entries[second].nextOrOffset), in: source)
        case .lastWins:
            if !tape.entries[first].isShadowed {
                tape.entries[first].isShadowed = true
                tape.entries[container].count -= 1
            }
        }
    }

    /// The length and up to the first and last four bytes of a key; equal keys have equal prints.
    @inline(__always)
    private static func print(_ entry: TapeEntry, _ source: Span<UInt8>, _ side: Span<UInt8>) -> UInt64 {
        let bytes = entry.isUnescaped ? side : source
        let range = entry.range
        var print = UInt64(range.count)
        for position in range.lowerBound..<min(range.upperBound, range.lowerBound &+ 4) {
            print = print &<< 8 | UInt64(bytes[position])
        }
        for position in max(range.lowerBound, range.upperBound &- 3)..<range.upperBound {
            print = print &<< 8 | UInt64(bytes[position])
        }
        return print
    }
}

/// Sorting of keys on a tape by ``KeyOrder``: stable, O(*n* log *n*) at worst.
enum TapeOrder {
    static func sort(_ indexes: inout [UInt32], _ tape: JSONTape, _ source: Span<UInt8>) {
        if indexes.count <= 20 {
            insertionSort(&indexes, tape, source)
            return
        }
        var scratch = indexes
        var width = 1
        while width < indexes.count {
            var start = 0
            while start < indexes.count {
                let middle = min(start + width, indexes.count)
                let end = min(start + 2 * width, indexes.count)
                merge(indexes, start, middle, end, into: &scratch, tape, source)
                start = end
            }
            swap(&indexes, &scratch)
            width *= 2
        }
    }

    private static func insertionSort(_ indexes: inout [UInt32], _ tape: JSONTape, _ source: Span<UInt8>) {
        var place = 1
        while place < indexes.count {
            let moving = indexes[place]
            var slot = place
            while slot > 0, tape.compareKeys(Int(indexes[slot - 1]), Int(moving), source) == .descending {
                indexes[slot] = indexes[slot - 1]
                slot -= 1
            }
            indexes[slot] = moving
            place += 1
        }
    }

    private static func merge(
        _ indexes: [UInt32],
        _ start: Int,
        _ middle: Int,
        _ end: Int,
        into output: inout [UInt32],
        _ tape: JSONTape,
        _ source: Span<UInt8>
    ) {
        var left = start
        var right = middle
        for place in start..<end {
            let takesLeft =
                right >= end
                || (left < middle
                    && tape.compareKeys(Int(indexes[left]), Int(indexes[right]), source) != .descending)
            output[place] = takesLeft ? indexes[left] : indexes[right]
            if takesLeft { left += 1 } else { right += 1 }
        }
    }
}
