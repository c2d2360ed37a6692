/// The text of single values as it was written, and strings compared without being copied.
extension JSONDocument {
    /// Where the text of the value at `place` stands, from its first to its last byte.
    ///
    /// - Complexity: O(*n*) in the length of the value.
    package func byteRange(of place: Place) -> Range<Int> {
        let start = byteOffset(of: place)
        switch kind(at: place) {
        case .null: return start..<(start + 4)
        case .bool: return start..<(start + (bool(at: place) == true ? 4 : 5))
        case .number: return tape.entries[place.index].range
        case .string: return start..<endOfString(startingAt: start)
        case .array, .object: return start..<endOfContainer(startingAt: start)
        }
    }

    /// The place after the closing quote of a string whose opening quote stands at `start`. The text was parsed
    /// before, so there is one.
    private func endOfString(startingAt start: Int) -> Int {
        var position = start + 1
        while source[position] != UInt8(ascii: "\"") {
            position += source[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return position + 1
    }

    private func endOfContainer(startingAt start: Int) -> Int {
        var depth = 0
        var position = start
        repeat {
            switch source[position] {
            case UInt8(ascii: "\""):
                position = endOfString(startingAt: position)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            position += 1
        } while depth > 0
        return position
    }
}
