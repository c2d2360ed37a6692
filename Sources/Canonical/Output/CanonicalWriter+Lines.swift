/// A member's name as it is written, for types that write the same names again and again.
package struct WrittenKey: Sendable {
    /// The name.
    package let name: String
    /// A comma, the name between quotes and a colon: `,"name":`.
    let bytes: [UInt8]

    /// Writes a name once and for all.
    package init(_ name: String) {
        self.name = name
        var bytes = [UInt8(ascii: ",")]
        let span = name.utf8.span
        StringEscaping.append(span, 0..<span.count, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        self.bytes = bytes
    }
}

/// What writers of many small values need: one buffer for all of their lines, and keys that are written already.
extension CanonicalWriter {
    /// How many bytes have been written so far; only where no later key can come before them and nothing was hashed.
    package var writtenByteCount: Int {
        precondition(!form.sortsKeys && hasher == nil, "the place of a byte is not known yet")
        return bytes.count
    }

    /// What has been written from some place on.
    package func written(from start: Int) -> [UInt8] { Array(bytes[start...]) }

    /// Makes room for about so many more bytes.
    package mutating func reserve(byteCount: Int) { bytes.reserveCapacity(bytes.count + byteCount) }

    /// Ends the value with a line feed, so that another may follow.
    ///
    /// - Throws: the first ``CanonicalError`` that came up in the line.
    package mutating func endLine() throws(CanonicalError) {
        precondition(isComplete, "nothing was written, or an object or array was not ended")
        bytes.append(UInt8(ascii: "\n"))
        isComplete = false
        needsComma = false
        if let failure = failure.take() { throw failure }
    }

    /// Ends the writing and returns all lines.
    package consuming func finishLines() -> [UInt8] {
        precondition(!isComplete && containers.isEmpty, "the last line was not ended")
        return bytes
    }

    /// Writes a member's key; its value follows.
    package mutating func key(_ key: WrittenKey) {
        guard !form.sortsKeys else { return self.key(key.name) }
        precondition(isInObject && !isAfterKey, "a key is written inside an object, once")
        let count = key.bytes.count
        bytes.append(key.bytes.span, (needsComma ? 0 : 1)..<count)
        needsComma = false
        isAfterKey = true
        lastKey = key.name
    }

    /// Writes one value whose canonical bytes, in this form, are already known.
    package mutating func raw(_ canonical: [UInt8]) {
        beginValue()
        bytes.append(canonical.span, 0..<canonical.count)
        endValue()
    }

    /// Writes a string of some plain characters and the hexadecimal digits of bytes.
    package mutating func value(_ prefix: StaticString, hexadecimal digits: Span<UInt8>) {
        beginValue()
        bytes.append(UInt8(ascii: "\""))
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount))
        Hex.append(digits, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
        endValue()
    }
}
