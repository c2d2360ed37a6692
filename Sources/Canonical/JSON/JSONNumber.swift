/// A JSON number: an integer kept exactly, or a finite double.
public enum JSONNumber: Sendable, Hashable {
    /// An integer from 0 to 2⁶⁴−1.
    case unsigned(UInt64)
    /// An integer from −2⁶³ to −1.
    case negative(Int64)
    /// Any other finite number, including −0.
    case double(Double)

    /// The number as a double; integers beyond 2⁵³ are rounded to the nearest.
    public var doubleValue: Double {
        switch self {
        case .unsigned(let value): Double(value)
        case .negative(let value): Double(value)
        case .double(let value): value
        }
    }

    /// The number when it is an integer from 0 to 2⁶⁴−1 that was written without point or exponent.
    public var unsignedValue: UInt64? {
        if case .unsigned(let value) = self { value } else { nil }
    }

    /// The number when it is an integer from −2⁶³ to 2⁶³−1 that was written without point or exponent.
    public var signedValue: Int64? {
        switch self {
        case .unsigned(let value): Int64(exactly: value)
        case .negative(let value): value
        case .double: nil
        }
    }
}

extension JSONNumber {
    /// Where a double begins to skip integers.
    static let safeIntegerMaximum: UInt64 = 1 << 53

    /// Reads a number whose grammar was checked before.
    ///
    /// - Returns: nil when the number overflows a double.
    static func parsing(_ bytes: Span<UInt8>, from start: Int, count: Int, integers: JSONOptions.Integers)
        -> JSONNumber?
    {
        let isNegative = bytes[start] == UInt8(ascii: "-")
        let firstDigit = isNegative ? start + 1 : start
        if let magnitude = wholeNumber(bytes, firstDigit..<(start + count)) {
            let isExact = integers == .exact64 || magnitude <= safeIntegerMaximum
            if isExact, !isNegative { return .unsigned(magnitude) }
            if isExact, magnitude != 0, magnitude <= UInt64(Int64.max) + 1 {
                return .negative(Int64(truncatingIfNeeded: 0 &- magnitude))
            }
            if magnitude == 0 { return .double(-0.0) }
        }
        let value = DecimalNumber.double(bytes, start..<(start + count))
        return value.isFinite ? .double(value) : nil
    }

    /// The digits as an integer; nil when there is anything but digits, or more than 64 bits.
    private static func wholeNumber(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        guard range.count <= 20 else { return nil }
        var value: UInt64 = 0
        for position in range {
            guard value.append(decimalDigit: bytes[position]) else { return nil }
        }
        return value
    }
}
