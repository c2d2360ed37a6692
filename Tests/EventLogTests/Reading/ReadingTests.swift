import EventLog
import FileSystemSeam
import Testing

@Suite("Reading")
struct ReadingTests {
    private static let mixed = [
        line(0), "", "not json", line(3), "   ", "\u{FF}", line(5), "[]", line(7, type: "new.type"),
        line(8).replacing("\"span_id\"", with: "\"spam_id\""),
    ]

    @Test func oneBadLineSpoilsNothing() throws {
        let log = try TestLog()
        let text = Self.mixed.map { $0 + "\n" }.joined() + "{\"torn"
        try log.write(text)
        let contents = try log.open().readAll()
        #expect(contents.events.map(\.sequenceNumber) == [0, 3, 5, 7])
        #expect(contents.events.map(\.line) == [1, 4, 7, 9])
        #expect(contents.skipped.map(\.line) == [2, 3, 5, 6, 8, 10, 11])
        #expect(
            contents.skipped.map(\.reason.code) == [
                "blank", "malformed", "blank", "malformed", "malformed", "malformed", "unfinished",
            ]
        )
        for skipped in contents.skipped {
            let before = Array(text.utf8)[..<Int(skipped.byteOffset)]
            #expect(before.filter { $0 == 0x0A }.count == Int(skipped.line) - 1)
            #expect(skipped.byteOffset == 0 || before.last == 0x0A)
        }
        guard case .malformed(let error) = contents.skipped[5].reason else { throw Unexpected() }
        #expect(error.member == "span_id")
        #expect(contents.skipped.map(\.byteCount).last == 6)
    }

    private struct Unexpected: Error {}

    @Test func eventsCarryTheirPlace() throws {
        let log = try TestLog()
        try log.open().append((0..<20).map { event("é\($0)") })
        let bytes = try log.bytes()
        for stored in try log.open().readAll().events {
            let start = Int(stored.byteOffset)
            #expect(Array(bytes[start..<(start + stored.bytes.count)]) == stored.bytes)
            #expect(bytes[start + stored.bytes.count] == 0x0A)
            #expect(stored.line == stored.sequenceNumber + 1)
            #expect(stored.type == "session.started")
        }
    }

    @Test(arguments: [0, 1, 5, 9, 10, 11, UInt64.max]) func aStreamBeginsAtANumber(first: UInt64) throws {
        let log = try TestLog()
        try log.open().append((0..<10).map { event("\($0)") })
        let stream = try log.open().events(from: first)
        var numbers: [UInt64] = []
        while let event = try stream.nextEvent() { numbers.append(event.sequenceNumber) }
        #expect(numbers == (0..<10).filter { $0 >= first })
        #expect(try stream.next() == nil)
    }

    @Test func aStreamTellsWhatItPassesOver() throws {
        let log = try TestLog()
        try log.write(Self.mixed.map { $0 + "\n" }.joined() + "{\"torn")
        let stream = try log.open().events(from: 4)
        var numbers: [UInt64] = []
        while let event = try stream.nextEvent() { numbers.append(event.sequenceNumber) }
        #expect(numbers == [5, 7])
        #expect(stream.skippedCount == 7)
    }

    /// 171 MB were needed to read 100 000 events elsewhere; a stream needs a buffer and a line.
    @Test func aStreamReadsInBoundedMemory() throws {
        let log = try TestLog()
        let handle = log.open()
        for _ in 0..<4 { try handle.append((0..<2500).map { event("\($0)") }) }
        let calls = CallLog()
        let stream = try log.open(fileSystem: calls.fileSystem).events()
        var count = 0
        while try stream.nextEvent() != nil { count += 1 }
        #expect(count == 10_000)
        let reads = calls.calls.filter { $0.name == .pread }.compactMap(\.count)
        #expect(reads.max() == 1 << 18)
        // Each byte once, but for the beginnings of lines that a buffer cut.
        #expect(reads.reduce(0, +) < Int(try log.bytes().count) * 2 + (1 << 19))
    }

    @Test func lineFeedsWithCarriageReturnsAreRead() throws {
        let log = try TestLog()
        try log.write(line(0) + "\r\n" + "\r\n" + line(2) + "\r\n")
        let contents = try log.open().readAll()
        #expect(contents.events.map(\.sequenceNumber) == [0, 2])
        #expect(contents.skipped.map(\.reason) == [.blank])
        #expect(try log.open().append(event()).sequenceNumbers == 3..<4)
    }

    @Test func aReadThatFailsIsTold() throws {
        let log = try TestLog()
        try log.open().append(event())
        let calls = CallLog()
        calls.setFault { $0.name == .pread ? .failure(.inputOutput) : nil }
        let handle = log.open(fileSystem: calls.fileSystem)
        #expect(try eventLogError { _ = try handle.readAll() }?.code == "io")
        #expect(try eventLogError { _ = try handle.size() }?.code == "io")
        #expect(try eventLogError { _ = try handle.verify() }?.code == "io")
        #expect(try eventLogError { try handle.append(event()) }?.code == "io")
    }

    @Test func shortReadsAreContinued() throws {
        let log = try TestLog()
        try log.open().append((0..<50).map { event("\($0)") })
        let calls = CallLog()
        calls.setFault { $0.name == .pread ? .short(7) : nil }
        let handle = log.open(fileSystem: calls.fileSystem)
        #expect(try handle.readAll().events.count == 50)
        #expect(try handle.append(event()).sequenceNumbers == 50..<51)
        #expect(try handle.verify().isIntact)
    }

    /// A torn tail is cut off and other lines written in its place, just between two reads of one look: one line, or
    /// so many that the place is far from the end of the file at once.
    @Test(arguments: 1...4, [0, 4096, 1_500_000]) func aTailThatIsReplacedBetweenTwoReadsIsNotJoined(
        place: Int,
        longer: Int
    ) throws {
        let log = try TestLog()
        let start = line(0) + "\n"
        // The same layout: whatever is joined of the two is an event.
        let torn = String(line(7, "torn" + String(repeating: "n", count: longer)).dropLast(20))
        var late = line(1, "late") + "\n"
        var lateCount: UInt64 = 1
        while late.utf8.count <= longer {
            lateCount += 1
            late += line(lateCount, String(repeating: "l", count: 20_000)) + "\n"
        }
        let replaced = start + late
        let calls = CallLog()
        let reads = Condition(0)
        calls.setFault { call in
            guard call.name == .pread else { return nil }
            let number = reads.withLock { reads in
                reads += 1
                return reads
            }
            if number == place + 1 { try? log.write(replaced) }
            // The first reads end inside of the torn tail, at several places.
            return number <= place ? .short(number == 1 ? start.utf8.count + 10 : 70) : nil
        }
        let handle = log.open(fileSystem: calls.fileSystem)
        try log.write(start + torn)
        let follower = try handle.follow(from: 0)
        var events: [StoredEvent] = []
        // The tail may have been there still in the first look.
        for _ in 0..<2 {
            while case .event(let event)? = try follower.next(timeoutMilliseconds: 0) { events.append(event) }
        }
        #expect(reads.withLock { $0 } > place)
        #expect(events.map(\.sequenceNumber) == Array(0...lateCount))
        #expect(events.prefix(2).map(\.event.agentName) == ["other", "late"])

        // Who reads once reads as far as the torn tail went.
        try log.write(start + torn)
        reads.withLock { $0 = 0 }
        let contents = try handle.readAll()
        #expect(reads.withLock { $0 } > place)
        #expect(!contents.events.isEmpty && contents.skipped == [])
        #expect(contents.events.map(\.bytes) == events.prefix(contents.events.count).map(\.bytes))
    }
}
