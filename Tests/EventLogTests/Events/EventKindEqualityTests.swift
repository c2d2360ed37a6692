import Canonical
import EventLog
import Testing

/// What happened is the same only when its bytes are: not when it merely looks the same.
@Suite("Equality of what happened")
struct EventKindEqualityTests {
    /// Every text of every type, one at a time.
    private static let texts: [@Sendable (String) throws -> EventKind] = [
        { .sessionClosed(summary: $0, durationMilliseconds: 1) }, { .agentStarted(parentAgentInstanceID: $0) },
        { .agentSpawned(byAgentInstanceID: $0, reason: "r") }, { .agentSpawned(byAgentInstanceID: "a", reason: $0) },
        { .agentHandoff(fromAgentInstanceID: $0, toAgentInstanceID: "t", artifacts: ["x"]) },
        { .agentHandoff(fromAgentInstanceID: "f", toAgentInstanceID: $0, artifacts: ["x"]) },
        { .agentHandoff(fromAgentInstanceID: "f", toAgentInstanceID: "t", artifacts: ["x", $0]) },
        { .agentCollaborated(collaboratorAgentInstanceIDs: [$0]) }, { .agentReturned(toAgentInstanceID: $0) },
        { .agentCompleted(terminationReason: $0) }, { .agentFailed(reason: $0) },
        { .agentCalledTool(name: $0, inputDigest: "i") }, { .agentCalledTool(name: "n", inputDigest: $0) },
        { .agentCalledTool(name: "n", outputDigest: $0) }, { .agentReadFile(path: $0, digest: "d") },
        { .agentReadFile(path: "/p", digest: $0) }, { .agentWroteFile(path: $0, digest: "d") },
        { .agentWroteFile(path: "/p", digest: $0) }, { .agentWroteFile(path: "/p", operation: $0) },
        { .agentOpenedPort(port: 1, networkProtocol: $0) }, { .agentConnectedNetwork(destination: $0, port: 1) },
        { .agentStartedProcess(name: $0, command: "c") }, { .agentStartedProcess(name: "n", command: $0) },
        { .agentCompletedProcess(name: $0, command: "c") }, { .agentCompletedProcess(name: "n", command: $0) },
        { .agentDecision(model: $0) }, { .agentDecision(provider: $0) }, { .agentDecision(summary: $0) },
        { .other(type: $0, members: []) }, { .other(type: "t", members: [try RawMember(name: $0, value: .null)]) },
        { .other(type: "t", members: [try RawMember(name: "n", value: .string($0))]) },
    ]

    @Test(arguments: texts.indices) func textsThatLookAlikeDiffer(index: Int) throws {
        let make = Self.texts[index]
        let (composed, decomposed) = (try make("caf\u{e9}"), try make("cafe\u{301}"))
        #expect(composed != decomposed)
        #expect(composed == (try make("caf\u{e9}")))
        #expect(composed.hashValue == (try make("caf\u{e9}")).hashValue)
        #expect(Set([composed, decomposed, try make("caf\u{e9}"), try make("")]).count == 3)
    }

    @Test func everyTypeHasItsTextsAmongThem() throws {
        let types = Set(try Self.texts.map { try $0("x").type })
        // All known types but session.started, which has no members, and two of another name.
        #expect(types.subtracting(["x", "t"]).count == 16)
    }

    /// What is absent, empty, zero or in the next member is something else each time.
    @Test func nothingElseIsConfused() throws {
        let kinds: [EventKind] = [
            .sessionStarted, .other(type: "session.started", members: []), .sessionClosed(),
            .sessionClosed(summary: ""),
            .sessionClosed(durationMilliseconds: 0), .sessionClosed(durationMilliseconds: 1),
            .agentStarted(), .agentCompleted(), .agentFailed(), .agentCollaborated(),
            .agentCollaborated(collaboratorAgentInstanceIDs: [""]),
            .agentCollaborated(collaboratorAgentInstanceIDs: ["a", "b"]),
            .agentCollaborated(collaboratorAgentInstanceIDs: ["ab"]),
            .agentHandoff(fromAgentInstanceID: "a", toAgentInstanceID: "b"),
            .agentHandoff(fromAgentInstanceID: "b", toAgentInstanceID: "a"),
            .agentHandoff(fromAgentInstanceID: "a", toAgentInstanceID: "b", artifacts: [""]),
            .agentCalledTool(name: "n", inputDigest: "d"), .agentCalledTool(name: "n", outputDigest: "d"),
            .agentCalledTool(name: "n", durationMilliseconds: 0), .agentCalledTool(name: "n", durationMilliseconds: 1),
            .agentReadFile(path: "p"), .agentWroteFile(path: "p"), .agentWroteFile(path: "p", additions: 1),
            .agentWroteFile(path: "p", deletions: 1), .agentOpenedPort(port: 1), .agentOpenedPort(port: 2),
            .agentConnectedNetwork(destination: "d"), .agentConnectedNetwork(destination: "d", port: 0),
            .agentStartedProcess(name: "n"), .agentStartedProcess(name: "n", processID: 1),
            .agentCompletedProcess(name: "n"), .agentCompletedProcess(name: "n", exitCode: 1),
            .agentCompletedProcess(name: "n", exitCode: -1), .agentCompletedProcess(name: "n", durationMilliseconds: 1),
            .agentDecision(tokensIn: 1), .agentDecision(tokensOut: 1), .agentDecision(confidence: 1),
            .agentDecision(confidence: 0.5), .other(type: "t", members: []),
            .other(type: "t", members: [try RawMember(name: "n", value: .null)]),
        ]
        for (place, kind) in kinds.enumerated() {
            for (other, against) in kinds.enumerated() { #expect((kind == against) == (place == other), "\(kind)") }
        }
        #expect(Set(kinds).count == kinds.count)
    }

    /// As numbers compare: there are two zeros of one value, and what is no number equals nothing.
    @Test func aConfidenceIsComparedAsANumber() {
        #expect(EventKind.agentDecision(confidence: 0) == .agentDecision(confidence: -0.0))
        #expect(
            EventKind.agentDecision(confidence: 0).hashValue == EventKind.agentDecision(confidence: -0.0).hashValue
        )
        #expect(EventKind.agentDecision(confidence: .nan) != .agentDecision(confidence: .nan))
    }
}
