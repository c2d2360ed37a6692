import Canonical
import EventLog
import Testing

@Suite("Events and their lines")
struct EventRoundTripTests {
    static let kinds: [(kind: EventKind, members: String)] = [
        (.sessionStarted, ""),
        (.sessionClosed(), ""),
        (
            .sessionClosed(summary: "s", durationMilliseconds: .max),
            #","summary":"s","duration_ms":18446744073709551615"#
        ),
        (.agentStarted(parentAgentInstanceID: "p"), #","parent_agent_instance_id":"p""#),
        (.agentSpawned(byAgentInstanceID: "p"), #","spawned_by_agent_instance_id":"p""#),
        (.agentSpawned(byAgentInstanceID: "p", reason: "r"), #","spawned_by_agent_instance_id":"p","reason":"r""#),
        (
            .agentHandoff(fromAgentInstanceID: "f", toAgentInstanceID: "t", artifacts: ["x", ""]),
            #","from_agent_instance_id":"f","to_agent_instance_id":"t","artifacts":["x",""]"#
        ),
        (
            .agentHandoff(fromAgentInstanceID: "", toAgentInstanceID: ""),
            #","from_agent_instance_id":"","to_agent_instance_id":"""#
        ),
        (.agentCollaborated(collaboratorAgentInstanceIDs: ["a"]), #","collaborator_agent_instance_ids":["a"]"#),
        (.agentCollaborated(), ""),
        (.agentReturned(toAgentInstanceID: "t"), #","returned_to_agent_instance_id":"t""#),
        (.agentCompleted(terminationReason: "done"), #","termination_reason":"done""#),
        (.agentFailed(reason: "line\nfeed\u{2028}\u{0}"), ",\"reason\":\"line\\nfeed\u{2028}\\u0000\""),
        (
            .agentCalledTool(name: "n", inputDigest: "i", outputDigest: "o", durationMilliseconds: 0),
            #","tool_name":"n","tool_input_digest":"i","tool_output_digest":"o","duration_ms":0"#
        ),
        (.agentReadFile(path: "/p", digest: "d"), #","file_path":"/p","digest":"d""#),
        (
            .agentWroteFile(path: "/p", digest: "d", operation: "created", additions: .max, deletions: 0),
            #","file_path":"/p","digest":"d","operation":"created","additions":4294967295,"deletions":0"#
        ),
        (.agentOpenedPort(port: .max, networkProtocol: "tcp"), #","port":65535,"protocol":"tcp""#),
        (.agentConnectedNetwork(destination: "d", port: 0), #","destination":"d","port":0"#),
        (
            .agentStartedProcess(name: "sh", processID: .max, command: "c"),
            #","process_name":"sh","pid":4294967295,"command":"c""#
        ),
        (
            .agentCompletedProcess(name: "sh", exitCode: .min, durationMilliseconds: 1, command: "c"),
            #","process_name":"sh","exit_code":-2147483648,"duration_ms":1,"command":"c""#
        ),
        (
            .agentDecision(
                model: "m",
                tokensIn: 1,
                tokensOut: .max,
                provider: "p",
                summary: "s",
                confidence: 0.1
            ),
            #","model":"m","tokens_in":1,"tokens_out":18446744073709551615,"provider":"p","summary":"s","confidence":0.1"#
        ),
        (.agentDecision(confidence: -0.0), #","confidence":-0.0"#),
        (.agentDecision(confidence: 1e16), #","confidence":1e16"#),
    ]

    @Test(arguments: kinds.indices) func eachKindHasItsMembersInOrder(index: Int) throws {
        let (kind, members) = Self.kinds[index]
        let written = try event("a", kind).encoded()
        let text = String(decoding: written, as: UTF8.self)
        #expect(text.hasSuffix(#","host_id":"host_1","type":"\#(kind.type)"\#(members)}"#))
        let read = try SessionEvent(parsing: written)
        #expect(read.kind == kind)
        #expect(read.unknownMembers == [])
        #expect(read == event("a", kind))
        #expect(try read.withoutSource.encoded() == written)
    }

    @Test func everyKnownTypeIsAmongThem() {
        #expect(Set(Self.kinds.map(\.kind.type)).count == 17)
    }

    @Test func theEnvelopeKeepsItsOrder() throws {
        let full = SessionEvent(
            sessionID: "s",
            eventID: "e",
            timestamp: "t",
            traceID: "tr",
            spanID: "sp",
            parentSpanID: "pa",
            agentID: "a",
            agentInstanceID: "ai",
            agentName: "an",
            agentRole: "ar",
            hostID: "h",
            toolRuntimeID: "rt",
            kind: .agentFailed(reason: "r"),
            artifactReference: "art",
            meta: .object(["z": .integer(1), "a": .array([.null, .bool(true), .number(.double(1.5e300))])])
        )
        let expected =
            #"{"session_id":"s","event_id":"e","timestamp":"t","sequence_no":0,"trace_id":"tr","span_id":"sp","#
            + #""parent_span_id":"pa","agent_id":"a","agent_instance_id":"ai","agent_name":"an","agent_role":"ar","#
            + #""host_id":"h","tool_runtime_id":"rt","type":"agent.failed","reason":"r","artifact_ref":"art","#
            + #""meta":{"z":1,"a":[null,true,1.5e300]}}"#
        #expect(String(decoding: try full.encoded(), as: UTF8.self) == expected)
        #expect(try SessionEvent(parsing: Array(expected.utf8)) == full)
    }

    @Test func aNullMetaIsNone() throws {
        var nothing = event()
        nothing.meta = .null
        #expect(try nothing.encoded() == event().encoded())
    }

    @Test func lookalikesAreDifferent() {
        // Swift's String calls these equal; a log keeps bytes.
        #expect("\u{e9}" == "e\u{301}")
        #expect(event("\u{e9}") != event("e\u{301}"))
        #expect(event("a") == event("a"))
    }

    @Test func changingAMemberWritesItAnew() throws {
        let text = line(5, more: #", "x_new" : { "k" : [ 1.0, 1e2 ] } "#)
        var read = try SessionEvent(parsing: Array(text.utf8))
        #expect(String(decoding: try read.encoded(), as: UTF8.self) == text)
        read.agentName = "renamed"
        let anew = String(decoding: try read.encoded(), as: UTF8.self)
        #expect(anew == line(5, "renamed", more: #","x_new":{"k":[1.0,1e2]}"#))
        #expect(read.unknownMembers.map(\.name) == ["x_new"])
    }
}
