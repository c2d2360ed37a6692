internal import Canonical

/// A record cannot be read: which member, why, and where.
public struct RecordError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The member; empty when the whole text is no JSON object.
    public let member: String
    /// What is wrong with it.
    public let reason: String
    /// Where, in bytes from the start of the record.
    public let byteOffset: Int

    /// Makes an error from its parts.
    public init(member: String, reason: String, byteOffset: Int) {
        self.member = member
        self.reason = reason
        self.byteOffset = byteOffset
    }

    /// One sentence: the member, what is wrong, the place.
    public var description: String {
        let subject = member.isEmpty ? "the record" : "the member \"\(member)\""
        return "\(subject) \(reason) (byte \(byteOffset))"
    }
}

/// Reads the members of one record by name.
///
/// Strict in types, so that nothing is guessed: `1.0` and `"1"` are no integers, a number beyond its range is
/// refused, a key that stands twice is refused. Free in order and white space.
struct RecordReader: ~Copyable {
    let document: JSONDocument
    private let members: JSONMemberTable

    init(parsing bytes: [UInt8]) throws(RecordError) {
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: bytes, options: JSONOptions(integers: .exact64))
        } catch {
            throw RecordError(member: "", reason: "is not valid JSON: \(error)", byteOffset: error.byteOffset)
        }
        try self.init(document)
    }

    init(_ document: JSONDocument) throws(RecordError) {
        guard document.kind(at: document.root) == .object else {
            let kind = document.kind(at: document.root).name
            throw RecordError(member: "", reason: "is \(kind), not an object", byteOffset: 0)
        }
        self.document = document
        members = JSONMemberTable(of: document.root, in: document)
    }

    private func place(_ name: StaticString) -> JSONDocument.Place? { members.value(of: name, in: document) }

    func error(_ member: StaticString, _ reason: String) -> RecordError {
        let offset = place(member).map { document.byteOffset(of: $0) } ?? 0
        return RecordError(member: member.description, reason: reason, byteOffset: offset)
    }

    /// Where the text of a string stands in the source, without its quotes; nil when the member is no string.
    func rangeOfString(_ name: StaticString) -> Range<Int>? {
        guard let place = place(name), document.kind(at: place) == .string else { return nil }
        let quoted = document.byteRange(of: place)
        return (quoted.lowerBound + 1)..<(quoted.upperBound - 1)
    }

    private func string(_ name: StaticString, at place: JSONDocument.Place) throws(RecordError) -> String {
        let kind = document.kind(at: place)
        guard kind == .string else { throw error(name, "is \(kind.name), not a string") }
        return document.string(at: place)
    }

    /// A string that must be there; with a default, one that may be missing (but not null).
    func string(_ name: StaticString, default fallback: String? = nil) throws(RecordError) -> String {
        if let place = place(name) { return try string(name, at: place) }
        if let fallback { return fallback }
        throw error(name, "is missing")
    }

    /// A string that may be missing or null.
    func optionalString(_ name: StaticString) throws(RecordError) -> String? {
        guard let place = place(name), document.kind(at: place) != .null else { return nil }
        return try string(name, at: place)
    }

    /// An integer that must be there.
    func integer<Integer: FixedWidthInteger>(_ name: StaticString) throws(RecordError) -> Integer {
        guard let place = place(name) else { throw error(name, "is missing") }
        return try integer(name, at: place)
    }

    /// An integer that may be missing or null.
    func optionalInteger<Integer: FixedWidthInteger>(_ name: StaticString) throws(RecordError) -> Integer? {
        guard let place = place(name), document.kind(at: place) != .null else { return nil }
        return try integer(name, at: place)
    }

    private func integer<Integer: FixedWidthInteger>(
        _ name: StaticString,
        at place: JSONDocument.Place
    ) throws(RecordError) -> Integer {
        guard let number = document.number(at: place) else {
            throw error(name, "is \(document.kind(at: place).name), not an integer")
        }
        guard let value = number.unsignedValue, let integer = Integer(exactly: value) else {
            throw error(name, "is not an integer from 0 to \(Integer.max)")
        }
        return integer
    }

    /// An array of strings that may be missing.
    func strings(_ name: StaticString) throws(RecordError) -> [String] {
        guard let place = place(name) else { return [] }
        let kind = document.kind(at: place)
        guard kind == .array else { throw error(name, "is \(kind.name), not an array") }
        var strings: [String] = []
        var wrong: JSONDocument.Kind?
        document.forEachElement(of: place) { element in
            if document.kind(at: element) == .string {
                strings.append(document.string(at: element))
            } else if wrong == nil {
                wrong = document.kind(at: element)
            }
        }
        if let wrong { throw error(name, "holds \(wrong.name) where a string is needed") }
        return strings
    }
}
