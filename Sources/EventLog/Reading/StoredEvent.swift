internal import Canonical

/// An event as it stands in the log: its line, its place and its number.
///
/// The line was checked when it was read; its members are taken out of it when they are asked for.
public struct StoredEvent: Sendable {
    /// The line without its line feed.
    public let bytes: [UInt8]
    /// The line's number in the file, from 1.
    public let line: UInt64
    /// Where the line begins in the file.
    public let byteOffset: Int64
    /// The event's place in the session, from 0.
    public let sequenceNumber: UInt64

    private let typeName: EventTypeName?

    /// Checks a line.
    ///
    /// - Throws: ``EventError`` when it is no event.
    init(_ line: RawLine, _ parser: inout EventParser) throws(EventError) {
        let outline = try parser.outline(of: line.bytes)
        bytes = line.bytes
        self.line = line.number
        byteOffset = line.byteOffset
        sequenceNumber = outline.sequenceNumber
        typeName = outline.typeName
    }

    /// The type's name on disk: `agent.called_tool`.
    ///
    /// - Complexity: O(1) for the types that this version knows, else O(*n*) in the length of the line.
    public var type: String { typeName?.rawValue ?? (try? parsed())?.type ?? "" }

    /// The event with all of its members.
    ///
    /// - Complexity: O(*n*) in the length of the line, each time.
    public var event: SessionEvent { (try? checked()) ?? unread }

    /// The event with all of its members.
    ///
    /// - Throws: ``EventError`` when the parser does not take the line for an event, which it was taken for without the
    ///   parser. No line is known for which that is so.
    func checked() throws(EventError) -> SessionEvent { SessionEvent(try parsed()) }

    private func parsed() throws(EventError) -> ParsedEvent { try EventParser.parseOnce(bytes) }

    /// What is known of a line that the parser refuses: whatever stands on a disk, nobody's process may end over it.
    private var unread: SessionEvent {
        var event = SessionEvent(
            sessionID: "",
            agentID: "",
            agentInstanceID: "",
            agentName: "",
            hostID: "",
            kind: .other(type: typeName?.rawValue ?? "", members: [])
        )
        event.sequenceNumber = sequenceNumber
        return event
    }
}

/// What stands on a line of the log.
public enum LogEntry: Sendable {
    /// An event.
    case event(StoredEvent)
    /// Something else, which is passed over.
    case skipped(SkippedLine)

    init(_ line: RawLine, _ parser: inout EventParser) {
        do throws(EventError) {
            switch line.ending {
            // Looked at first: it costs nothing, for an event begins with a brace, and to parse nothing costs much.
            case .terminated where line.isBlank: self = .skipped(SkippedLine(line, .blank))
            case .terminated: self = .event(try StoredEvent(line, &parser))
            case .tooLong: self = .skipped(SkippedLine(line, .tooLong))
            case .endOfFile: self = .skipped(SkippedLine(line, .unfinished))
            }
        } catch {
            self = .skipped(SkippedLine(line, .malformed(error)))
        }
    }
}

extension SkippedLine {
    init(_ line: RawLine, _ reason: Reason) {
        var number: UInt64?
        if case .malformed = reason { number = EventParser.numberOfOthers(line.bytes) }
        self.init(
            line: line.number,
            byteOffset: line.byteOffset,
            byteCount: line.byteCount,
            reason: reason,
            sequenceNumber: number
        )
    }
}

extension RawLine {
    /// Whether there is nothing but white space.
    var isBlank: Bool { bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } }
}
