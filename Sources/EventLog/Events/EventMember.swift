internal import Canonical

/// The members of an event that this version knows, in the order in which they are written.
enum EventMember: Int, CaseIterable, Sendable {
    // Every event has these.
    case sessionID, eventID, timestamp, sequenceNumber, traceID, spanID, parentSpanID
    case agentID, agentInstanceID, agentName, agentRole, hostID, toolRuntimeID, type
    // Some types have these.
    case summary, durationMilliseconds, parentAgentInstanceID, spawnedByAgentInstanceID, reason
    case fromAgentInstanceID, toAgentInstanceID, artifacts, collaboratorAgentInstanceIDs
    case returnedToAgentInstanceID, terminationReason, toolName, toolInputDigest, toolOutputDigest
    case filePath, digest, operation, additions, deletions, port, networkProtocol, destination
    case processName, processID, exitCode, command
    case model, tokensIn, tokensOut, provider, confidence
    // Every event may have these.
    case artifactReference, meta

    /// How many there are.
    static let count = names.count

    /// The member's name on disk.
    var name: String { Self.names[rawValue] }

    private static let names: [String] = [
        "session_id", "event_id", "timestamp", "sequence_no", "trace_id", "span_id", "parent_span_id",
        "agent_id", "agent_instance_id", "agent_name", "agent_role", "host_id", "tool_runtime_id", "type",
        "summary", "duration_ms", "parent_agent_instance_id", "spawned_by_agent_instance_id", "reason",
        "from_agent_instance_id", "to_agent_instance_id", "artifacts", "collaborator_agent_instance_ids",
        "returned_to_agent_instance_id", "termination_reason", "tool_name", "tool_input_digest", "tool_output_digest",
        "file_path", "digest", "operation", "additions", "deletions", "port", "protocol", "destination",
        "process_name", "pid", "exit_code", "command",
        "model", "tokens_in", "tokens_out", "provider", "confidence",
        "artifact_ref", "meta",
    ]

    /// The key as it is written.
    var key: WrittenKey { Self.keys[rawValue] }

    private static let keys = names.map { WrittenKey($0) }

    /// The names, for finding members by them; the indexes are raw values.
    static let table = JSONMemberNames(names)

    /// The member that a key names; nil when it is none that this version knows.
    init?(at key: JSONDocument.Place, in document: JSONDocument) {
        guard let index = document.index(in: Self.table, at: key) else { return nil }
        self.init(rawValue: index)
    }

    /// Whether every event has or may have it, whatever its type.
    var isEnvelope: Bool { rawValue <= EventMember.type.rawValue || rawValue >= EventMember.artifactReference.rawValue }
}
