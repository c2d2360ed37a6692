/// A text is not the JSON that was asked for: what is wrong, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public enum Kind: Sendable, Hashable {
        /// The text ends inside a value.
        case unexpectedEnd
        /// A byte stands where the grammar does not allow it: trailing commas, comments, `NaN`, `+1`, `.5`.
        case unexpectedByte(UInt8)
        /// A byte-order mark stands before the text.
        case byteOrderMark
        /// Bytes are not well-formed UTF-8.
        case invalidUTF8
        /// A control character below U+0020 stands unescaped in a string.
        case controlCharacter(UInt8)
        /// A backslash is followed by something that is no escape.
        case invalidEscape
        /// A `\u` escape is half of a surrogate pair without its other half.
        case loneSurrogate
        /// A string holds a noncharacter and the options refuse them.
        case noncharacter
        /// A number has a leading zero, or no digit where one is needed.
        case invalidNumber
        /// A number is too large for a double.
        case numberOverflow
        /// An integer is beyond ±2⁵³ and the options refuse to round it.
        case unsafeInteger
        /// An object has a key twice; the place is that of the second.
        case duplicateKey
        /// Bytes follow the value.
        case trailingBytes
        /// Arrays and objects are nested deeper than the options allow.
        case tooDeep(maximum: Int)
        /// The text is longer than the options allow.
        case tooLong(maximum: Int)
    }

    /// What is wrong.
    public let kind: Kind
    /// Where, in bytes from the start of the text.
    public let byteOffset: Int
    /// Where, as a line number from 1. Lines end with a line feed.
    public let line: Int
    /// Where, in bytes from the start of the line, from 1.
    public let column: Int

    /// Makes an error from its parts.
    public init(kind: Kind, byteOffset: Int, line: Int, column: Int) {
        self.kind = kind
        self.byteOffset = byteOffset
        self.line = line
        self.column = column
    }

    /// Locates `byteOffset` in `bytes`.
    ///
    /// - Complexity: O(*byteOffset*).
    init(_ kind: Kind, at byteOffset: Int, in bytes: Span<UInt8>) {
        let (line, column) = Self.lineAndColumn(ofByte: byteOffset, in: bytes)
        self.init(kind: kind, byteOffset: byteOffset, line: line, column: column)
    }

    /// Line and column of an offset, both from 1.
    static func lineAndColumn(ofByte offset: Int, in bytes: Span<UInt8>) -> (line: Int, column: Int) {
        var line = 1
        var lineStart = 0
        for position in 0..<min(offset, bytes.count) where bytes[position] == UInt8(ascii: "\n") {
            line += 1
            lineStart = position + 1
        }
        return (line, offset - lineStart + 1)
    }

    /// One sentence: the place, then what is wrong.
    public var description: String {
        "line \(line), column \(column) (byte \(byteOffset)): \(kind.sentence)"
    }
}

extension JSONError.Kind {
    /// What is wrong, in words.
    var sentence: String {
        switch self {
        case .unexpectedEnd: "the text ends inside a value"
        case .unexpectedByte(let byte): "unexpected \(Self.named(byte))"
        case .byteOrderMark: "a byte-order mark is not allowed; remove the first three bytes"
        case .invalidUTF8: "not valid UTF-8"
        case .controlCharacter(let byte): "\(Self.named(byte)) must be escaped inside a string"
        case .invalidEscape: "invalid escape after a backslash"
        case .loneSurrogate: "a \\u escape is half of a surrogate pair"
        case .noncharacter: "a Unicode noncharacter is not allowed here"
        case .invalidNumber: "not a JSON number"
        case .numberOverflow: "the number is too large for a double"
        case .unsafeInteger: "the integer is beyond 2^53 and would be rounded; write it as a string"
        case .duplicateKey: "the object has this key twice"
        case .trailingBytes: "something follows the value"
        case .tooDeep(let maximum): "nested deeper than \(maximum) levels"
        case .tooLong(let maximum): "the text is longer than \(maximum) bytes"
        }
    }

    private static func named(_ byte: UInt8) -> String {
        if byte > 0x20, byte < 0x7F { return "'\(Character(UnicodeScalar(byte)))'" }
        return "byte 0x\(Hex.encode([byte]))"
    }
}
