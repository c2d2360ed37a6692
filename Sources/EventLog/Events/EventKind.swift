/// What happened: an event's type with the members of that type.
///
/// The name on disk stands behind each case. An optional is omitted when it is nil, an array when it is empty. New
/// types come with new versions; an older version keeps them as ``other(type:members:)``.
public enum EventKind: Sendable, Hashable {
    /// `session.started`
    case sessionStarted
    /// `session.closed {summary?, duration_ms?}`
    case sessionClosed(summary: String? = nil, durationMilliseconds: UInt64? = nil)
    /// `agent.started {parent_agent_instance_id?}`
    case agentStarted(parentAgentInstanceID: String? = nil)
    /// `agent.spawned {spawned_by_agent_instance_id, reason?}`
    case agentSpawned(byAgentInstanceID: String, reason: String? = nil)
    /// `agent.handoff {from_agent_instance_id, to_agent_instance_id, artifacts[]}`
    case agentHandoff(fromAgentInstanceID: String, toAgentInstanceID: String, artifacts: [String] = [])
    /// `agent.collaborated {collaborator_agent_instance_ids[]}`
    case agentCollaborated(collaboratorAgentInstanceIDs: [String] = [])
    /// `agent.returned {returned_to_agent_instance_id}`
    case agentReturned(toAgentInstanceID: String)
    /// `agent.completed {termination_reason?}`
    case agentCompleted(terminationReason: String? = nil)
    /// `agent.failed {reason?}`
    case agentFailed(reason: String? = nil)
    /// `agent.called_tool {tool_name, tool_input_digest?, tool_output_digest?, duration_ms?}`
    case agentCalledTool(
        name: String,
        inputDigest: String? = nil,
        outputDigest: String? = nil,
        durationMilliseconds: UInt64? = nil
    )
    /// `agent.read_file {file_path, digest?}`
    case agentReadFile(path: String, digest: String? = nil)
    /// `agent.wrote_file {file_path, digest?, operation?, additions?, deletions?}`; additions and deletions in lines.
    case agentWroteFile(
        path: String,
        digest: String? = nil,
        operation: String? = nil,
        additions: UInt32? = nil,
        deletions: UInt32? = nil
    )
    /// `agent.opened_port {port, protocol?}`
    case agentOpenedPort(port: UInt16, networkProtocol: String? = nil)
    /// `agent.connected_network {destination, port?}`
    case agentConnectedNetwork(destination: String, port: UInt16? = nil)
    /// `agent.started_process {process_name, pid?, command?}`
    case agentStartedProcess(name: String, processID: UInt32? = nil, command: String? = nil)
    /// `agent.completed_process {process_name, exit_code?, duration_ms?, command?}`
    case agentCompletedProcess(
        name: String,
        exitCode: Int32? = nil,
        durationMilliseconds: UInt64? = nil,
        command: String? = nil
    )
    /// `agent.decision {model?, tokens_in?, tokens_out?, provider?, summary?, confidence?}`; the confidence is finite.
    case agentDecision(
        model: String? = nil,
        tokensIn: UInt64? = nil,
        tokensOut: UInt64? = nil,
        provider: String? = nil,
        summary: String? = nil,
        confidence: Double? = nil
    )
    /// A type that this version does not know, kept whole.
    case other(type: String, members: [RawMember])

    /// The type's name on disk: `agent.called_tool`.
    public var type: String {
        if case .other(let type, _) = self { return type }
        return typeName?.rawValue ?? ""
    }

    /// The type, when it is one that this version knows.
    var typeName: EventTypeName? {
        switch self {
        case .sessionStarted: .sessionStarted
        case .sessionClosed: .sessionClosed
        case .agentStarted: .agentStarted
        case .agentSpawned: .agentSpawned
        case .agentHandoff: .agentHandoff
        case .agentCollaborated: .agentCollaborated
        case .agentReturned: .agentReturned
        case .agentCompleted: .agentCompleted
        case .agentFailed: .agentFailed
        case .agentCalledTool: .agentCalledTool
        case .agentReadFile: .agentReadFile
        case .agentWroteFile: .agentWroteFile
        case .agentOpenedPort: .agentOpenedPort
        case .agentConnectedNetwork: .agentConnectedNetwork
        case .agentStartedProcess: .agentStartedProcess
        case .agentCompletedProcess: .agentCompletedProcess
        case .agentDecision: .agentDecision
        case .other: nil
        }
    }
}
