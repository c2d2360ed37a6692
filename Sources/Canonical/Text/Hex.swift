/// Lower-case hexadecimal, the spelling digests have on disk (RFC 4648 section 8, in lower case).
public enum Hex {
    /// The lower-case hexadecimal text of bytes: `[0x0f, 0xa0]` gives `0fa0`.
    ///
    /// It is the inverse of ``decode(_:)``.
    ///
    /// - Parameter bytes: Any number of bytes; none give the empty text.
    /// - Returns: Two digits a byte, no prefix and no separators.
    /// - Complexity: O(*n*).
    public static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        append(bytes.span, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the digits of bytes.
    static func append(_ bytes: Span<UInt8>, to text: inout [UInt8]) {
        // See `Array.append(_:_:)` on what adding nothing does.
        if bytes.isEmpty { return }
        text.append(addingCapacity: bytes.count * 2) { output in
            var position = 0
            while position &+ 4 <= bytes.count {
                output.append(littleEndian: digits(of: ByteWord.load32(bytes, at: position)))
                position &+= 4
            }
            while position < bytes.count {
                output.append(digit(bytes[position] >> 4))
                output.append(digit(bytes[position] & 0x0f))
                position &+= 1
            }
        }
    }

    /// The bytes that a lower-case hexadecimal text stands for: `0fa0` gives `[0x0f, 0xa0]`.
    ///
    /// It is the inverse of ``encode(_:)``, and accepts nothing that `encode` does not write: one text per value keeps
    /// text comparison and byte comparison the same thing.
    ///
    /// - Parameter text: The text.
    /// - Returns: The bytes, or nil for an odd number of digits, an upper-case digit, a prefix, white space or any
    ///   other character.
    /// - Complexity: O(*n*).
    public static func decode(_ text: String) -> [UInt8]? {
        let digits = text.utf8
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        var high: UInt8?
        for character in digits {
            guard let value = value(of: character) else { return nil }
            if let pending = high {
                bytes.append(pending << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }

    /// The eight digits of four bytes, the first in the lowest bits of both.
    @inline(__always)
    static func digits(of bytes: UInt32) -> UInt64 {
        // Each byte to the low half of a lane of 16 bits, then its high nibble before its low one.
        var lanes = UInt64(bytes)
        lanes = (lanes | lanes &<< 16) & 0x0000_FFFF_0000_FFFF
        lanes = (lanes | lanes &<< 8) & 0x00FF_00FF_00FF_00FF
        let nibbles = (lanes &>> 4) & 0x000F_000F_000F_000F | (lanes & 0x000F_000F_000F_000F) &<< 8
        let letters = (nibbles &+ 0x0606_0606_0606_0606) &>> 4 & 0x0101_0101_0101_0101
        return nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + (nibble - 10)
    }

    /// What a digit stands for; nil for anything else.
    @inline(__always)
    static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
