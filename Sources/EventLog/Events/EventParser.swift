internal import Canonical

/// Reads events from their lines, one after the other.
///
/// Strict in types, so that nothing is guessed: `1.0` and `"1"` are no sequence numbers, a key that stands twice is
/// refused. Free in order and white space; members and types that are not known are kept.
struct EventParser: ~Copyable {
    /// How lines are read: integers exactly, each key once.
    static let options = JSONOptions(integers: .exact64)

    private var parser = JSONDocumentParser(options: options)

    /// Parses and checks a line.
    ///
    /// - Throws: ``EventError`` with the member that is missing or has the wrong type.
    mutating func parse(_ bytes: [UInt8]) throws(EventError) -> ParsedEvent {
        let document: JSONDocument
        do throws(JSONError) {
            document = try parser.parse(bytes)
        } catch {
            throw EventError(member: "", reason: "is not valid JSON: \(error)", byteOffset: error.byteOffset)
        }
        return try ParsedEvent(document)
    }

    /// Parses and checks a single text.
    ///
    /// - Parameter isDraft: whether what the log stamps may be missing.
    static func parseOnce(_ bytes: [UInt8], isDraft: Bool = false) throws(EventError) -> ParsedEvent {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: bytes, options: options)
        } catch {
            throw EventError(member: "", reason: "is not valid JSON: \(error)", byteOffset: error.byteOffset)
        }
        return try ParsedEvent(document, isDraft: isDraft)
    }
}

/// A line that is an event: its text, and where each member stands.
struct ParsedEvent {
    let document: JSONDocument
    /// The sequence number.
    let sequenceNumber: UInt64
    /// The type, when it is one that this version knows.
    let typeName: EventTypeName?
    private let places: InlineArray<47, JSONDocument.Place?>

    /// Finds the members and checks them.
    ///
    /// - Parameter isDraft: whether what the log stamps may be missing; the sequence number is then 0.
    /// - Throws: ``EventError`` with the member that is missing or has the wrong type.
    init(_ document: JSONDocument, isDraft: Bool = false) throws(EventError) {
        self.document = document
        let kind = document.kind(at: document.root)
        guard kind == .object else {
            throw EventError(member: "", reason: "is \(kind.name), not an object", byteOffset: 0)
        }
        // Keys mostly come in the order of the members, so that the next one is found at once.
        var expected = 0
        var places = InlineArray<47, JSONDocument.Place?>(repeating: nil)
        document.forEachMember(of: document.root) { key, value in
            for step in 0..<EventMember.count {
                let candidate = (expected + step) % EventMember.count
                if document.string(at: key, equals: EventMember.nameBytes[candidate]) {
                    places[candidate] = value
                    expected = candidate + 1
                    return
                }
            }
        }
        self.places = places
        guard let typePlace = places[EventMember.type.rawValue] else { throw Self.missing(.type) }
        typeName = Self.typeName(at: typePlace, in: document)
        if let place = places[EventMember.sequenceNumber.rawValue] {
            guard let number = document.number(at: place)?.unsignedValue else {
                throw Self.wrong(.sequenceNumber, place, .unsigned(maximum: .max), in: document)
            }
            sequenceNumber = number
        } else {
            if !isDraft { throw Self.missing(.sequenceNumber) }
            sequenceNumber = 0
        }
        for rule in isDraft ? Self.draft : Self.envelope { try check(rule) }
        if let typeName { for rule in typeName.rules { try check(rule) } }
    }

    /// What every event has and may have.
    private static let envelope = rules(optional: [.parentSpanID, .agentRole, .toolRuntimeID, .artifactReference])
    /// The same where the log will stamp the rest.
    private static let draft = rules(
        optional: [
            .parentSpanID, .agentRole, .toolRuntimeID, .artifactReference, .eventID, .timestamp, .traceID, .spanID,
        ]
    )

    private static func rules(optional: [EventMember]) -> [EventTypeName.Rule] {
        let texts: [EventMember] = [
            .sessionID, .eventID, .timestamp, .traceID, .spanID, .parentSpanID, .agentID, .agentInstanceID,
            .agentName, .agentRole, .hostID, .toolRuntimeID, .type, .artifactReference,
        ]
        return texts.map { EventTypeName.Rule(member: $0, shape: .text, isRequired: !optional.contains($0)) }
    }

    private static func typeName(at place: JSONDocument.Place, in document: JSONDocument) -> EventTypeName? {
        guard document.kind(at: place) == .string else { return nil }
        for (index, name) in EventTypeName.nameBytes.enumerated() where document.string(at: place, equals: name) {
            return EventTypeName.allCases[index]
        }
        return nil
    }

    /// Where a member stands; nil when it is absent or null.
    func place(_ member: EventMember) -> JSONDocument.Place? {
        guard let place = places[member.rawValue], document.kind(at: place) != .null else { return nil }
        return place
    }

    private func check(_ rule: EventTypeName.Rule) throws(EventError) {
        guard let place = places[rule.member.rawValue] else {
            if rule.isRequired { throw Self.missing(rule.member) }
            return
        }
        if document.kind(at: place) == .null, !rule.isRequired { return }
        if !isFitting(place, rule.shape) { throw Self.wrong(rule.member, place, rule.shape, in: document) }
    }

    private func isFitting(_ place: JSONDocument.Place, _ shape: EventTypeName.Shape) -> Bool {
        switch shape {
        case .text: return document.kind(at: place) == .string
        case .texts:
            guard document.kind(at: place) == .array else { return false }
            var isFitting = true
            document.forEachElement(of: place) { if document.kind(at: $0) != .string { isFitting = false } }
            return isFitting
        case .unsigned(let maximum):
            guard let value = document.number(at: place)?.unsignedValue else { return false }
            return value <= maximum
        case .signed32:
            guard let value = document.number(at: place)?.signedValue else { return false }
            return Int32(exactly: value) != nil
        case .double: return document.kind(at: place) == .number
        }
    }

    private static func missing(_ member: EventMember) -> EventError {
        EventError(member: member.name, reason: "is missing")
    }

    private static func wrong(
        _ member: EventMember,
        _ place: JSONDocument.Place,
        _ shape: EventTypeName.Shape,
        in document: JSONDocument
    ) -> EventError {
        let expected =
            switch shape {
            case .text: "a string"
            case .texts: "an array of strings"
            case .unsigned(let maximum): "an integer from 0 to \(maximum)"
            case .signed32: "an integer from \(Int32.min) to \(Int32.max)"
            case .double: "a number"
            }
        let found = document.kind(at: place)
        let reason = found == .number || found == .array ? "is not \(expected)" : "is \(found.name), not \(expected)"
        return EventError(member: member.name, reason: reason, byteOffset: document.byteOffset(of: place))
    }
}
