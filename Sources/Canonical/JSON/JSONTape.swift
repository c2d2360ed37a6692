/// One value or key of a parsed text, in document order: sixteen bytes, no pointer.
///
/// A parsed text is a flat array of these beside its bytes. Nothing is boxed; a string without escapes is a
/// range of the text itself.
struct TapeEntry: Sendable {
    enum Kind: UInt8, Sendable {
        case null, `false`, `true`, number, string, key, array, object
    }

    var kind: Kind
    /// The string had escapes: its bytes stand in the side buffer, not in the text.
    var isUnescaped = false
    /// A later member of the same object has this key; the member does not count.
    var isShadowed = false
    /// The number is written without point and exponent.
    var isInteger = false
    /// Where the bytes begin: a string's contents, a number's text.
    var start: UInt32
    /// Numbers, strings, keys: their length in bytes. Arrays and objects: how many values or members.
    var count: UInt32
    /// Arrays and objects: the index after their last entry. Everything else: the offset in the text.
    var nextOrOffset: UInt32

    var range: Range<Int> { Int(start)..<(Int(start) + Int(count)) }
}

/// A parsed text as entries plus the bytes of the strings that had escapes.
struct JSONTape: Sendable {
    var entries: [TapeEntry] = []
    var unescaped: [UInt8] = []

    /// The index of the entry after the value at `index`, with everything inside it.
    @inline(__always)
    func next(after index: Int) -> Int {
        let entry = entries[index]
        return switch entry.kind {
        case .array, .object: Int(entry.nextOrOffset)
        default: index &+ 1
        }
    }

    /// Calls `body` with the index of each member's key that counts; the value follows at index + 1.
    @inline(__always)
    func forEachKey<E: Error>(of object: Int, _ body: (Int) throws(E) -> Void) throws(E) {
        var index = object + 1
        let end = Int(entries[object].nextOrOffset)
        while index < end {
            if !entries[index].isShadowed { try body(index) }
            index = next(after: index + 1)
        }
    }

    /// Orders two keys, or tells that they are equal, by UTF-16 code units or by bytes.
    @inline(__always)
    func compareKeys(_ left: Int, _ right: Int, _ source: Span<UInt8>) -> KeyOrder {
        let first = entries[left]
        let second = entries[right]
        let side = unescaped.span
        return KeyOrder.compare(
            first.isUnescaped ? side : source,
            first.range,
            second.isUnescaped ? side : source,
            second.range
        )
    }
}
