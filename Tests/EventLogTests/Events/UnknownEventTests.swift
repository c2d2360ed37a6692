import Canonical
import EventLog
import Testing

/// What a newer version, or another tool, writes and this version does not know is kept.
@Suite("Unknown types and members")
struct UnknownEventTests {
    static let lines = [
        line(0, type: "agent.dreamt"),
        line(0, type: "agent.dreamt", more: #","about":["sheep",1.0,1e2,-0,18446744073709551615],"artifact_ref":"a""#),
        line(0, type: "x", more: #","summary":7,"port":"not a port","meta":{"k":1.50}"#),
        line(0, type: "", more: #","":null"#),
        line(0, type: "session.started", more: #","surprise":{"a":"\u00e9\/","b":[]},"meta":null"#),
        line(0, type: "agent.failed", more: #","summary":7,"reason":"r""#),
        line(0, type: "Agent.Failed", more: #","reason":7"#),
    ]

    @Test(arguments: lines) func unknownEventsAreWrittenBackByteForByte(text: String) throws {
        let log = try TestLog()
        try log.write(text + "\n")
        let stored = try #require(try log.open().readAll().events.first)
        #expect(try stored.event.encoded() == Array(text.utf8))
        // Appended to another log the line is the same but for its number.
        let other = try TestLog()
        try other.open().append([event(), stored.event])
        let second = text.replacing(#""sequence_no":0"#, with: #""sequence_no":1"#, maxReplacements: 1)
        #expect(try other.lines()[1] == second)
    }

    @Test func anUnknownTypeIsKeptWhole() throws {
        let text = line(3, type: "agent.dreamt", more: #","about":[1.0],"deep":{"x":"\u0041"},"artifact_ref":"art""#)
        let read = try SessionEvent(parsing: Array(text.utf8))
        guard case .other("agent.dreamt", let members) = read.kind else {
            Issue.record("\(read.kind)")
            return
        }
        #expect(members.map(\.name) == ["about", "deep"])
        #expect(members.map { String(decoding: $0.json, as: UTF8.self) } == ["[1.0]", #"{"x":"\u0041"}"#])
        #expect(members[1].value["x"]?.string == "A")
        #expect(read.artifactReference == "art")
        #expect(read.unknownMembers == [])
        #expect(read.kind.type == "agent.dreamt")
        // Members in the order of the format come out the same without the text, too.
        #expect(String(decoding: try read.withoutSource.encoded(), as: UTF8.self) == text)
    }

    @Test func theTypeOfAStoredEventIsTold() throws {
        let log = try TestLog()
        try log.write(Self.lines.map { $0 + "\n" }.joined())
        let types = try log.open().readAll().events.map(\.type)
        #expect(types == ["agent.dreamt", "agent.dreamt", "x", "", "session.started", "agent.failed", "Agent.Failed"])
    }

    @Test func escapesInATypeAreUnderstood() throws {
        let text = line(0, type: #"agent\u002efailed"#, more: #","reason":"r""#)
        let read = try SessionEvent(parsing: Array(text.utf8))
        #expect(read.kind == .agentFailed(reason: "r"))
        #expect(String(decoding: try read.encoded(), as: UTF8.self) == text)
    }

    @Test func aTypeOfOnesOwnCanBeAppended() throws {
        let log = try TestLog()
        let members = [
            try RawMember(name: "k", value: .array([.integer(1), .string("\n")])),
            try RawMember(name: "raw", parsing: Array("{ \"a b\" : [ 1 ,\n2 ] }".utf8)),
        ]
        try log.open().append(event("a", .other(type: "tool.own", members: members)))
        #expect(try log.lines()[0].hasSuffix(#""type":"tool.own","k":[1,"\n"],"raw":{"a b":[1,2]}}"#))
        let read = try #require(try log.open().readAll().events.first).event
        #expect(read.kind == .other(type: "tool.own", members: members))
    }

    /// A line that could not be read back would be lost; it is refused before anything is written.
    @Test func whatCouldNotBeReadBackIsRefused() throws {
        let log = try TestLog()
        let one = try RawMember(name: "x", value: .integer(1))
        var deep = JSONValue.array([])
        for _ in 0..<600 { deep = .array([deep]) }
        var nested = event()
        nested.meta = deep
        var doubled = event()
        doubled.unknownMembers = [one, one]
        var shadowing = event()
        shadowing.unknownMembers = [try RawMember(name: "agent_name", value: .string("b"))]
        let refused: [SessionEvent] = [
            event("a", .agentDecision(confidence: .nan)), event("a", .agentDecision(confidence: .infinity)),
            event("a", .other(type: "t", members: [one, one])),
            event("a", .other(type: "t", members: [try RawMember(name: "type", value: .null)])),
            event("a", .other(type: "agent.opened_port", members: [])),
            nested, doubled, shadowing,
        ]
        for (place, bad) in refused.enumerated() {
            let error = try eventLogError { try log.open().append([event(), bad]) }
            guard case .invalidEvent(1, _)? = error else {
                Issue.record("\(place): \(String(describing: error))")
                continue
            }
            #expect("\(error!)".contains("Nothing was written"))
        }
        #expect(!log.exists(""))
        #expect(throws: JSONError.self) { try RawMember(name: "x", parsing: Array("{".utf8)) }
        #expect(throws: CanonicalError.self) { try RawMember(name: "x", value: .number(.double(.nan))) }
    }
}
