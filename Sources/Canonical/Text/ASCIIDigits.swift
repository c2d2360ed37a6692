/// Digits as bytes of a text.
extension UInt8 {
    /// Whether it is `0` to `9`.
    package var isDecimalDigit: Bool { self &- UInt8(ascii: "0") <= 9 }

    /// Whether it is `0` to `9` or `a` to `f`.
    package var isLowerHexDigit: Bool { isDecimalDigit || self &- UInt8(ascii: "a") <= 5 }
}

extension UInt64 {
    /// Appends a digit to the decimal spelling of a number.
    ///
    /// - Returns: false, with the number as it was, for a byte that is no digit, and where 64 bits are not enough.
    package mutating func append(decimalDigit byte: UInt8) -> Bool {
        guard byte.isDecimalDigit else { return false }
        let (tens, isTooMuch) = multipliedReportingOverflow(by: 10)
        let (sum, isBeyond) = tens.addingReportingOverflow(UInt64(byte &- UInt8(ascii: "0")))
        if isTooMuch || isBeyond { return false }
        self = sum
        return true
    }
}
