/// The grammar: turns a text into a tape, or says where it is wrong.
///
/// It runs without recursion, so that no input can exhaust the stack, and keeps its arrays between texts.
struct JSONScanner: ~Copyable {
    var tape = JSONTape()
    let options: JSONOptions

    /// The container whose values are being scanned; at depth 0 there is none, and this is a placeholder.
    private var container = OpenContainer(isObject: false, index: 0, firstKey: 0)
    /// The containers around it.
    private var enclosing: [OpenContainer] = []
    private var keys = KeySet()

    init(options: JSONOptions) { self.options = options }

    /// An array or object whose end was not reached yet.
    private struct OpenContainer {
        var isObject: Bool
        /// How many values or members it has so far.
        var count: UInt32 = 0
        /// Its place on the tape.
        var index: Int
        /// Where its keys begin among all keys that are kept.
        var firstKey: Int
    }

    /// Parses the whole of `bytes` into ``tape``.
    ///
    /// - Complexity: O(*n* log *n*) at worst, for one object of *n* keys; else O(*n*).
    mutating func scan(_ bytes: Span<UInt8>) throws(JSONError) {
        tape.entries.removeAll(keepingCapacity: true)
        tape.unescaped.removeAll(keepingCapacity: true)
        enclosing.removeAll(keepingCapacity: true)
        keys.removeAll()
        guard bytes.count <= options.maximumByteCount else {
            throw JSONError(.tooLong(maximum: options.maximumByteCount), at: options.maximumByteCount, in: bytes)
        }
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            throw JSONError(.byteOrderMark, at: 0, in: bytes)
        }
        // Records have an entry for about every twenty bytes; denser texts let the tape grow.
        tape.entries.reserveCapacity(min(bytes.count / 16, 1 << 16) + 8)
        var position = 0
        repeat {
            try scanValue(bytes, &position)
        } while try isFollowedByAnotherValue(bytes, &position)
    }

    /// Scans the value at `position`, or, of an array or object that is not empty, only its beginning: up to
    /// its first value.
    @inline(__always)
    private mutating func scanValue(_ bytes: Span<UInt8>, _ position: inout Int) throws(JSONError) {
        while true {
            let byte = try nextByte(bytes, &position)
            switch byte {
            case UInt8(ascii: "\""):
                return try scanString(.string, bytes, &position)
            case UInt8(ascii: "{"):
                try open(isObject: true, bytes, &position)
                if try nextByte(bytes, &position) == UInt8(ascii: "}") { return try close(bytes, &position) }
                try scanKey(bytes, &position)
            case UInt8(ascii: "["):
                try open(isObject: false, bytes, &position)
                if try nextByte(bytes, &position) == UInt8(ascii: "]") { return try close(bytes, &position) }
                container.count = 1
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                return try scanNumber(bytes, &position)
            case UInt8(ascii: "t"):
                return try scanWord("true", .true, bytes, &position)
            case UInt8(ascii: "f"):
                return try scanWord("false", .false, bytes, &position)
            case UInt8(ascii: "n"):
                return try scanWord("null", .null, bytes, &position)
            default:
                throw JSONError(.unexpectedByte(byte), at: position, in: bytes)
            }
        }
    }

    /// Moves from the end of a value past the commas, keys and closing brackets behind it.
    ///
    /// - Returns: false at the end of the text.
    @inline(__always)
    private mutating func isFollowedByAnotherValue(
        _ bytes: Span<UInt8>,
        _ position: inout Int
    ) throws(JSONError) -> Bool {
        while true {
            if enclosing.isEmpty {
                skipWhiteSpace(bytes, &position)
                guard position == bytes.count else { throw JSONError(.trailingBytes, at: position, in: bytes) }
                return false
            }
            let byte = try nextByte(bytes, &position)
            if byte == UInt8(ascii: ",") {
                position &+= 1
                if container.isObject {
                    _ = try nextByte(bytes, &position)
                    try scanKey(bytes, &position)
                } else {
                    container.count &+= 1
                }
                return true
            }
            guard byte == (container.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                throw JSONError(.unexpectedByte(byte), at: position, in: bytes)
            }
            try close(bytes, &position)
        }
    }

    /// Scans the key at `position` and the colon behind it.
    @inline(__always)
    private mutating func scanKey(_ bytes: Span<UInt8>, _ position: inout Int) throws(JSONError) {
        guard bytes[position] == UInt8(ascii: "\"") else {
            throw JSONError(.unexpectedByte(bytes[position]), at: position, in: bytes)
        }
        container.count &+= 1
        try scanString(.key, bytes, &position)
        keys.add(tape, tape.entries.count &- 1, bytes)
        let byte = try nextByte(bytes, &position)
        guard byte == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte(byte), at: position, in: bytes) }
        position &+= 1
    }

    /// Scans one of the three words of JSON.
    private mutating func scanWord(
        _ word: StaticString,
        _ kind: TapeEntry.Kind,
        _ bytes: Span<UInt8>,
        _ position: inout Int
    ) throws(JSONError) {
        let start = position
        let expected = word.description.utf8
        for byte in expected {
            guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position, in: bytes) }
            guard bytes[position] == byte else {
                throw JSONError(.unexpectedByte(bytes[position]), at: position, in: bytes)
            }
            position += 1
        }
        tape.entries.append(TapeEntry(kind: kind, start: 0, count: 0, nextOrOffset: UInt32(start)))
    }
}

// MARK: - Containers and white space

extension JSONScanner {
    private mutating func open(
        isObject: Bool,
        _ bytes: Span<UInt8>,
        _ position: inout Int
    ) throws(JSONError) {
        guard enclosing.count < options.maximumDepth else {
            throw JSONError(.tooDeep(maximum: options.maximumDepth), at: position, in: bytes)
        }
        enclosing.append(container)
        container = OpenContainer(isObject: isObject, index: tape.entries.count, firstKey: keys.count)
        let kind = isObject ? TapeEntry.Kind.object : .array
        tape.entries.append(TapeEntry(kind: kind, start: UInt32(position), count: 0, nextOrOffset: 0))
        position += 1
    }

    private mutating func close(_ bytes: Span<UInt8>, _ position: inout Int) throws(JSONError) {
        tape.entries[container.index].count = container.count
        tape.entries[container.index].nextOrOffset = UInt32(tape.entries.count)
        if container.isObject {
            try keys.endObject(
                container.index,
                firstKey: container.firstKey,
                options.duplicateKeys,
                bytes,
                &tape
            )
        }
        container = enclosing.removeLast()
        position += 1
    }

    /// Skips white space and returns the byte behind it.
    @inline(__always)
    private func nextByte(_ bytes: Span<UInt8>, _ position: inout Int) throws(JSONError) -> UInt8 {
        if position < bytes.count, bytes[position] > 0x20 { return bytes[position] }
        skipWhiteSpace(bytes, &position)
        guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position, in: bytes) }
        return bytes[position]
    }

    private func skipWhiteSpace(_ bytes: Span<UInt8>, _ position: inout Int) {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position &+= 1
        }
    }
}
