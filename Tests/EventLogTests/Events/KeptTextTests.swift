import Canonical
import EventLog
import Testing

/// What was read is not changed by being written again.
@Suite("Events that keep their text")
struct KeptTextTests {
    private static let meta = #"{"a":123456789012345678901234567890,"b":1.10,"c":[1e2, "é"]}"#

    @Test(arguments: ["", "\n", "\r\n"]) func aLineEndDoesNotMakeItAnother(end: String) throws {
        let text = line(3, more: #","meta":\#(Self.meta)"#)
        let event = try SessionEvent(parsing: Array((text + end).utf8))
        #expect(try event.encoded() == Array(text.utf8))
    }

    /// A draft is completed, and so written anew.
    @Test(arguments: ["session.started", "what.is_this"]) func metaKeepsItsDigits(type: String) throws {
        let draft = """
            {"session_id":"s","agent_id":"a","agent_instance_id":"i","agent_name":"n","host_id":"h","type":"\(type)",\
            "meta":\(Self.meta)}
            """
        let log = try TestLog()
        try log.open().append(SessionEvent(parsingDraft: Array(draft.utf8)))
        let kept = Self.meta.replacing(", ", with: ",")
        let text = try log.lines()[0]
        #expect(text.contains(#""meta":\#(kept)"#), "\(text)")
    }

    @Test func aChangedMetaIsTheNewOne() throws {
        var event = try SessionEvent(parsing: Array(line(3, more: #","meta":\#(Self.meta)"#).utf8))
        event.meta = .object(["x": .bool(true)])
        #expect(String(decoding: try event.encoded(), as: UTF8.self).hasSuffix(#","meta":{"x":true}}"#))
    }

    @Test(arguments: ["null", "-0", "1e0", "7", #""x""#]) func theNumberOfADraftIsOverwritten(number: String) throws {
        let draft = """
            {"sequence_no":\(number),"session_id":"s","agent_id":"a","agent_instance_id":"i","agent_name":"n",\
            "host_id":"h","type":"session.started"}
            """
        let log = try TestLog()
        try log.open().append(SessionEvent(parsingDraft: Array(draft.utf8)))
        try log.expectSound(1)
    }
}
