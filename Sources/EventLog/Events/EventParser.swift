@_spi(Bytes) internal import Canonical

/// Reads events from their lines, one after the other.
///
/// Strict in types, so that nothing is guessed: `1.0` and `"1"` are no sequence numbers, a key that stands twice is
/// refused. Free in order and white space; members and types that are not known are kept.
struct EventParser: ~Copyable {
    /// How lines are read: integers exactly, each key once.
    static let options = JSONOptions(integers: .exact64)

    private var parser = JSONDocumentParser(options: options)
    private var ranges = MemberRanges()

    /// Checks a line, and says what is needed of every one.
    ///
    /// - Throws: ``EventError`` with the member that is missing or has the wrong type.
    mutating func outline(of bytes: [UInt8]) throws(EventError) -> EventOutline {
        if let plain = EventOutline(plain: bytes.span, &ranges) { return plain }
        let parsed = try parse(bytes)
        return EventOutline(sequenceNumber: parsed.sequenceNumber, typeName: parsed.typeName)
    }

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

extension EventParser {
    /// No shorter text carries a sequence number, be it an event or not: the name in quotes, a colon and a digit.
    static let numberByteCountMinimum = quotedNumberName.count + 2

    private static let quotedNumberName = Array("\"\(EventMember.sequenceNumber.name)\"".utf8)

    /// The sequence number of a line that is no event here, but may be one for another tool; nil when it carries none.
    ///
    /// Others write and read what is not read here: half of a surrogate pair, a key twice, deeper nesting, another
    /// encoding. Of such a line the highest number is taken that stands behind the member's name, wherever that is: it
    /// can only make the next one higher.
    ///
    /// - Complexity: O(*n*) in the length of the line.
    static func numberOfOthers(_ bytes: [UInt8]) -> UInt64? {
        guard let document = try? JSONDocument(parsing: bytes, options: options) else {
            return highestNumber(in: bytes.span)
        }
        guard document.kind(at: document.root) == .object else { return nil }
        var members = InlineArray<47, JSONDocument.Member>(repeating: .absent)
        var span = members.mutableSpan
        document.find(EventMember.table, of: document.root, into: &span)
        return members[EventMember.sequenceNumber.rawValue].place.flatMap { document.number(at: $0)?.unsignedValue }
    }

    /// The highest number that is found by its name only: `"sequence_no":101`.
    private static func highestNumber(in bytes: Span<UInt8>) -> UInt64? {
        let name = quotedNumberName
        var highest: UInt64?
        var place = 0
        while let start = bytes.firstIndex(of: UInt8(ascii: "\""), from: place) {
            place = start + 1
            guard bytes.count - start > name.count, name.indices.allSatisfy({ bytes[start + $0] == name[$0] }) else {
                continue
            }
            place = start + name.count
            if let number = number(in: bytes, behindColonFrom: place) { highest = max(highest ?? number, number) }
        }
        return highest
    }

    /// The number behind a colon, with white space around that; nil when there is none, or it has more than 64 bits.
    private static func number(in bytes: Span<UInt8>, behindColonFrom start: Int) -> UInt64? {
        func end(of white: Int) -> Int {
            var place = white
            while place < bytes.count, [0x20, 0x09, 0x0D].contains(bytes[place]) { place += 1 }
            return place
        }
        let colon = end(of: start)
        guard colon < bytes.count, bytes[colon] == UInt8(ascii: ":") else { return nil }
        var place = end(of: colon + 1)
        var number: UInt64?
        while place < bytes.count, bytes[place].isDecimalDigit {
            var longer = number ?? 0
            guard longer.append(decimalDigit: bytes[place]) else { return nil }
            number = longer
            place += 1
        }
        return number
    }
}

/// A line that is an event: its text, and where each member stands.
struct ParsedEvent {
    let document: JSONDocument
    /// The sequence number.
    let sequenceNumber: UInt64
    /// The type, when it is one that this version knows.
    let typeName: EventTypeName?
    private let members: InlineArray<47, JSONDocument.Member>

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
        var members = InlineArray<47, JSONDocument.Member>(repeating: .absent)
        var span = members.mutableSpan
        document.find(EventMember.table, of: document.root, into: &span)
        self.members = members
        let type = members[EventMember.type.rawValue]
        guard let typePlace = type.place else { throw Self.missing(.type) }
        let known = type.kind == .string ? EventTypeName.find(at: typePlace, in: document) : nil
        typeName = known?.name
        if isDraft {
            sequenceNumber = 0
        } else if let place = members[EventMember.sequenceNumber.rawValue].place {
            guard let number = document.number(at: place)?.unsignedValue else {
                throw Self.wrong(.sequenceNumber, place, .unsigned(maximum: .max), in: document)
            }
            sequenceNumber = number
        } else {
            throw Self.missing(.sequenceNumber)
        }
        for rule in isDraft ? Self.draft : Self.envelope { try check(rule) }
        if let known { for rule in known.rules { try check(rule) } }
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

    /// Where a member stands; nil when it is absent or null.
    func place(_ member: EventMember) -> JSONDocument.Place? {
        let member = members[member.rawValue]
        return member.kind == .null ? nil : member.place
    }

    private func check(_ rule: EventTypeName.Rule) throws(EventError) {
        let member = members[rule.member.rawValue]
        if case .text = rule.shape, member.kind == .string { return }
        guard let place = member.place else {
            if rule.isRequired { throw Self.missing(rule.member) }
            return
        }
        if member.kind == .null, !rule.isRequired { return }
        if !isFitting(place, member.kind, rule.shape) { throw Self.wrong(rule.member, place, rule.shape, in: document) }
    }

    private func isFitting(
        _ place: JSONDocument.Place,
        _ kind: JSONDocument.Kind,
        _ shape: EventTypeName.Shape
    ) -> Bool {
        switch shape {
        case .text: return kind == .string
        case .texts:
            guard kind == .array else { return false }
            var isFitting = true
            document.forEachElement(of: place) { if document.kind(at: $0) != .string { isFitting = false } }
            return isFitting
        case .unsigned(let maximum):
            guard let value = document.number(at: place)?.unsignedValue else { return false }
            return value <= maximum
        case .signed32:
            guard let value = document.number(at: place)?.signedValue else { return false }
            return Int32(exactly: value) != nil
        case .double: return kind == .number
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
