extension JSONScanner {
    /// Scans a string or key whose opening quote stands at `position`, and moves past its closing quote.
    ///
    /// A string without escapes becomes a range of the text; one with escapes is decoded into the side buffer
    /// at once, so that everything later compares and writes decoded bytes.
    @inline(__always)
    mutating func scanString(
        _ kind: TapeEntry.Kind,
        _ bytes: Span<UInt8>,
        _ position: inout Int
    ) throws(JSONError) {
        let start = position + 1
        var end = start
        while true {
            skipPlainText(bytes, &end)
            guard end < bytes.count else { throw JSONError(.unexpectedEnd, at: end, in: bytes) }
            let byte = bytes[end]
            if byte == UInt8(ascii: "\"") {
                tape.entries.append(
                    TapeEntry(
                        kind: kind,
                        start: UInt32(start),
                        count: UInt32(end - start),
                        nextOrOffset: UInt32(position)
                    )
                )
                position = end + 1
                return
            }
            if byte == UInt8(ascii: "\\") { break }
            end = try scanSpecial(bytes, end)
        }
        try scanEscaped(kind, from: start, firstEscape: end, bytes, &position)
    }

    /// Skips bytes that need no attention: ASCII from U+0020 but the quote and the backslash.
    @inline(__always)
    private func skipPlainText(_ bytes: Span<UInt8>, _ position: inout Int) {
        while position &+ 8 <= bytes.count {
            let attention = ByteWord.needsAttention(ByteWord.load(bytes, at: position))
            if attention != 0 {
                position &+= attention.trailingZeroBitCount &>> 3
                return
            }
            position &+= 8
        }
        while position < bytes.count {
            let byte = bytes[position]
            if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            position &+= 1
        }
    }

    /// Checks the multi-byte character at `position` and returns where the next one begins.
    private func scanSpecial(_ bytes: Span<UInt8>, _ position: Int) throws(JSONError) -> Int {
        let byte = bytes[position]
        if byte < 0x20 { throw JSONError(.controlCharacter(byte), at: position, in: bytes) }
        guard let length = UTF8Rules.validLength(bytes, at: position) else {
            throw JSONError(.invalidUTF8, at: position, in: bytes)
        }
        if options.noncharacters == .reject, UTF8Rules.isNoncharacter(bytes, at: position, length: length) {
            throw JSONError(.noncharacter, at: position, in: bytes)
        }
        return position + length
    }

    private mutating func scanEscaped(
        _ kind: TapeEntry.Kind,
        from start: Int,
        firstEscape: Int,
        _ bytes: Span<UInt8>,
        _ position: inout Int
    ) throws(JSONError) {
        let sideStart = tape.unescaped.count
        var runStart = start
        var end = firstEscape
        while true {
            skipPlainText(bytes, &end)
            guard end < bytes.count else { throw JSONError(.unexpectedEnd, at: end, in: bytes) }
            switch bytes[end] {
            case UInt8(ascii: "\""):
                tape.unescaped.append(bytes, runStart..<end)
                tape.entries.append(
                    TapeEntry(
                        kind: kind,
                        isUnescaped: true,
                        start: UInt32(sideStart),
                        count: UInt32(tape.unescaped.count - sideStart),
                        nextOrOffset: UInt32(position)
                    )
                )
                position = end + 1
                return
            case UInt8(ascii: "\\"):
                tape.unescaped.append(bytes, runStart..<end)
                try decodeEscape(bytes, &end)
                runStart = end
            default:
                end = try scanSpecial(bytes, end)
            }
        }
    }

    /// Decodes the escape whose backslash stands at `position`, and moves past it.
    private mutating func decodeEscape(
        _ bytes: Span<UInt8>,
        _ position: inout Int
    ) throws(JSONError) {
        let backslash = position
        guard backslash + 1 < bytes.count else { throw JSONError(.unexpectedEnd, at: backslash + 1, in: bytes) }
        position += 2
        switch bytes[backslash + 1] {
        case UInt8(ascii: "\""): tape.unescaped.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): tape.unescaped.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): tape.unescaped.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): tape.unescaped.append(0x08)
        case UInt8(ascii: "f"): tape.unescaped.append(0x0C)
        case UInt8(ascii: "n"): tape.unescaped.append(0x0A)
        case UInt8(ascii: "r"): tape.unescaped.append(0x0D)
        case UInt8(ascii: "t"): tape.unescaped.append(0x09)
        case UInt8(ascii: "u"): try decodeUnicodeEscape(bytes, backslash, &position)
        default: throw JSONError(.invalidEscape, at: backslash, in: bytes)
        }
    }

    private mutating func decodeUnicodeEscape(
        _ bytes: Span<UInt8>,
        _ backslash: Int,
        _ position: inout Int
    ) throws(JSONError) {
        let unit = try fourHexDigits(bytes, at: position)
        position += 4
        var code = UInt32(unit)
        if unit & 0xFC00 == 0xDC00 { throw JSONError(.loneSurrogate, at: backslash, in: bytes) }
        if unit & 0xFC00 == 0xD800 {
            guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            else { throw JSONError(.loneSurrogate, at: backslash, in: bytes) }
            let low = try fourHexDigits(bytes, at: position + 2)
            guard low & 0xFC00 == 0xDC00 else { throw JSONError(.loneSurrogate, at: backslash, in: bytes) }
            position += 6
            code = 0x1_0000 + (UInt32(unit & 0x3FF) << 10) + UInt32(low & 0x3FF)
        }
        if options.noncharacters == .reject, UTF8Rules.isNoncharacter(code) {
            throw JSONError(.noncharacter, at: backslash, in: bytes)
        }
        UTF8Rules.append(code, to: &tape.unescaped)
    }

    private func fourHexDigits(_ bytes: Span<UInt8>, at start: Int) throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for position in start..<(start + 4) {
            guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position, in: bytes) }
            let byte = bytes[position]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw JSONError(.invalidEscape, at: position, in: bytes)
            }
            value = value << 4 | UInt16(digit)
        }
        return value
    }
}
