/// The grammar: turns a text into a tape, or says where it is wrong.
///
/// It runs without recursion, so that no input can exhaust the stack, and keeps its arrays between texts.
struct JSONScanner: ~Copyable {
    var tape = JSONTape()
    let options: JSONOptions

    /// The tape indexes of the arrays and objects that are open.
    private var open: [UInt32] = []
    var keys = KeySet()

    init(options: JSONOptions) { self.options = options }

    /// What the grammar allows next.
    private enum Expectation {
        case value, valueOrEnd, keyOrEnd, key, commaOrEnd
    }

    /// Parses the whole of `bytes` into ``tape``.
    ///
    /// - Complexity: O(*n* log *n*) at worst, for one object of *n* keys; else O(*n*).
    mutating func scan(_ bytes: Span<UInt8>) throws(JSONError) {
        tape.entries.removeAll(keepingCapacity: true)
        tape.unescaped.removeAll(keepingCapacity: true)
        open.removeAll(keepingCapacity: true)
        keys.removeAll()
        guard bytes.count <= options.maximumByteCount else {
            throw JSONError(.tooLong(maximum: options.maximumByteCount), at: options.maximumByteCount, in: bytes)
        }
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            throw JSONError(.byteOrderMark, at: 0, in: bytes)
        }
        var position = 0
        var expected = Expectation.value
        while true {
            skipWhiteSpace(bytes, &position)
            guard position < bytes.count else {
                if open.isEmpty, expected == .commaOrEnd { return }
                throw JSONError(.unexpectedEnd, at: position, in: bytes)
            }
            if open.isEmpty, expected == .commaOrEnd { throw JSONError(.trailingBytes, at: position, in: bytes) }
            let byte = bytes[position]
            switch expected {
            case .commaOrEnd:
                let isObject = tape.entries[Int(open[open.count - 1])].kind == .object
                if byte == UInt8(ascii: ",") {
                    position += 1
                    expected = isObject ? .key : .value
                } else {
                    try close(isObject, byte, bytes, &position)
                }
            case .keyOrEnd where byte == UInt8(ascii: "}"):
                try close(true, byte, bytes, &position)
                expected = .commaOrEnd
            case .keyOrEnd, .key:
                try scanKey(bytes, &position)
                expected = .value
            case .valueOrEnd where byte == UInt8(ascii: "]"):
                try close(false, byte, bytes, &position)
                expected = .commaOrEnd
            case .value, .valueOrEnd:
                expected = try scanValue(byte, bytes, &position)
            }
        }
    }

    @inline(__always)
    private func skipWhiteSpace(_ bytes: Span<UInt8>, _ position: inout Int) {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position &+= 1
        }
    }

    @inline(__always)
    private mutating func scanKey(_ bytes: Span<UInt8>, _ position: inout Int) throws(JSONError) {
        guard bytes[position] == UInt8(ascii: "\"") else {
            throw JSONError(.unexpectedByte(bytes[position]), at: position, in: bytes)
        }
        tape.entries[Int(open[open.count - 1])].count += 1
        keys.add(tape.entries.count)
        try scanString(.key, bytes, &position)
        skipWhiteSpace(bytes, &position)
        guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position, in: bytes) }
        guard bytes[position] == UInt8(ascii: ":") else {
            throw JSONError(.unexpectedByte(bytes[position]), at: position, in: bytes)
        }
        position += 1
    }

    @inline(__always)
    private mutating func scanValue(
        _ byte: UInt8,
        _ bytes: Span<UInt8>,
        _ position: inout Int
    ) throws(JSONError) -> Expectation {
        if let parent = open.last, tape.entries[Int(parent)].kind == .array {
            tape.entries[Int(parent)].count += 1
        }
        switch byte {
        case UInt8(ascii: "\""):
            try scanString(.string, bytes, &position)
        case UInt8(ascii: "{"):
            try openContainer(.object, bytes, &position)
            return .keyOrEnd
        case UInt8(ascii: "["):
            try openContainer(.array, bytes, &position)
            return .valueOrEnd
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            try scanNumber(bytes, &position)
        case UInt8(ascii: "t"):
            try scanWord("true", .true, bytes, &position)
        case UInt8(ascii: "f"):
            try scanWord("false", .false, bytes, &position)
        case UInt8(ascii: "n"):
            try scanWord("null", .null, bytes, &position)
        default:
            throw JSONError(.unexpectedByte(byte), at: position, in: bytes)
        }
        return .commaOrEnd
    }

    private mutating func scanWord(
        _ word: StaticString,
        _ kind: TapeEntry.Kind,
        _ bytes: Span<UInt8>,
        _ position: inout Int
    ) throws(JSONError) {
        let start = position
        for offset in 0..<word.utf8CodeUnitCount {
            guard start + offset < bytes.count else {
                throw JSONError(.unexpectedEnd, at: start + offset, in: bytes)
            }
            guard unsafe word.utf8Start[offset] == bytes[start + offset] else {
                throw JSONError(.unexpectedByte(bytes[start + offset]), at: start + offset, in: bytes)
            }
        }
        position += word.utf8CodeUnitCount
        tape.entries.append(TapeEntry(kind: kind, start: 0, count: 0, nextOrOffset: UInt32(start)))
    }

    private mutating func openContainer(
        _ kind: TapeEntry.Kind,
        _ bytes: Span<UInt8>,
        _ position: inout Int
    ) throws(JSONError) {
        guard open.count < options.maximumDepth else {
            throw JSONError(.tooDeep(maximum: options.maximumDepth), at: position, in: bytes)
        }
        open.append(UInt32(tape.entries.count))
        if kind == .object { keys.beginObject() }
        tape.entries.append(TapeEntry(kind: kind, start: UInt32(position), count: 0, nextOrOffset: 0))
        position += 1
    }

    private mutating func close(
        _ isObject: Bool,
        _ byte: UInt8,
        _ bytes: Span<UInt8>,
        _ position: inout Int
    ) throws(JSONError) {
        guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
            throw JSONError(.unexpectedByte(byte), at: position, in: bytes)
        }
        let container = Int(open.removeLast())
        tape.entries[container].nextOrOffset = UInt32(tape.entries.count)
        if isObject { try keys.endObject(container, options.duplicateKeys, bytes, &tape) }
        position += 1
    }
}
