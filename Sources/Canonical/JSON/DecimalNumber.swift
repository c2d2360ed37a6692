/// Decimal text to the nearest double.
enum DecimalNumber {
    /// Powers of ten that a double holds exactly.
    private static let exactPowers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
        1e19, 1e20, 1e21, 1e22,
    ]

    /// Reads a number whose grammar was checked before; infinity when it overflows.
    ///
    /// Short numbers take the exact path (W. D. Clinger, 1990): when digits and power of ten are both exact
    /// doubles, one correctly rounded operation gives the nearest double. The rest goes to the standard library.
    static func double(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Double {
        var position = range.lowerBound
        let isNegative = bytes[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        var digits: UInt64 = 0
        var digitCount = 0
        var exponent = 0
        var isAfterPoint = false
        while position < range.upperBound {
            let byte = bytes[position]
            if byte == UInt8(ascii: ".") {
                isAfterPoint = true
            } else if byte &- UInt8(ascii: "0") <= 9 {
                if digits != 0 || byte != UInt8(ascii: "0") { digitCount += 1 }
                if digitCount > 19 { return nearest(bytes, range) }
                digits = digits &* 10 &+ UInt64(byte &- UInt8(ascii: "0"))
                if isAfterPoint { exponent -= 1 }
            } else {
                break
            }
            position += 1
        }
        if position < range.upperBound {
            guard let written = writtenExponent(bytes, (position + 1)..<range.upperBound) else {
                return nearest(bytes, range)
            }
            exponent += written
        }
        if digits == 0 { return isNegative ? -0.0 : 0.0 }
        guard digits <= JSONNumber.safeIntegerMaximum, abs(exponent) <= 22 else { return nearest(bytes, range) }
        let magnitude =
            exponent < 0 ? Double(digits) / exactPowers[-exponent] : Double(digits) * exactPowers[exponent]
        return isNegative ? -magnitude : magnitude
    }

    /// The exponent as written; nil when it has more than five digits.
    private static func writtenExponent(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var position = range.lowerBound
        let sign = bytes[position]
        if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { position += 1 }
        guard range.upperBound - position <= 5 else { return nil }
        var value = 0
        while position < range.upperBound {
            value = value * 10 + Int(bytes[position] - UInt8(ascii: "0"))
            position += 1
        }
        return sign == UInt8(ascii: "-") ? -value : value
    }

    private static func nearest(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Double {
        var text: [UInt8] = []
        text.append(bytes, range)
        return Double(String(decoding: text, as: UTF8.self)) ?? .infinity
    }
}
