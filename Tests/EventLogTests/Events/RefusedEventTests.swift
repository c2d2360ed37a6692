import EventLog
import Testing

@Suite("Lines that are no events")
struct RefusedEventTests {
    static let refused: [(text: String, member: String, reason: String)] = [
        ("", "", "is not valid JSON"), ("{", "", "is not valid JSON"), ("[]", "", "is an array, not an object"),
        ("7", "", "is a number, not an object"), ("{}", "type", "is missing"),
        ("\u{FEFF}" + line(0), "", "byte-order mark"),
        (line(0) + "x", "", "something follows the value"),
        (line(0, "a\\q"), "", "invalid escape"),
        (line(0).replacing("\"sequence_no\":0", with: "\"sequence_no\":1.0"), "sequence_no", "is not an integer"),
        (line(0).replacing("\"sequence_no\":0", with: "\"sequence_no\":-1"), "sequence_no", "is not an integer"),
        (line(0).replacing("\"sequence_no\":0", with: "\"sequence_no\":\"0\""), "sequence_no", "is a string"),
        (line(0).replacing("\"sequence_no\":0", with: "\"sequence_no\":18446744073709551616"), "sequence_no", "is not"),
        (line(0).replacing("\"sequence_no\":0,", with: ""), "sequence_no", "is missing"),
        (line(0).replacing("\"span_id\"", with: "\"spam_id\""), "span_id", "is missing"),
        (line(0).replacing("\"agent_name\":\"other\"", with: "\"agent_name\":null"), "agent_name", "is null"),
        (line(0, more: #","artifact_ref":1"#), "artifact_ref", "is not a string"),
        (line(0, more: #","session_id":"again""#), "", "the object has this key twice"),
        (line(0, type: "agent.opened_port"), "port", "is missing"),
        (line(0, type: "agent.opened_port", more: #","port":65536"#), "port", "is not an integer from 0 to 65535"),
        (line(0, type: "agent.opened_port", more: #","port":null"#), "port", "is null"),
        (
            line(0, type: "agent.completed_process", more: #","process_name":"p","exit_code":2147483648"#), "exit_code",
            "is not"
        ),
        (line(0, type: "agent.wrote_file", more: #","file_path":"p","additions":4294967296"#), "additions", "is not"),
        (line(0, type: "agent.decision", more: #","confidence":"1""#), "confidence", "is a string, not a number"),
        (
            line(
                0,
                type: "agent.handoff",
                more: #","from_agent_instance_id":"f","to_agent_instance_id":"t","artifacts":[1]"#
            ), "artifacts", "is not an array of strings"
        ),
    ]

    @Test(arguments: refused.indices) func badEventsAreRefusedWithTheirMember(index: Int) throws {
        let (text, member, reason) = Self.refused[index]
        do {
            _ = try SessionEvent(parsing: Array(text.utf8))
            Issue.record("accepted: \(text)")
        } catch {
            #expect(error.member == member, "\(error)")
            #expect(error.description.contains(reason), "\(error)")
        }
    }

    @Test func thePlaceIsTold() throws {
        let text = line(0, type: "agent.opened_port", more: #","port":70000"#)
        let place = try #require(text.firstRange(of: "70000")).lowerBound.utf16Offset(in: text)
        #expect(throws: EventError(member: "port", reason: "is not an integer from 0 to 65535", byteOffset: place)) {
            try SessionEvent(parsing: Array(text.utf8))
        }
    }

    @Test func optionalMembersMayBeNull() throws {
        let more = #","agent_role":null,"parent_span_id":null,"tool_runtime_id":null,"artifact_ref":null,"meta":null"#
        let read = try SessionEvent(
            parsing: Array(line(0, type: "session.closed", more: more + #","summary":null"#).utf8)
        )
        #expect(read.kind == .sessionClosed())
        #expect(read.agentRole == nil && read.artifactReference == nil)
        #expect(read.meta == nil)
        #expect(String(decoding: try read.withoutSource.encoded(), as: UTF8.self) == line(0, type: "session.closed"))
    }

    @Test func orderAndWhiteSpaceAreFree() throws {
        let text =
            "\t{ \"type\":\"session.started\",\r\n\"sequence_no\" : 7 ,\n"
            + String(line(0).dropFirst()).replacing(",\"sequence_no\":0", with: "").replacing(
                ",\"type\":\"session.started\"",
                with: ""
            )
        let read = try SessionEvent(parsing: Array(text.utf8))
        #expect(read.sequenceNumber == 7)
        #expect(String(decoding: try read.encoded(), as: UTF8.self) == line(7))
    }

    @Test func aDraftMayLackWhatTheLogMakes() throws {
        let text =
            #"{"session_id":"s","agent_id":"a","agent_instance_id":"ai","agent_name":"n","host_id":"h","#
            + #""type":"agent.failed","reason":"r","x":1,"event_id":null}"#
        #expect(throws: EventError.self) { try SessionEvent(parsing: Array(text.utf8)) }
        let draft = try SessionEvent(parsingDraft: Array(text.utf8))
        let log = try TestLog()
        try log.open().append(draft)
        let read = try #require(try log.open().readAll().events.first).event
        #expect(read.kind == .agentFailed(reason: "r"))
        #expect(read.unknownMembers.map(\.name) == ["x"])
        #expect(!read.eventID.isEmpty && !read.timestamp.isEmpty)
        #expect(throws: EventError(member: "agent_id", reason: "is missing")) {
            try SessionEvent(parsingDraft: Array(#"{"session_id":"s","type":"x"}"#.utf8))
        }
        #expect(throws: EventError.self) {
            try SessionEvent(parsingDraft: Array(line(0).replacing("\"host_2\"", with: "2").utf8))
        }
    }
}
