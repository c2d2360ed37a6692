import EventLog
import FileSystemSeam
import Foundation
import Testing

@Suite("Following")
struct FollowTests {
    /// The numbers of the next events, at most so many.
    private func numbers(_ follower: EventFollower, _ count: Int, waiting: UInt64 = 0) throws -> [UInt64] {
        var numbers: [UInt64] = []
        while numbers.count < count, let entry = try follower.next(timeoutMilliseconds: waiting) {
            guard case .event(let event) = entry else { continue }
            numbers.append(event.sequenceNumber)
        }
        return numbers
    }

    @Test func aFollowerBeginsWhereAsked() throws {
        let log = try TestLog()
        let handle = log.open()
        try handle.append((0..<5).map { event("\($0)") })
        let all = try handle.follow(from: 0)
        let some = try handle.follow(from: 3)
        let new = try handle.follow()
        #expect(try numbers(all, 9) == [0, 1, 2, 3, 4])
        #expect(try numbers(some, 9) == [3, 4])
        #expect(try numbers(new, 9) == [])
        try handle.append([event(), event()])
        for follower in [all, some, new] { #expect(try numbers(follower, 9) == [5, 6]) }
        for follower in [all, some, new] { #expect(try follower.next(timeoutMilliseconds: 0) == nil) }
    }

    /// Without an end to the waiting; a test that fails hangs.
    @Test func aFollowerIsStoppedByAnotherThread() throws {
        let log = try TestLog()
        let handle = log.open()
        try handle.append(event())
        let follower = try handle.follow(from: 0)
        let stop = follower.stop
        let hasSeenOne = Condition(false)
        let thread = try FileSystemSeam.Thread.start(name: "stop") {
            hasSeenOne.wait { $0 ? () : nil }
            PosixFileSystem.shared.sleep(nanoseconds: 20_000_000)
            stop()
        }
        #expect(try follower.next() != nil)
        hasSeenOne.withLock { $0 = true }
        hasSeenOne.broadcast()
        #expect(try follower.next() == nil)
        thread.join()
        try handle.append(event())
        #expect(try follower.next() == nil)
        #expect(try numbers(handle.follow(from: 1), 9) == [1])
    }

    @Test func placesAreTheFiles() throws {
        let log = try TestLog()
        let handle = log.open()
        try handle.append([event(), event()])
        let follower = try handle.follow()
        try handle.append(event())
        guard case .event(let event)? = try follower.next(timeoutMilliseconds: 0) else {
            Issue.record("no event")
            return
        }
        #expect(event.line == 3)
        #expect(event.byteOffset == Int64(event.bytes.count + 1) * 2)
    }

    @Test func aLogThatIsNotThereYetIsWaitedFor() throws {
        let log = try TestLog()
        for follower in [try log.open().follow(), try log.open().follow(from: 0)] {
            #expect(try follower.next(timeoutMilliseconds: 1) == nil)
        }
        let follower = try log.open().follow()
        let writer = try FileSystemSeam.Thread.start(name: "late") {
            usleep(150_000)
            _ = try? log.open().append(event())
        }
        #expect(try numbers(follower, 1, waiting: 20_000) == [0])
        writer.join()
    }

    @Test func aLineIsGivenWhenItIsWhole() throws {
        let log = try TestLog()
        let handle = log.open()
        try handle.append(event())
        let follower = try handle.follow()
        let text = line(1, "in pieces") + "\n"
        for piece in [text.prefix(1), text.dropFirst().prefix(40), text.dropFirst(41).dropLast()] {
            try log.append(String(piece))
            #expect(try follower.next(timeoutMilliseconds: 0) == nil)
        }
        try log.append("\n")
        #expect(try numbers(follower, 1) == [1])
    }

    /// The beginning of a line that a crash cut short must never be joined to what comes in its place.
    @Test func aTornTailThatIsCutIsForgotten() throws {
        let log = try TestLog()
        let handle = log.open()
        try handle.append(event())
        let follower = try handle.follow()
        // All but the end of a line; what replaces it has the same layout and another name.
        try log.append(String(line(1, "torn").dropLast(20)))
        #expect(try follower.next(timeoutMilliseconds: 0) == nil)
        try handle.append(event("whole"))
        guard case .event(let event)? = try follower.next(timeoutMilliseconds: 0) else {
            Issue.record("no event")
            return
        }
        #expect(event.event.agentName == "whole")
        #expect(event.event.hostID == "host_1")
    }

    /// It may be as long as the line that comes in its place.
    @Test func aTailThatGivesWayToALineOfItsLengthIsForgotten() throws {
        let log = try TestLog()
        try log.open().append(event())
        let whole = try log.bytes()
        let follower = try log.open().follow()
        let next = line(1) + "\n"
        try log.append(String(repeating: "x", count: next.utf8.count))
        for _ in 0..<2 { #expect(try follower.next(timeoutMilliseconds: 0) == nil) }
        try log.write(whole + Array(next.utf8))
        #expect(try numbers(follower, 9) == [1])
    }

    /// What a crash left at the end may be long, and is there until somebody appends.
    @Test func aLongTailIsReadOnce() throws {
        let log = try TestLog()
        try log.open().append(event())
        try log.append(String(repeating: "\0", count: 8 << 20))
        let calls = CallLog()
        let follower = try log.open(fileSystem: calls.fileSystem).follow(from: 0)
        #expect(try numbers(follower, 9) == [0])
        func bytesRead() throws -> Int {
            calls.forget()
            #expect(try follower.next(timeoutMilliseconds: 0) == nil)
            return calls.calls.filter { $0.name == .pread }.compactMap(\.count).reduce(0, +)
        }
        #expect(try bytesRead() < 1 << 16)
        try log.append(String(repeating: "\0", count: 1 << 20))
        #expect(try bytesRead() < 2 << 20)
        #expect(try bytesRead() < 1 << 16)
        try log.append("\n" + line(2) + "\n")
        #expect(try numbers(follower, 9) == [2])
    }

    @Test func badLinesAreTold() throws {
        let log = try TestLog()
        let handle = log.open()
        try handle.append(event())
        let follower = try handle.follow()
        try log.append("nonsense\n\n")
        try handle.append(event())
        var kinds: [String] = []
        while let entry = try follower.next(timeoutMilliseconds: 0) {
            switch entry {
            case .event(let event): kinds.append("\(event.sequenceNumber)")
            case .skipped(let line): kinds.append(line.reason.code)
            }
        }
        #expect(kinds == ["malformed", "blank", "3"])
    }

    @Test func eventsThatAreReplacedAreNoticed() throws {
        for isRemoved in [true, false] {
            let log = try TestLog()
            let handle = log.open()
            try handle.append([event(), event()])
            let follower = try handle.follow()
            if isRemoved { try log.remove("events.jsonl") } else { try log.write(line(0) + "\n") }
            #expect(try eventLogError { _ = try follower.next(timeoutMilliseconds: 0) }?.code == "events_replaced")
        }
    }

    /// Between two looks the events are cut and grow again, beyond what was read of them. The lines are all of one
    /// length.
    @Test(arguments: [nil, 0] as [UInt64?], [0, 1, 4]) func eventsThatAreCutAndGrowAgainAreNoticed(
        from first: UInt64?,
        more: Int
    ) throws {
        let log = try TestLog()
        let handle = log.open()
        try handle.append([event("a"), event("b")])
        let follower = try handle.follow(from: first)
        if first != nil { #expect(try numbers(follower, 9) == [0, 1]) }
        try log.append(line(2) + "\n")
        #expect(try numbers(follower, 9) == [2])
        let lines = try log.lines().map { $0.replacing("2026-07-01T", with: "2026-07-02T") }
        let added = (0..<more).map { line(UInt64(3 + $0)) }
        try log.write((lines + added).map { $0 + "\n" }.joined())
        for _ in 0..<2 {
            let error = try eventLogError { _ = try follower.next(timeoutMilliseconds: 0) }
            #expect(error?.code == "events_replaced")
        }
    }

    /// Lines that were read ahead are given; what comes behind them is not theirs any more.
    @Test func eventsThatAreCutWhileSomeWereReadAheadAreNoticed() throws {
        let log = try TestLog()
        try log.open().append((0..<5).map { event("\($0)") })
        let follower = try log.open().follow(from: 0)
        #expect(try numbers(follower, 1) == [0])
        let lines = try log.lines().map { $0.replacing("2026-07-01T", with: "2026-07-02T") }
        try log.write((lines + [line(5)]).map { $0 + "\n" }.joined())
        #expect(try numbers(follower, 4) == [1, 2, 3, 4])
        #expect(try eventLogError { _ = try follower.next(timeoutMilliseconds: 0) }?.code == "events_replaced")
    }

    /// Whoever makes events durable gives empty ones their name anew: for a moment they have none.
    @Test func emptyEventsMayLoseTheirNameForAMoment() throws {
        let log = try TestLog()
        try log.write("")
        let follower = try log.open().follow()
        let events = "\(log.path)/events.jsonl"
        try FileManager.default.moveItem(atPath: events, toPath: events + ".tmp")
        #expect(try follower.next(timeoutMilliseconds: 0) == nil)
        try FileManager.default.moveItem(atPath: events + ".tmp", toPath: events)
        try log.open().append(event())
        #expect(try numbers(follower, 1) == [0])
    }

    /// What follows the last line may change as long as it is none.
    @Test func aChangeBehindTheLastLineIsNoReplacement() throws {
        let log = try TestLog()
        try log.write("")
        let follower = try log.open().follow()
        for before in ["", line(0) + "\n", line(0) + "\n" + line(1) + "\n\n"] {
            for tail in ["torn", "", String(line(7).dropLast(3)), "to"] {
                try log.write(before + tail)
                while try follower.next(timeoutMilliseconds: 0) != nil {}
            }
        }
        try log.append(line(2) + "\n", to: "events.jsonl")
        #expect(try follower.next(timeoutMilliseconds: 0) != nil)
    }

    /// Several processes' worth of writers, and several readers of which each sees everything once and in order.
    @Test func everyEventIsSeenOnceInOrder() throws {
        let log = try TestLog()
        let (writers, each) = (6, 60)
        let seen = Condition([[String]](repeating: [], count: 3))
        let readers = try (0..<3).map { reader in
            try FileSystemSeam.Thread.start(name: "reader") {
                guard let follower = try? log.open().follow(from: 0) else { return }
                for expected in 0..<UInt64(writers * each) {
                    guard case .event(let event)? = try? follower.next(timeoutMilliseconds: 30_000),
                        event.sequenceNumber == expected
                    else { return }
                    seen.withLock { $0[reader].append(event.event.agentName) }
                }
            }
        }
        let threads = try (0..<writers).map { writer in
            try FileSystemSeam.Thread.start(name: "writer") {
                let handle = log.open()
                for step in 0..<each { _ = try? handle.append(event("w\(writer)-\(step)")) }
            }
        }
        for thread in threads + readers { thread.join() }
        let expected = (0..<writers).flatMap { writer in (0..<each).map { "w\(writer)-\($0)" } }.sorted()
        for names in seen.withLock({ $0 }) { #expect(names.sorted() == expected) }
        try log.expectSound(writers * each)
    }

    /// The event comes just before the follower waits. It reads that something changed, which it does only when it is
    /// told, and neither waits again nor sleeps.
    @Test func aFollowerIsWokenRatherThanLooking() throws {
        let log = try TestLog()
        try log.open().append(event())
        let calls = CallLog()
        let follower = try log.open(fileSystem: calls.fileSystem).follow()
        for number in 1...3 as ClosedRange<UInt64> {
            let isDue = Condition(true)
            calls.setFault { call in
                if call.name == .poll, isDue.withLock({ $0 }) {
                    isDue.withLock { $0 = false }
                    _ = try? log.open().append(event())
                }
                return nil
            }
            calls.forget()
            #expect(try numbers(follower, 1, waiting: 20_000) == [number])
            let names = calls.names
            let waiting = try #require(names.firstIndex(of: "ppoll"))
            #expect(names[waiting + 1] == "read", "\(names)")
            #expect(names.count { $0 == "ppoll" } == 1 && !names.contains("nanosleep"), "\(names)")
        }
    }
}
