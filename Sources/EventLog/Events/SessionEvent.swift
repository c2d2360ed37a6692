public import Canonical

/// One thing that happened in a session: a line of the log.
///
/// Stored as one JSON object a line, with the members in exactly this order; those marked `?` are left out when nil:
///
///     {"session_id":"ssn_1","event_id":"evt_3c02b4f47c1d74cb","timestamp":"2026-07-01T00:00:00Z","sequence_no":0,
///      "trace_id":"3c02b4f47c1d74cb7e8f69f637b250c9","span_id":"415b87fccd24d324","parent_span_id":"…"?,
///      "agent_id":"agent://a","agent_instance_id":"ai_0","agent_name":"a","agent_role":"…"?,"host_id":"host_1",
///      "tool_runtime_id":"…"?,"type":"session.started",…the members of the type…,"artifact_ref":"…"?,"meta":…?}
///
/// An event that was read keeps the text it was read from. As long as nothing but the sequence number is changed it is
/// written back byte for byte, with whatever members, order and spelling it had.
public struct SessionEvent: Sendable {
    /// The session it belongs to.
    public var sessionID: String { didSet { source = nil } }
    /// Identifies the event: `evt_` and 16 hexadecimal digits. The log makes one when it is empty.
    public var eventID: String { didSet { source = nil } }
    /// When it happened (RFC 3339). The log stamps it when it is empty.
    public var timestamp: String { didSet { source = nil } }
    /// Its place in the session, from 0. The log overwrites whatever stands here.
    public internal(set) var sequenceNumber: UInt64 = 0
    /// The trace it belongs to: 32 hexadecimal digits. The log makes one when it is empty.
    public var traceID: String { didSet { source = nil } }
    /// The span it belongs to: 16 hexadecimal digits. The log makes one when it is empty.
    public var spanID: String { didSet { source = nil } }
    /// The span around that one.
    public var parentSpanID: String? { didSet { source = nil } }
    /// The agent, as `agent://…`.
    public var agentID: String { didSet { source = nil } }
    /// This running instance of the agent.
    public var agentInstanceID: String { didSet { source = nil } }
    /// The agent's name for people.
    public var agentName: String { didSet { source = nil } }
    /// What the agent is there for.
    public var agentRole: String? { didSet { source = nil } }
    /// The machine it happened on.
    public var hostID: String { didSet { source = nil } }
    /// The tool runtime it happened in.
    public var toolRuntimeID: String? { didSet { source = nil } }
    /// What happened.
    public var kind: EventKind { didSet { source = nil } }
    /// An artifact it is about.
    public var artifactReference: String? { didSet { source = nil } }
    /// Anything else; a null is the same as nothing.
    public var meta: JSONValue? {
        didSet {
            source = nil
            metaText = nil
        }
    }
    /// Members that a known type has and this version does not know. They are written behind those of the type.
    public var unknownMembers: [RawMember] = [] { didSet { source = nil } }

    /// The text of ``meta`` as it was read, which may hold numbers that a ``JSONValue`` rounds.
    var metaText: RawMember?
    /// The text it was read from, while it still says the same.
    var source: EncodedEvent?

    /// Makes an event; what the log makes or stamps may be left out.
    public init(
        sessionID: String,
        eventID: String = "",
        timestamp: String = "",
        traceID: String = "",
        spanID: String = "",
        parentSpanID: String? = nil,
        agentID: String,
        agentInstanceID: String,
        agentName: String,
        agentRole: String? = nil,
        hostID: String,
        toolRuntimeID: String? = nil,
        kind: EventKind,
        artifactReference: String? = nil,
        meta: JSONValue? = nil
    ) {
        self.sessionID = sessionID
        self.eventID = eventID
        self.timestamp = timestamp
        self.traceID = traceID
        self.spanID = spanID
        self.parentSpanID = parentSpanID
        self.agentID = agentID
        self.agentInstanceID = agentInstanceID
        self.agentName = agentName
        self.agentRole = agentRole
        self.hostID = hostID
        self.toolRuntimeID = toolRuntimeID
        self.kind = kind
        self.artifactReference = artifactReference
        self.meta = meta
    }
}

/// An event cannot be read or written: which member, why, and where.
public struct EventError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The member; empty when the whole text is no JSON object.
    public let member: String
    /// What is wrong with it.
    public let reason: String
    /// Where, in bytes from the start of the text; nil when there is no text yet.
    public let byteOffset: Int?

    /// Makes an error from its parts.
    public init(member: String, reason: String, byteOffset: Int? = nil) {
        self.member = member
        self.reason = reason
        self.byteOffset = byteOffset
    }

    /// One sentence: the member, what is wrong, the place.
    public var description: String {
        let subject = member.isEmpty ? "it" : "the member \"\(member)\""
        // What is wrong with the whole text names its place already.
        let place = member.isEmpty ? "" : byteOffset.map { " (byte \($0))" } ?? ""
        return "\(subject) \(reason)\(place)"
    }
}
