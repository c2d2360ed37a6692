import Canonical
import EventLog
import TestSupport
import Testing

/// Lines that are written the usual way are read without the parser. Both ways have to agree on every line.
@Suite("Lines read without the parser")
struct PlainLineTests {
    @Test func bothWaysAgreeOnDamagedLines() throws {
        var random = SplitMix64(seed: 0x5eed)
        var lines = try Self.baseLines()
        let plainCount = lines.count
        for line in lines {
            for _ in 0..<120 { lines.append(Self.damaged(line, &random)) }
        }
        let eventCount = try Self.requireAgreement(on: lines)
        // Damage has to leave some of them events, and spoil others.
        #expect(eventCount > plainCount * 20 && eventCount < lines.count - plainCount * 20)
    }

    /// Every byte where a line begins, and at every place of two lines what has a meaning.
    @Test func bothWaysAgreeWhereverAByteIsWrong() throws {
        var lines: [[UInt8]] = []
        func replace(_ place: Int, of line: [UInt8], by bytes: some Sequence<UInt8>) {
            for byte in bytes where byte != line[place] && byte != 0x0A && byte != 0x0D {
                var damaged = line
                damaged[place] = byte
                lines.append(damaged)
            }
        }
        let base = try Self.baseLines()
        for line in base { replace(0, of: line, by: 0...255) }
        let meaningful = Array(#"{}",:\0 "#.utf8) + [0x00, 0x80]
        for line in [base[0], base[base.count - 1]] {
            for place in [1, line.count - 2, line.count - 1] { replace(place, of: line, by: 0...255) }
            for place in line.indices { replace(place, of: line, by: meaningful) }
        }
        let eventCount = try Self.requireAgreement(on: lines)
        #expect(eventCount > base.count && eventCount < lines.count - base.count)
    }

    /// What takes the place of a line's first byte, first in the log and behind another line.
    @Test(arguments: [0, 1]) func aLineThatBeginsLikeAMemberIsNoEvent(before: UInt64) throws {
        let log = try TestLog()
        let damaged = "," + line(before).dropFirst()
        try log.write((0..<before).map { line($0) + "\n" }.joined() + damaged + "\n" + line(before + 1) + "\n")

        let report = try log.open().verify()
        #expect(report.failures.contains { $0.kind == .malformedLine && $0.line == before + 1 })
        #expect(report.size.eventCount == before + 1 && report.size.lineCount == before + 2)
        let contents = try log.open().readAll()
        #expect(contents.events.map(\.event.sequenceNumber) == Array(0..<before) + [before + 1])
        #expect(contents.skipped.map(\.line) == [before + 1])
        #expect(try log.open().seal().eventCount == before + 1)
        #expect(try log.open().append(event()).sequenceNumbers.lowerBound == before + 2)
    }

    /// Requires that a log of these lines is read as the parser reads each of them.
    ///
    /// - Returns: how many are events.
    private static func requireAgreement(on lines: [[UInt8]]) throws -> Int {
        let log = try TestLog()
        try log.write(lines.joined(separator: [0x0A]) + [0x0A])
        let contents = try log.open().readAll()
        #expect(contents.events.count + contents.skipped.count == lines.count)
        var found: [UInt64: StoredEvent] = [:]
        for event in contents.events { found[event.line] = event }
        var eventCount = 0
        for (index, line) in lines.enumerated() {
            let parsed = try? SessionEvent(parsing: line)
            let read = found[UInt64(index + 1)]
            if parsed?.sequenceNumber != read?.sequenceNumber || parsed?.kind.type != read?.type {
                Issue.record("read differently: \(String(decoding: line, as: UTF8.self))")
            }
            if parsed != nil { eventCount += 1 }
        }
        return eventCount
    }

    @Test(arguments: [
        (#""port":65535"#, true), (#""port":65536"#, false), (#""port":00"#, false), (#""port":-1"#, false),
        (#""port":1e2"#, false), (#""port":"1""#, false), (#""port":18446744073709551616"#, false),
        (#""port":1,"port":1"#, false), (#""port":1,"host_id":"h""#, false), (#""port":1,"x":"y""#, true),
        (#""port":1,"protocol":null"#, true), (#""port":1,"artifact_ref":"a""#, true),
        (#""port":1,"artifact_ref":"a","protocol":"tcp""#, true), (#""protocol":"tcp""#, false),
    ])
    func theParserRulesApply(members: String, isEvent: Bool) throws {
        let log = try TestLog()
        try log.write(
            #"{"session_id":"s","event_id":"e","timestamp":"t","sequence_no":0,"trace_id":"","span_id":"","agent_id":"a","#
                + #""agent_instance_id":"i","agent_name":"n","host_id":"h","type":"agent.opened_port","# + members
                + "}\n"
        )
        #expect(try log.open().readAll().events.count == (isEvent ? 1 : 0))
    }

    /// A line of every kind, with and without what all events may have.
    private static func baseLines() throws -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for (kind, _) in EventRoundTripTests.kinds {
            for isFull in [false, true] {
                let event = SessionEvent(
                    sessionID: "ssn_1",
                    eventID: "evt_3c02b4f47c1d74cb",
                    timestamp: "2026-07-01T00:00:00Z",
                    traceID: "3c02b4f47c1d74cb7e8f69f637b250c9",
                    spanID: "415b87fccd24d324",
                    parentSpanID: isFull ? "0000000000000001" : nil,
                    agentID: "agent://a",
                    agentInstanceID: "ai_0",
                    agentName: "a",
                    agentRole: isFull ? "reader" : nil,
                    hostID: "host_1",
                    toolRuntimeID: isFull ? "rt_1" : nil,
                    kind: kind,
                    artifactReference: isFull ? "art_1" : nil
                )
                lines.append(try event.encoded())
            }
        }
        return lines
    }

    /// A line with something replaced, taken out, put in or written twice.
    private static func damaged(_ line: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var line = line
        let place = Int.random(in: line.indices, using: &random)
        let characters = Array(#"{}[]",:\0123456789-.eE unlxé"#.utf8) + [0x00, 0x1F, 0x7F, 0x80, 0xFF]
        switch Int.random(in: 0..<5, using: &random) {
        case 0: line[place] = characters.randomElement(using: &random) ?? 0
        case 1: line.remove(at: place)
        case 2: line.insert(characters.randomElement(using: &random) ?? 0, at: place)
        case 3:
            let end = Int.random(in: place..<line.count, using: &random)
            line.insert(contentsOf: line[place...end], at: place)
        default:
            // Members change places, go or come twice.
            var members = line[1..<(line.count - 1)].split(separator: UInt8(ascii: ","))
            let (first, second) = (
                Int.random(in: members.indices, using: &random), Int.random(in: members.indices, using: &random)
            )
            switch place % 3 {
            case 0: members.swapAt(first, second)
            case 1: members.remove(at: first)
            default: members.insert(members[first], at: second)
            }
            line = [UInt8(ascii: "{")] + members.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "}")]
        }
        line.removeAll { $0 == 0x0A || $0 == 0x0D }
        return line
    }
}
