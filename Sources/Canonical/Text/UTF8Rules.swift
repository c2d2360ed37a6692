/// Well-formed UTF-8 (table 3-7 of the Unicode Standard) and noncharacters.
enum UTF8Rules {
    /// The length of the well-formed multi-byte character at `position`; nil when there is none.
    static func validLength(_ bytes: Span<UInt8>, at position: Int) -> Int? {
        let lead = bytes[position]
        let length: Int
        let secondRange: ClosedRange<UInt8>
        switch lead {
        case 0xC2...0xDF: (length, secondRange) = (2, 0x80...0xBF)
        case 0xE0: (length, secondRange) = (3, 0xA0...0xBF)
        case 0xED: (length, secondRange) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, secondRange) = (3, 0x80...0xBF)
        case 0xF0: (length, secondRange) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, secondRange) = (4, 0x80...0xBF)
        case 0xF4: (length, secondRange) = (4, 0x80...0x8F)
        default: return nil
        }
        guard position + length <= bytes.count, secondRange.contains(bytes[position + 1]) else { return nil }
        for offset in 2..<max(length, 2) where bytes[position + offset] & 0xC0 != 0x80 { return nil }
        return length
    }

    /// Whether the well-formed character of `length` bytes at `position` is a noncharacter.
    static func isNoncharacter(_ bytes: Span<UInt8>, at position: Int, length: Int) -> Bool {
        guard length >= 3 else { return false }
        var code = UInt32(bytes[position]) & (length == 3 ? 0x0F : 0x07)
        for offset in 1..<length { code = code << 6 | UInt32(bytes[position + offset] & 0x3F) }
        return isNoncharacter(code)
    }

    /// U+FDD0…U+FDEF, and the last two code points of every plane.
    static func isNoncharacter(_ code: UInt32) -> Bool {
        (0xFDD0...0xFDEF).contains(code) || code & 0xFFFE == 0xFFFE
    }

    /// Appends a code point that is not a surrogate.
    static func append(_ code: UInt32, to output: inout [UInt8]) {
        switch code {
        case 0..<0x80:
            output.append(UInt8(code))
        case 0x80..<0x800:
            output.append(0xC0 | UInt8(code >> 6))
            output.append(0x80 | UInt8(code & 0x3F))
        case 0x800..<0x1_0000:
            output.append(0xE0 | UInt8(code >> 12))
            output.append(0x80 | UInt8(code >> 6 & 0x3F))
            output.append(0x80 | UInt8(code & 0x3F))
        default:
            output.append(0xF0 | UInt8(code >> 18))
            output.append(0x80 | UInt8(code >> 12 & 0x3F))
            output.append(0x80 | UInt8(code >> 6 & 0x3F))
            output.append(0x80 | UInt8(code & 0x3F))
        }
    }
}
