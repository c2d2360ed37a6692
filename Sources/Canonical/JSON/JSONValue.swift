/// Any JSON value, with members in the order of the text.
public enum JSONValue: Sendable {
    /// `null`
    case null
    /// `true` or `false`
    case bool(Bool)
    /// A number: an exact integer or a finite double.
    case number(JSONNumber)
    /// A string, unescaped.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object.
    case object(JSONObject)

    /// Parses `bytes` strictly.
    ///
    /// Without options that say otherwise integers beyond ±2⁵³ become doubles, and a declared ``CanonicalForm`` of the
    /// value has them rounded: ``CanonicalForm/parsingOptions`` keeps them, and so does a ``JSONDocument``.
    ///
    /// - Throws: ``JSONError`` with the first place that is wrong.
    /// - Complexity: O(*n*); O(*n* log *n*) for one object of *n* keys.
    public init(parsing bytes: [UInt8], options: JSONOptions = JSONOptions()) throws(JSONError) {
        self = try JSONDocument(parsing: bytes, options: options).value
    }

    /// Parses a text strictly, as the initializer above reads its bytes.
    ///
    /// - Throws: ``JSONError`` with the first place that is wrong.
    public init(parsing text: String, options: JSONOptions = JSONOptions()) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), options: options)
    }
}

extension JSONValue {
    /// The string, when this is one.
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    /// The number, when this is one.
    public var number: JSONNumber? { if case .number(let value) = self { value } else { nil } }
    /// The boolean, when this is one.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The elements, when this is an array.
    public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    /// The members, when this is an object.
    public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// The value of a member, when this is an object that has it.
    public subscript(key: String) -> JSONValue? { object?[key] }

    /// Makes a number of an integer.
    public static func integer(_ value: Int) -> JSONValue {
        value < 0 ? .number(.negative(Int64(value))) : .number(.unsigned(UInt64(value)))
    }
}

extension JSONValue: Equatable {
    /// Equal when they are the same value; strings byte by byte, members in the same order.
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.string(let a), .string(let b)): TextBytes.isSame(a, b)
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a == b
        default: false
        }
    }
}

extension JSONDocument {
    /// The whole text as values.
    ///
    /// - Complexity: O(*n*).
    public var value: JSONValue { value(at: root) }

    /// The value at a place, with everything inside it.
    package func value(at place: Place) -> JSONValue {
        let entry = tape.entries[place.index]
        switch entry.kind {
        case .null: return .null
        case .false: return .bool(false)
        case .true: return .bool(true)
        case .string, .key: return .string(string(at: place))
        case .number: return number(at: place).map(JSONValue.number) ?? .null
        case .array:
            var elements: [JSONValue] = []
            elements.reserveCapacity(Int(entry.count))
            forEachElement(of: place) { elements.append(value(at: $0)) }
            return .array(elements)
        case .object:
            var members: [JSONObject.Member] = []
            members.reserveCapacity(Int(entry.count))
            forEachMember(of: place) { members.append(.init(key: string(at: $0), value: value(at: $1))) }
            return .object(JSONObject(uniqueMembers: members))
        }
    }
}
