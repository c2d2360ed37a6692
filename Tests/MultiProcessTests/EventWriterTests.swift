import EventLog
import FileSystemSeam
import Foundation
import TestSupport
import Testing

@Suite("Processes that append events", .serialized)
struct EventWriterTests {
    /// A thread that syncs in the background waits most of the time, and is not there in a child that is forked
    /// meanwhile.
    @Test func aForkedChildSyncsInTheBackground() throws {
        let temporary = try TemporaryDirectory()
        let session = temporary.path + "/session"
        var acknowledged = AcknowledgedEvents()
        acknowledged.add(try EventWriter(session: session, name: "w", count: 20, mode: "forked").lines())
        #expect(acknowledged.numbers.count == 60)
        try acknowledged.expectIn(session)
    }

    /// Eight processes append, and are killed at random and begun again behind what they were told, until each has done
    /// its share, and some were struck before they had.
    @Test(arguments: ["none", "none*3", "every"]) func killedOnesLoseNothing(mode: String) throws {
        let temporary = try TemporaryDirectory()
        let session = temporary.path + "/session"
        // 8 × 5 000 in a long run.
        let share = runsLongTests ? 5_000 : (mode == "every" ? 100 : 300)
        var random = SplitMix64(seed: 5)
        var acknowledged = AcknowledgedEvents()
        var done = [Int](repeating: 0, count: 8)
        var (signals, hits, hitsAtWork) = (0, 0, 0)
        // So that a quick machine does not end before the first signal, and a slow one begins before the last.
        var delay: UInt32 = runsLongTests ? 400_000 : 80_000
        while done.contains(where: { $0 < share }) || (hitsAtWork < 8 && signals < 800) {
            let isShort = hitsAtWork < 8
            let writers = try done.indices.filter { done[$0] < share || isShort }.map { place in
                // Names say the round, so that what was written and not acknowledged is not written twice.
                let name = "w\(place)r\(signals)"
                let count = max(share - done[place], isShort ? share : 1)
                return (place: place, writer: try EventWriter(session: session, name: name, count: count, mode: mode))
            }
            usleep(UInt32.random(in: delay / 16...delay, using: &random))
            for (_, writer) in writers.shuffled(using: &random).dropLast(hits < 400 ? 0 : 8) {
                writer.kill()
                signals += 1
                usleep(UInt32.random(in: 0...3_000, using: &random))
            }
            let hitsBefore = hits
            var answers = 0
            for (place, writer) in writers {
                let lines = writer.lines()
                acknowledged.add(lines)
                answers += lines.count
                done[place] += lines.count * (mode.hasSuffix("*3") ? 3 : 1)
                if writer.wasKilled { hits += 1 }
                if writer.wasKilled, !lines.isEmpty { hitsAtWork += 1 }
            }
            if answers == 0 { delay = min(delay * 2, 2_000_000) }
            if hits == hitsBefore { delay = max(delay / 2, 1_000) }
        }
        let names = try acknowledged.expectIn(session)
        #expect(names.count >= 8 * share)
        #expect(hitsAtWork >= 8, "of \(signals) signals \(hits) struck, \(hitsAtWork) of them at work")
        print(
            "killed writers, \(mode): \(signals) signals, \(hits) hits, \(hitsAtWork) at work, \(names.count) events, "
                + "\(acknowledged.numbers.count) answers"
        )
    }

    /// A writer in another language, made from the description of the format alone, takes turns with ours.
    @Test(.enabled(if: EventWriter.hasPython, "the independent writer needs python3"))
    func takingTurnsWithAnotherWriterGivesNoNumberTwice() throws {
        let temporary = try TemporaryDirectory()
        let session = temporary.path + "/session"
        let each = runsLongTests ? 2_500 : 500
        let writers = try [
            EventWriter(session: session, name: "a", count: each),
            EventWriter(session: session, name: "b", count: each),
            EventWriter(session: session, name: "c", count: each, mode: "none*5"),
            EventWriter(session: session, name: "d", count: each, mode: "none*2"),
            EventWriter(pythonIn: session, name: "p", count: each),
            EventWriter(pythonIn: session, name: "q", count: each, options: ["--counter", "in-place"]),
            EventWriter(pythonIn: session, name: "r", count: each, options: ["--counter", "lagging"]),
            EventWriter(pythonIn: session, name: "s", count: each, options: ["--counter", "lagging"]),
        ]
        var acknowledged = AcknowledgedEvents()
        for writer in writers { acknowledged.add(writer.lines()) }
        let names = try acknowledged.expectIn(session)
        #expect(names.count == 8 * each)
        print("taking turns: \(names.count) events of 8 processes, none twice")
    }

    /// Both repair what the other left.
    @Test(.enabled(if: EventWriter.hasPython, "the independent writer needs python3"))
    func bothRepairATornTail() throws {
        let temporary = try TemporaryDirectory()
        let session = temporary.path + "/session"
        let log = SessionLog(at: session, fileSystem: PosixFileSystem.shared)
        var acknowledged = AcknowledgedEvents()
        for round in 0..<4 {
            acknowledged.add(try EventWriter(session: session, name: "a\(round)", count: 3).lines())
            try tear(session, "{\"torn by \(round)")
            acknowledged.add(try EventWriter(pythonIn: session, name: "p\(round)", count: 3).lines())
            try tear(session, "{\"torn again by \(round)")
        }
        let names = try acknowledged.expectIn(session)
        #expect(names.count == 24)
        #expect(try log.verify().isIntact)
        let kept = try FileManager.default.contentsOfDirectory(atPath: session + "/quarantine")
        #expect(kept.filter { $0.hasSuffix(".torn") }.count == 8)
    }

    private func tear(_ session: String, _ text: String) throws {
        let handle = try FileHandle(forWritingTo: URL(filePath: session + "/events.jsonl"))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    /// Existing writers try the lock for half a second and then go on without it. Ours must leave them room.
    @Test(.enabled(if: EventWriter.hasPython, "the independent writer needs python3"))
    func aWriterThatGivesUpAfterHalfASecondGetsItsTurn() throws {
        let temporary = try TemporaryDirectory()
        let session = temporary.path + "/session"
        let busy = try (0..<6).map { try EventWriter(session: session, name: "w\($0)", count: 1_000_000) }
        // Each of them is at work before the impatient one comes.
        for writer in busy { writer.waitForLine() }
        let impatient = try EventWriter(
            pythonIn: session,
            name: "p",
            count: runsLongTests ? 2_000 : 200,
            options: ["--wait", "500"]
        )
        let lines = impatient.lines()
        for writer in busy { writer.kill() }
        var acknowledged = AcknowledgedEvents()
        acknowledged.add(lines)
        let own = Set(acknowledged.numbers.values)
        for writer in busy { acknowledged.add(writer.lines()) }
        try acknowledged.expectIn(session)
        // The others went on between its first event and its last one.
        let first = try #require(own.min())
        let last = try #require(own.max())
        let others = acknowledged.numbers.values.count { first < $0 && $0 < last && !own.contains($0) }
        #expect(others > own.count, "\(others) appends of others beside \(own.count) of its own")
        print("impatient writer:", lines.last ?? "", "beside", others, "other appends")
    }

    /// The command line, as hooks call it.
    @Test func sixteenHooksAtOnceGetSixteenNumbers() throws {
        let temporary = try TemporaryDirectory()
        let session = temporary.path + "/session"
        let event = temporary.path + "/event.json"
        try Data(
            #"{"session_id":"s","agent_id":"a","agent_instance_id":"i","agent_name":"n","host_id":"h","type":"session.started"}"#
                .utf8
        ).write(to: URL(filePath: event))
        for round in 0..<3 {
            let hooks = try (0..<16).map { _ in try HoldfastProgram(["events", "append", session, event]) }
            let results = hooks.map { $0.wait() }
            #expect(results.allSatisfy { $0.code == 0 }, "\(results.map(\.error))")
            #expect(
                results.compactMap { Int($0.output.dropLast()) }.sorted() == Array((round * 16)..<(round * 16 + 16))
            )
        }
        #expect(try HoldfastProgram.run("events", "verify", session).output == "ok: 48 events, next number 48\n")
        let file = "\(session)/events.jsonl.lock"
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
    }

    /// What is followed by one process while others append arrives once and in order.
    @Test func aFollowerSeesWhatOthersAppend() throws {
        let temporary = try TemporaryDirectory()
        let session = temporary.path + "/session"
        let follower = try SessionLog(at: session, fileSystem: PosixFileSystem.shared).follow(from: 0)
        let writers = try (0..<4).map { try EventWriter(session: session, name: "w\($0)", count: 200) }
        var acknowledged = AcknowledgedEvents()
        var seen: [String: UInt64] = [:]
        for expected in 0..<800 as Range<UInt64> {
            guard case .event(let event)? = try follower.next(timeoutMilliseconds: 60_000) else {
                Issue.record("no event \(expected)")
                break
            }
            #expect(event.sequenceNumber == expected)
            seen[event.event.agentName] = event.sequenceNumber
        }
        for writer in writers { acknowledged.add(writer.lines()) }
        #expect(seen == acknowledged.numbers)
        #expect(try follower.next(timeoutMilliseconds: 0) == nil)
    }
}
