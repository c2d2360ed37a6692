/// Base64 as RFC 4648 defines it, read strictly: every value has exactly one accepted text.
///
/// A lenient reader lets two texts stand for one signature or key, so that a record can change without its signature
/// noticing; hence nothing is skipped or tolerated here.
public enum Base64 {
    /// Which alphabet, and whether the text is padded.
    public enum Variant: Sendable, Hashable, CaseIterable {
        /// RFC 4648 section 4: `+` and `/`, padded with `=` to a multiple of four characters.
        case standard
        /// RFC 4648 section 5: `-` and `_`, never padded.
        case urlUnpadded
    }

    /// The base64 text of bytes.
    ///
    /// `[0xfb, 0xff]` gives `+/8=` in the standard variant and `-_8` in the URL one. It is the inverse of
    /// ``decode(_:_:)``.
    ///
    /// - Parameters:
    ///   - bytes: Any number of bytes; none give the empty text.
    ///   - variant: Alphabet and padding.
    /// - Returns: The text, without line breaks.
    /// - Complexity: O(*n*).
    public static func encode(_ bytes: [UInt8], _ variant: Variant) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var group: UInt32 = 0
        var bits: UInt32 = 0
        for byte in bytes {
            group = (group << 8 | UInt32(byte)) & 0xffff
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(character(for: UInt8(truncatingIfNeeded: group >> bits) & 0x3f, variant))
            }
        }
        if bits > 0 {
            text.append(character(for: UInt8(truncatingIfNeeded: group << (6 - bits)) & 0x3f, variant))
        }
        if variant == .standard {
            while !text.count.isMultiple(of: 4) { text.append(padding) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes that a base64 text stands for.
    ///
    /// It is the inverse of ``encode(_:_:)``, and accepts nothing that `encode` does not write.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - variant: Alphabet and padding.
    /// - Returns: The bytes, or nil for white space, a character of the other alphabet, missing or superfluous
    ///   padding, an impossible length, or spare bits that are not zero.
    /// - Complexity: O(*n*).
    public static func decode(_ text: String, _ variant: Variant) -> [UInt8]? {
        var bytes: [UInt8] = []
        return decode(text.utf8, variant, into: &bytes) ? bytes : nil
    }

    /// Reads base64 characters into a buffer that the caller owns, with the rules of ``decode(_:_:)``.
    ///
    /// It exists for secrets: the buffer is allocated once, at its final size, so that no copy of the bytes is left
    /// behind when the caller wipes it, also after a failure.
    ///
    /// - Parameters:
    ///   - text: The characters, as UTF-8.
    ///   - variant: Alphabet and padding.
    ///   - bytes: Replaced by the bytes; after a failure it holds those read before it.
    /// - Returns: Whether the text is strict base64.
    /// - Complexity: O(*n*).
    package static func decode(_ text: some Collection<UInt8>, _ variant: Variant, into bytes: inout [UInt8]) -> Bool {
        bytes = []
        var characters = text.count
        if variant == .standard {
            guard characters.isMultiple(of: 4) else { return false }
            // At most two: the padding character itself is in neither alphabet, so a third is refused below.
            for character in text.suffix(2) where character == padding { characters -= 1 }
        }
        guard characters % 4 != 1 else { return false }
        bytes.reserveCapacity(characters / 4 * 3 + 2)
        var group: UInt32 = 0
        var bits: UInt32 = 0
        for character in text.prefix(characters) {
            guard let value = value(of: character, variant) else { return false }
            group = (group << 6 | UInt32(value)) & 0xffff
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: group >> bits))
            }
        }
        // Bits that no byte uses must be zero, or several texts would mean the same bytes.
        return group & ((1 << bits) - 1) == 0
    }

    private static var padding: UInt8 { UInt8(ascii: "=") }

    private static func character(for value: UInt8, _ variant: Variant) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + (value - 26)
        case 52..<62: UInt8(ascii: "0") + (value - 52)
        case 62: variant == .standard ? UInt8(ascii: "+") : UInt8(ascii: "-")
        default: variant == .standard ? UInt8(ascii: "/") : UInt8(ascii: "_")
        }
    }

    private static func value(of character: UInt8, _ variant: Variant) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+") where variant == .standard: 62
        case UInt8(ascii: "/") where variant == .standard: 63
        case UInt8(ascii: "-") where variant == .urlUnpadded: 62
        case UInt8(ascii: "_") where variant == .urlUnpadded: 63
        default: nil
        }
    }
}
