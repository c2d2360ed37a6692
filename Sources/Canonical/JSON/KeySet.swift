/// Finds keys that an object has twice, without hashing text that an attacker may choose.
///
/// The keys of all open objects lie on one stack. Few keys are compared pairwise, first by a 64-bit print of
/// their length and ends; many are sorted. An attacker who makes all prints alike gains 496 comparisons.
struct KeySet {
    private struct Key {
        var print: UInt64
        /// The key's place on the tape.
        var index: UInt32
    }

    private var keys: [Key] = []

    private static let pairwiseMaximum = 32

    /// How many keys are kept: those of all open objects.
    var count: Int { keys.count }

    mutating func removeAll() {
        keys.removeAll(keepingCapacity: true)
        // Enough for most records, so that the array does not grow step by step.
        keys.reserveCapacity(24)
    }

    /// Adds the key at a tape index to the innermost object.
    @inline(__always)
    mutating func add(_ tape: borrowing JSONTape, _ index: Int, _ source: Span<UInt8>) {
        let entry = tape.entries[index]
        let print =
            entry.isUnescaped ? Self.print(tape.unescaped.span, entry.range) : Self.print(source, entry.range)
        keys.append(Key(print: print, index: UInt32(truncatingIfNeeded: index)))
    }

    /// Checks the keys of the object at `container`, those from `firstKey` on, and forgets them.
    mutating func endObject(
        _ container: Int,
        firstKey: Int,
        _ rule: JSONOptions.DuplicateKeys,
        _ source: Span<UInt8>,
        _ tape: inout JSONTape
    ) throws(JSONError) {
        if keys.count - firstKey <= Self.pairwiseMaximum {
            try comparePairs(firstKey, container, rule, source, &tape)
        } else {
            try compareSorted(firstKey, container, rule, source, &tape)
        }
        keys.removeLast(keys.count - firstKey)
    }

    private func comparePairs(
        _ firstKey: Int,
        _ container: Int,
        _ rule: JSONOptions.DuplicateKeys,
        _ source: Span<UInt8>,
        _ tape: inout JSONTape
    ) throws(JSONError) {
        let keys = keys.span
        // One bit for every print that was seen: most keys find theirs unset and need no comparison.
        var seen: UInt64 = 0
        var place = firstKey
        while place < keys.count {
            let print = keys[place].print
            let bit: UInt64 = 1 &<< ((print &* 0x9E37_79B9_7F4A_7C15) &>> 58)
            var earlier = seen & bit == 0 ? place : firstKey
            seen |= bit
            while earlier < place {
                if keys[earlier].print == print {
                    let (first, second) = (Int(keys[earlier].index), Int(keys[place].index))
                    if tape.compareKeys(first, second, source) == .same {
                        try found(first, second, container, rule, source, &tape)
                    }
                }
                earlier &+= 1
            }
            place &+= 1
        }
    }

    private func compareSorted(
        _ firstKey: Int,
        _ container: Int,
        _ rule: JSONOptions.DuplicateKeys,
        _ source: Span<UInt8>,
        _ tape: inout JSONTape
    ) throws(JSONError) {
        var sorted: [SortedKey] = []
        sorted.reserveCapacity(keys.count - firstKey)
        for key in keys[firstKey...] { sorted.append(SortedKey(Int(key.index), tape, source)) }
        SortedKey.sort(&sorted, from: 0, tape, source)
        var earliest: Int? = nil
        for place in 1..<sorted.count {
            let first = sorted[place - 1].index
            let second = sorted[place].index
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

    /// A mix of the length, the first and the last eight bytes of a key; equal keys have equal prints.
    @inline(__always)
    static func print(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        let first = ByteWord.prefix(bytes, range)
        let last =
            range.count > 8 ? ByteWord.load(bytes, at: range.upperBound &- 8) : UInt64(truncatingIfNeeded: range.count)
        return first ^ (last &<< 23 | last &>> 41)
    }
}
