/// Writing strings with the fewest escapes: `\"`, `\\`, `\b \t \n \f \r`, and `\u00xx` with lower-case digits for
/// the other controls below U+0020. Everything else, U+2028, DEL and `/` too, passes unchanged (RFC 8785,
/// section 3.2.2.2; serde_json writes the same).
enum StringEscaping {
    /// Appends `bytes[range]`, valid UTF-8, between quotes.
    @inline(__always)
    static func append(_ bytes: Span<UInt8>, _ range: Range<Int>, to output: inout [UInt8]) {
        let plainEnd = firstEscaped(bytes, range) ?? range.upperBound
        // Nearly every string is written as it is, in one step.
        output.append(addingCapacity: range.count &+ 2) {
            $0.append(UInt8(ascii: "\""))
            $0.append(bytes, range.lowerBound..<plainEnd)
            if plainEnd == range.upperBound { $0.append(UInt8(ascii: "\"")) }
        }
        if plainEnd < range.upperBound { appendEscaping(bytes, plainEnd..<range.upperBound, to: &output) }
    }

    /// Where the first byte stands that cannot be written as it is.
    @inline(__always)
    private static func firstEscaped(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var position = range.lowerBound
        while position < range.upperBound {
            if position &+ 8 <= range.upperBound {
                let marks = ByteWord.needsAttention(ByteWord.load(bytes, at: position))
                if marks == 0 {
                    position &+= 8
                    continue
                }
                position &+= marks.trailingZeroBitCount &>> 3
            }
            let byte = bytes[position]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return position }
            position &+= 1
        }
        return nil
    }

    /// The rest of a string, from its first escape on, and the quote behind it.
    private static func appendEscaping(_ bytes: Span<UInt8>, _ range: Range<Int>, to output: inout [UInt8]) {
        var runStart = range.lowerBound
        while let position = firstEscaped(bytes, runStart..<range.upperBound) {
            output.append(bytes, runStart..<position)
            appendEscape(bytes[position], to: &output)
            runStart = position &+ 1
        }
        output.append(bytes, runStart..<range.upperBound)
        output.append(UInt8(ascii: "\""))
    }

    private static func appendEscape(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(byte)
        default:
            output.append(contentsOf: "u00".utf8)
            output.append(byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
            let digit = byte & 0x0F
            output.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
