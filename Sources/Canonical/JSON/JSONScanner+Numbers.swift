extension JSONScanner {
    /// Scans the number that begins at `position` and moves past it (RFC 8259, section 6).
    @inline(__always)
    mutating func scanNumber(_ bytes: Span<UInt8>, _ position: inout Int) throws(JSONError) {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let firstDigit = position
        try skipDigits(bytes, &position, start)
        let wholeDigits = position - firstDigit
        if wholeDigits > 1, bytes[firstDigit] == UInt8(ascii: "0") {
            throw JSONError(.invalidNumber, at: start, in: bytes)
        }
        var isInteger = true
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try skipDigits(bytes, &position, start)
        }
        var hasExponent = false
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            hasExponent = true
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            try skipDigits(bytes, &position, start)
        }
        // Without an exponent, fewer than 309 digits before the point cannot overflow.
        if hasExponent || wholeDigits > 308 || (isInteger && wholeDigits > 15) {
            try checkRange(bytes, start..<position, isInteger: isInteger)
        }
        tape.entries.append(
            TapeEntry(
                kind: .number,
                isInteger: isInteger,
                start: UInt32(start),
                count: UInt32(position - start),
                nextOrOffset: UInt32(start)
            )
        )
    }

    /// Moves past one or more digits.
    @inline(__always)
    private func skipDigits(_ bytes: Span<UInt8>, _ position: inout Int, _ start: Int) throws(JSONError) {
        let first = position
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") <= 9 { position &+= 1 }
        if position > first { return }
        guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position, in: bytes) }
        throw JSONError(.invalidNumber, at: start, in: bytes)
    }

    private func checkRange(_ bytes: Span<UInt8>, _ range: Range<Int>, isInteger: Bool) throws(JSONError) {
        let parsed = JSONNumber.parsing(
            bytes,
            from: range.lowerBound,
            count: range.count,
            integers: options.integers ?? .double
        )
        guard let parsed else { throw JSONError(.numberOverflow, at: range.lowerBound, in: bytes) }
        if isInteger, options.integers == .safe53, case .double(let value) = parsed, value != 0 {
            throw JSONError(.unsafeInteger, at: range.lowerBound, in: bytes)
        }
    }
}
