import EventLog
import FileSystemSeam
import TestSupport
import Testing

/// Beside writers that take shortcuts: they publish counts from before the lock, and write without it when it is busy.
@Suite("Beside writers that make mistakes")
struct ForeignWriterTests {
    private func numbers(_ log: TestLog) throws -> [UInt64] { try log.open().readAll().events.map(\.sequenceNumber) }

    /// One writer publishes an old count with the new size, another believes it: the last line then agrees with it.
    private func mislead(_ log: TestLog, from number: UInt64) throws {
        try log.append(line(number) + "\n")
        try log.setCounter(count: number + 1, size: UInt64(try log.bytes().count))
    }

    @Test func aHandleNeverGivesItsOwnNumbersAgain() throws {
        let log = try TestLog()
        let handle = log.open()
        for _ in 0..<5 { try handle.append(event()) }
        try mislead(log, from: 2)
        #expect(try handle.append(event()).sequenceNumbers == 6..<7)
        #expect(try numbers(log) == [0, 1, 2, 3, 4, 2, 6])
    }

    @Test func aNewHandleSeesThatTheNumbersWereNotCountedOn() throws {
        let log = try TestLog()
        try log.open().append((0..<5).map { _ in event() })
        try mislead(log, from: 2)
        #expect(try log.open().append(event()).sequenceNumbers == 6..<7)
    }

    /// A line of this length, with its line feed.
    private func padded(_ number: UInt64, byteCount: Int) -> String {
        let rest = line(number, "").utf8.count + 1
        return line(number, String(repeating: "x", count: byteCount - rest)) + "\n"
    }

    /// How long the last two lines are: together about what is read of the end at once, and each alone.
    private static let lastLengths: [(before: Int, last: Int)] = {
        var lengths = [(1800, 1800), (5000, 400), (400, 5000), (5000, 5000), (600_000, 600_000), (1 << 20, 400)]
        for window in [4096, 32_768, 262_144, 1 << 20] {
            for difference in [-1, 0, 1, 2] {
                lengths.append((window - 400 + difference, 400))
                lengths.append((400, window - 400 + difference))
                lengths.append((400, window + difference))
            }
        }
        return lengths
    }()

    /// However long the last two lines are: one that was given a number again shows in the line before.
    @Test(arguments: lastLengths.indices) func aNewHandleSeesThatLongLinesWereNotCountedOn(index: Int) throws {
        let lengths = Self.lastLengths[index]
        let log = try TestLog()
        for misled in [UInt64(2), 5] {
            let text = (0..<4).map { line($0) + "\n" }.joined()
            try log.write(text + padded(4, byteCount: lengths.before) + padded(misled, byteCount: lengths.last))
            try log.setCounter(count: misled + 1, size: UInt64(try log.bytes().count))
            #expect(try log.open().append(event()).sequenceNumbers == 6..<7, "\(lengths), \(misled)")
        }
    }

    /// A counter that is right is believed also behind lines that are long, and little is read for that.
    @Test(arguments: [(1800, 1800), (400, 5000), (5000, 400), (20_000, 9000), (300_000, 300_000)])
    func aCounterBehindLongLinesIsBelieved(before: Int, last: Int) throws {
        let log = try TestLog()
        let text = (0..<5000).map { line($0) + "\n" }.joined()
        try log.write(text + padded(5000, byteCount: before) + padded(5001, byteCount: last))
        try log.setCounter(count: 5002, size: UInt64(try log.bytes().count))
        let calls = CallLog()
        #expect(try log.open(fileSystem: calls.fileSystem).append(event()).sequenceNumbers == 5002..<5003)
        let read = calls.calls.filter { $0.name == .pread }.compactMap(\.count).reduce(0, +)
        #expect(read <= 2 * 8 * (before + last) && read < text.utf8.count + before + last)
    }

    @Test func aHandleBelievesACounterThatWasPutRight() throws {
        let log = try TestLog()
        let handle = log.open()
        try handle.append(event())
        // Somebody counted, and found that higher numbers were given on lines that were lost since.
        try log.setCounter(count: 26, size: UInt64(try log.bytes().count))
        #expect(try handle.append(event()).sequenceNumbers.lowerBound == 1, "it does not fit the last line: recounted")
        try log.append(line(30) + "\n" + line(31) + "\n")
        try log.setCounter(count: 32, size: UInt64(try log.bytes().count))
        #expect(try handle.append(event()).sequenceNumbers == 32..<33)
    }

    /// The write comes so late that another writer gave up waiting, wrote without the lock, and then it fails.
    @Test func aFailedWriteDoesNotTakeAwayWhatOthersAppended() throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = log.open(fileSystem: calls.fileSystem)
        try handle.append(event())
        let foreign = line(1)
        calls.setFault { call in
            guard call.name == .write else { return nil }
            try? log.append(foreign + "\n")
            return .failure(.noSpace)
        }
        #expect(try eventLogError { try handle.append([event(), event()]) }?.code == "io")
        calls.setFault(nil)
        #expect(try log.lines().last == foreign)
        #expect(try handle.append(event()).sequenceNumbers == 2..<3)
    }

    /// Lines come in between the look at the size and the write.
    @Test func linesThatOvertakeAreCounted() throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = log.open(fileSystem: calls.fileSystem)
        try handle.append((0..<3).map { _ in event() })
        try log.remove("events.jsonl.count")
        calls.setFault { call in
            if call.name == .write { try? log.append((3..<8).map { line($0) + "\n" }.joined()) }
            return nil
        }
        try handle.append([event(), event()])
        calls.setFault(nil)
        #expect(try numbers(log) == [0, 1, 2, 3, 4, 5, 6, 7, 3, 4], "what was written without the lock stands twice")
        #expect(try handle.append(event()).sequenceNumbers == 10..<11, "and nothing after it")
        #expect(try log.open().append(event()).sequenceNumbers == 11..<12)
    }

    @Test func aNumberOnALineThatIsAnEventForOthersIsNotGivenAgain() throws {
        let log = try TestLog()
        try log.open().append(event())
        try log.append(line(500, type: "agent.called_tool", more: #","tool_name":7"#) + "\n")
        #expect(try log.open().append(event()).sequenceNumbers == 501..<502)
        #expect(try log.open().verify().size.nextSequenceNumber == 502)
        #expect(try log.open().size().nextSequenceNumber == 502)
    }

    /// Lines that are JSON by its grammar, or nearly, and that other tools write or read as events.
    private static let notReadHere: [(name: String, line: [UInt8])] = [
        ("half a surrogate pair", Array(line(101, more: #","file_path":"\udcff""#).utf8)),
        ("a key twice", Array(line(101, more: #","meta":{"a":1,"a":2}"#).utf8)),
        ("the number twice", Array(line(7, more: #","sequence_no":101"#).utf8)),
        (
            "nested deeply",
            Array(
                line(101, more: ",\"meta\":" + String(repeating: "[", count: 700) + String(repeating: "]", count: 700))
                    .utf8
            )
        ),
        ("another encoding", Array(line(101, "B").utf8).map { $0 == UInt8(ascii: "B") ? 0xE9 : $0 }),
        ("a number beyond a double", Array(line(101, more: #","meta":{"x":1e400}"#).utf8)),
        ("no number that JSON knows", Array(line(101, more: #","meta":NaN"#).utf8)),
        (
            "white space",
            Array(line(101, more: #","meta":NaN"#).replacing("\":", with: "\" :\t ").utf8)
        ),
        ("cut off", Array(line(101).utf8.dropLast(5))),
    ]

    /// The counter is right, but does not fit a last line that carries no number here.
    @Test(arguments: notReadHere.indices) func aNumberOnALineThatIsNotReadHereIsNotGivenAgain(index: Int) throws {
        let (name, foreign) = Self.notReadHere[index]
        let log = try TestLog()
        // There is a gap: else the number of lines would be high enough.
        try log.write(Array((line(0) + "\n" + line(100) + "\n").utf8) + foreign + [0x0A])
        try log.setCounter(count: 102, size: UInt64(try log.bytes().count))
        #expect(try log.open().size().nextSequenceNumber == 102, "\(name)")
        #expect(try log.open().verify().size.nextSequenceNumber == 102, "\(name)")
        #expect(try log.open().append(event()).sequenceNumbers == 102..<103, "\(name)")
    }

    /// The shortest lines there are with a number: nothing shorter is looked through for one.
    @Test(arguments: [#""sequence_no":9"#, #"{"sequence_no":9}"#, #"["sequence_no":9"#, #""sequence_no":99"#])
    func theShortestLineWithANumberCounts(text: String) throws {
        let log = try TestLog()
        try log.write("\n{}\nx\n" + text + "\n")
        let next: UInt64 = text.contains("99") ? 100 : 10
        #expect(try log.open().size().nextSequenceNumber == next)
        #expect(try log.open().verify().size.nextSequenceNumber == next)
        #expect(try log.open().append(event()).sequenceNumbers == next..<(next + 1))
    }

    /// What only looks like one.
    @Test(arguments: [
        #"{"text":"\"sequence_no\":500""#, #"{"my_sequence_no":500"#, #"{"sequence_no":-500"#, #"{"sequence_no":"500""#,
        #"{"sequence_no":99999999999999999999"#, #"{"sequence_no" 500"#, #"{"sequence_no""#, #"{"sequence_no": "#,
    ])
    func whatIsNoNumberIsNotTakenForOne(broken: String) throws {
        let log = try TestLog()
        try log.write(line(100) + "\n" + broken + "\n")
        #expect(try log.open().append(event()).sequenceNumbers == 101..<102)
    }

    @Test func ofALongLastLineLittleIsReadUnderTheLock() throws {
        let log = try TestLog()
        let long = line(1, String(repeating: "x", count: 3 << 20))
        try log.write(line(0) + "\n" + long + "\n")
        let calls = CallLog()
        #expect(try log.open(fileSystem: calls.fileSystem).append(event()).sequenceNumbers == 2..<3)
        let reads = calls.calls.prefix { $0.name != .write }.filter { $0.name == .pread }.compactMap(\.count)
        let tailReads = reads.prefix { $0 != 1 << 18 }
        #expect(tailReads.allSatisfy { $0 <= 1 << 20 }, "\(reads)")
    }

    @Test func aLogThatGaveItsHighestNumberCanBeSealedAndRepaired() throws {
        let log = try TestLog()
        try log.write(line(.max) + "\n" + "torn")
        #expect(try log.open().repair()?.byteCount == 4)
        let seal = try log.open().seal()
        #expect(seal.nextSequenceNumber == nil && seal.eventCount == 1)
        #expect(try eventLogError { try log.open().append(event()) } == .numbersExhausted(path: log.path))
    }

    /// What the size calls the next number is what an append gives; the highest of all is never given.
    @Test(arguments: [0, .max - 3, .max - 2, .max - 1, .max] as [UInt64])
    func theNextNumberIsTheOneThatAnAppendGives(_ last: UInt64) throws {
        let log = try TestLog()
        try log.write(line(last) + "\n")
        let next = try log.open().size().nextSequenceNumber
        #expect(try log.open().verify().size.nextSequenceNumber == next)
        if let next {
            #expect(try log.open().append(event()).sequenceNumbers == next..<(next + 1))
        } else {
            #expect(try eventLogError { try log.open().append(event()) } == .numbersExhausted(path: log.path))
        }
        #expect((next == nil) == (last >= .max - 1))
    }

    /// A seal that names the highest number as the next one, as all before this did, is as good as ever.
    @Test func aSealOfTheLastNumberButOneHolds() throws {
        let log = try TestLog()
        try log.write(line(.max - 1) + "\n")
        let seal = try log.open().seal()
        #expect(seal.nextSequenceNumber == .max)
        let report = try log.open().verify()
        #expect(!report.failures.contains { $0.kind == .sealBroken } && report.seal == seal)
    }

    @Test func somethingElseInTheQuarantineIsNotTakenForTheCopy() throws {
        let log = try TestLog()
        try log.open().append(event())
        try log.append("torn")
        let name = try #require(try log.open().repair()?.file)
        try log.write("", to: name)
        try log.append("torn")
        let second = try #require(try log.open().repair()?.file)
        #expect(second != name)
        #expect(try log.bytes(second) == Array("torn".utf8))
        #expect(try log.bytes(name).isEmpty)
    }
}
