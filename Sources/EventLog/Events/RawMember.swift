public import Canonical

/// A member that this version has no name for, with its value exactly as it was written.
public struct RawMember: Sendable, Hashable {
    /// The member's name.
    public let name: String
    /// The value as JSON text, on one line.
    public let json: [UInt8]

    /// Makes a member from any value.
    ///
    /// - Throws: ``CanonicalError`` when the value holds a number that JSON cannot hold.
    public init(name: String, value: JSONValue) throws(CanonicalError) {
        self.name = name
        json = try value.canonicalBytes(.declaredRyu)
    }

    /// Makes a member from JSON text. White space between tokens is taken out, nothing else is changed: numbers and
    /// escapes keep their spelling.
    ///
    /// - Throws: ``JSONError`` when the text is not one JSON value.
    public init(name: String, parsing json: [UInt8]) throws(JSONError) {
        _ = try JSONDocument(parsing: json, options: EventParser.options)
        self.init(name: name, checked: json[...])
    }

    /// Makes a member from the text of a value that was parsed before.
    init(name: String, checked json: ArraySlice<UInt8>) {
        self.name = name
        self.json = Self.withoutWhiteSpace(json)
    }

    /// The value.
    public var value: JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: json, options: EventParser.options)
        } catch {
            preconditionFailure("the text was parsed when the member was made: \(error)")
        }
    }

    /// Equal when name and text are, byte by byte.
    public static func == (left: RawMember, right: RawMember) -> Bool {
        left.json == right.json && left.name.utf8.elementsEqual(right.name.utf8)
    }

    /// Hashes the text.
    public func hash(into hasher: inout Hasher) { hasher.combine(json) }

    private static func withoutWhiteSpace(_ json: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(json.count)
        var isInString = false
        var isEscaped = false
        for byte in json {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
            } else if byte <= 0x20 {
                continue
            } else if byte == UInt8(ascii: "\"") {
                isInString = true
            }
            result.append(byte)
        }
        return result
    }
}
