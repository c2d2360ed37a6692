internal import Canonical

/// The types that this version knows, by their names on disk.
enum EventTypeName: String, CaseIterable, Sendable {
    case sessionStarted = "session.started"
    case sessionClosed = "session.closed"
    case agentStarted = "agent.started"
    case agentSpawned = "agent.spawned"
    case agentHandoff = "agent.handoff"
    case agentCollaborated = "agent.collaborated"
    case agentReturned = "agent.returned"
    case agentCompleted = "agent.completed"
    case agentFailed = "agent.failed"
    case agentCalledTool = "agent.called_tool"
    case agentReadFile = "agent.read_file"
    case agentWroteFile = "agent.wrote_file"
    case agentOpenedPort = "agent.opened_port"
    case agentConnectedNetwork = "agent.connected_network"
    case agentStartedProcess = "agent.started_process"
    case agentCompletedProcess = "agent.completed_process"
    case agentDecision = "agent.decision"

    private static let cases = allCases.map { (name: $0, rules: $0.rules) }
    private static let table = JSONMemberNames(cases.map(\.name.rawValue))

    /// The type that a string names, with its ``rules``; nil when it is none that this version knows.
    static func find(at place: JSONDocument.Place, in document: JSONDocument) -> (name: Self, rules: [Rule])? {
        document.index(in: table, at: place).map { cases[$0] }
    }

    /// The type that a range of bytes names, by its place among all cases; nil when it is none of them.
    static func index(of bytes: Span<UInt8>, _ range: Range<Int>) -> Int? { table.index(of: bytes, range) }

    /// One member of a type: what it holds and whether it must be there.
    struct Rule: Sendable {
        let member: EventMember
        let shape: Shape
        let isRequired: Bool
    }

    /// What a member holds.
    enum Shape: Sendable {
        case text
        /// An array of strings, which is left out when empty.
        case texts
        /// An integer from 0 to the maximum.
        case unsigned(maximum: UInt64)
        /// An integer of 32 bits with a sign.
        case signed32
        case double
    }

    /// The members of the type itself, in the order in which they are written.
    var rules: [Rule] { Self.rules[self] ?? [] }

    private static let rules: [EventTypeName: [Rule]] = [
        .sessionClosed: [optional(.summary), optional(.durationMilliseconds, wide)],
        .agentStarted: [optional(.parentAgentInstanceID)],
        .agentSpawned: [required(.spawnedByAgentInstanceID), optional(.reason)],
        .agentHandoff: [
            required(.fromAgentInstanceID), required(.toAgentInstanceID), optional(.artifacts, .texts),
        ],
        .agentCollaborated: [optional(.collaboratorAgentInstanceIDs, .texts)],
        .agentReturned: [required(.returnedToAgentInstanceID)],
        .agentCompleted: [optional(.terminationReason)],
        .agentFailed: [optional(.reason)],
        .agentCalledTool: [
            required(.toolName), optional(.toolInputDigest), optional(.toolOutputDigest),
            optional(.durationMilliseconds, wide),
        ],
        .agentReadFile: [required(.filePath), optional(.digest)],
        .agentWroteFile: [
            required(.filePath), optional(.digest), optional(.operation), optional(.additions, word),
            optional(.deletions, word),
        ],
        .agentOpenedPort: [required(.port, half), optional(.networkProtocol)],
        .agentConnectedNetwork: [required(.destination), optional(.port, half)],
        .agentStartedProcess: [required(.processName), optional(.processID, word), optional(.command)],
        .agentCompletedProcess: [
            required(.processName), optional(.exitCode, .signed32), optional(.durationMilliseconds, wide),
            optional(.command),
        ],
        .agentDecision: [
            optional(.model), optional(.tokensIn, wide), optional(.tokensOut, wide), optional(.provider),
            optional(.summary), optional(.confidence, .double),
        ],
    ]

    private static let wide = Shape.unsigned(maximum: .max)
    private static let word = Shape.unsigned(maximum: UInt64(UInt32.max))
    private static let half = Shape.unsigned(maximum: UInt64(UInt16.max))

    private static func required(_ member: EventMember, _ shape: Shape = .text) -> Rule {
        Rule(member: member, shape: shape, isRequired: true)
    }

    private static func optional(_ member: EventMember, _ shape: Shape = .text) -> Rule {
        Rule(member: member, shape: shape, isRequired: false)
    }
}
