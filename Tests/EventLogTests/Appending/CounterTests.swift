import EventLog
import FileSystemSeam
import Foundation
import Testing

/// The counter is a cache that several kinds of writers share, and believed only when it proves itself.
@Suite("The counter")
struct CounterTests {
    @Test func theCounterHasSixteenBytesAfterAnAppend() throws {
        let log = try TestLog()
        try log.open().append(event())
        let size = UInt64(try log.bytes().count)
        #expect(try log.bytes("events.jsonl.count").count == 16)
        #expect(try log.counter().map { [$0.count, $0.size] } == [1, size])
        #expect(try log.permissions("events.jsonl.count") == "600")
    }

    @Test func theCounterIsWrittenLittleEndian() throws {
        let log = try TestLog()
        try log.open().append((0..<300).map { event("\($0)") })
        let bytes = try log.bytes("events.jsonl.count")
        #expect(bytes[..<8] == [44, 1, 0, 0, 0, 0, 0, 0])
    }

    /// Appends three events, lets `damage` at the counter, appends one more.
    private func expectRecounted(_ damage: (TestLog) throws -> Void, location: SourceLocation = #_sourceLocation) throws
    {
        let log = try TestLog()
        try log.open().append([event("a"), event("b"), event("c")])
        try damage(log)
        #expect(try log.open().append(event("d")).sequenceNumbers == 3..<4, sourceLocation: location)
        try log.expectSound(4, location: location)
    }

    @Test func theCounterIsRecountedWhenMissing() throws { try expectRecounted { try $0.remove("events.jsonl.count") } }

    @Test(arguments: [0, 1, 8, 15]) func theCounterIsRecountedWhenShort(byteCount: Int) throws {
        try expectRecounted { try $0.write([UInt8](repeating: 1, count: byteCount), to: "events.jsonl.count") }
    }

    @Test(arguments: [17, 24, 4096]) func theCounterIsRecountedAndReplacedWhenLong(byteCount: Int) throws {
        try expectRecounted {
            let right = try $0.bytes("events.jsonl.count")
            try $0.write(right + [UInt8](repeating: 0, count: byteCount - 16), to: "events.jsonl.count")
        }
    }

    @Test(arguments: [-1, 1, 1000] as [Int64]) func theCounterIsRecountedWhenTheSizeDisagrees(by difference: Int64)
        throws
    {
        try expectRecounted {
            let size = Int64(try $0.bytes().count)
            try $0.setCounter(count: 3, size: UInt64(size + difference))
        }
    }

    /// A writer that counted before it took the lock publishes an old count with a new size.
    @Test(arguments: [0, 1, 2, 4, 100, UInt64.max]) func theCounterIsRecountedWhenTheLastLineDisagrees(count: UInt64)
        throws
    {
        try expectRecounted { try $0.setCounter(count: count, size: UInt64(try $0.bytes().count)) }
    }

    @Test func theCounterIsRecountedWhenItCannotBeRead() throws {
        try expectRecounted {
            try $0.remove("events.jsonl.count")
            try FileManager.default.createDirectory(
                atPath: $0.path + "/events.jsonl.count/x",
                withIntermediateDirectories: true
            )
            #expect(try $0.open().append(event()).isCounterWritten == false)
            #expect(try $0.open().append(event()).sequenceNumbers == 4..<5)
            // Back to the three lines that the rest of this test is about.
            try $0.write(try $0.lines().prefix(3).map { $0 + "\n" }.joined())
            try $0.remove("events.jsonl.count")
        }
    }

    @Test func theCounterIsNotFollowedThroughASymbolicLink() throws {
        let log = try TestLog()
        try log.open().append(event())
        try log.remove("events.jsonl.count")
        try log.write("precious, and longer than 16 bytes", to: "victim")
        try FileManager.default.createSymbolicLink(
            atPath: log.path + "/events.jsonl.count",
            withDestinationPath: log.path + "/victim"
        )
        let receipt = try log.open().append(event())
        #expect(receipt.sequenceNumbers == 1..<2)
        #expect(!receipt.isCounterWritten)
        #expect(try log.bytes("victim") == Array("precious, and longer than 16 bytes".utf8))
    }

    /// Others replace it by renaming; a descriptor that was kept open would be that of an orphan.
    @Test func theCounterIsOpenedByItsNameEachTime() throws {
        let log = try TestLog()
        let handle = log.open()
        try handle.append(event())
        for count in 2...5 as ClosedRange<UInt64> {
            try log.write(try log.bytes("events.jsonl.count"), to: "other")
            try log.remove("events.jsonl.count")
            try FileManager.default.moveItem(atPath: log.path + "/other", toPath: log.path + "/events.jsonl.count")
            try handle.append(event())
            #expect(try log.counter()?.count == count)
        }
    }

    @Test func theCounterStaysRightAfterContention() async throws {
        let log = try TestLog()
        try await withThrowingTaskGroup { group in
            for writer in 0..<6 {
                group.addTask {
                    let handle = log.open()
                    for step in 0..<30 { try handle.append(event("w\(writer)-\(step)")) }
                }
            }
            try await group.waitForAll()
        }
        try log.expectSound(180)
    }

    @Test func theCounterNeverFailsAnAppend() throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = log.open(fileSystem: calls.fileSystem)
        try handle.append(event())
        for name in [SystemCall.Name.openat, .pread, .pwrite, .close] {
            calls.setFault { call in
                let isCounter = call.arguments.contains("events.jsonl.count") || call.count == 16 || call.count == 17
                return call.name == name && isCounter ? .failure(.inputOutput) : nil
            }
            try handle.append(event())
            try log.open(fileSystem: calls.fileSystem).append(event())
        }
        calls.setFault(nil)
        try handle.append(event())
        try log.expectSound(10)
    }

    @Test func theCounterIsNeverSynced() throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = log.open(SessionLogOptions(durability: .every), fileSystem: calls.fileSystem)
        try handle.append(event())
        calls.forget()
        try handle.append(event())
        #expect(calls.names.filter { $0.contains("sync") } == ["fdatasync"])
        calls.forget()
        try log.open(fileSystem: calls.fileSystem).append(event())
        #expect(!calls.names.contains { $0.contains("sync") })
    }

    // MARK: - What a recount counts

    /// Every line with a line feed counts, so that no number is given twice.
    @Test func blankAndMalformedLinesCount() throws {
        let log = try TestLog()
        try log.write(line(0) + "\n\n" + line(1) + "\n{\"torn\n")
        #expect(try log.open().append(event()).sequenceNumbers == 4..<5)
        let size = try log.open().size()
        #expect(size.eventCount == 3)
        #expect(size.lineCount == 5)
        #expect(size.nextSequenceNumber == 5)
    }

    @Test func aHigherNumberCounts() throws {
        let log = try TestLog()
        try log.write(line(0) + "\n" + line(41) + "\n" + line(7) + "\n")
        #expect(try log.open().append(event()).sequenceNumbers == 42..<43)
        #expect(try log.open().append(event()).sequenceNumbers == 43..<44)
    }

    /// A line that is not UTF-8 and a lost counter: an implementation that skipped the line gave 1, 2, 2.
    @Test func aLineThatIsNotUTF8Counts() throws {
        let log = try TestLog()
        let handle = log.open()
        try handle.append(event("a"))
        try log.write(try log.bytes() + [0x7B, 0xFF, 0xFE, 0x7D, 0x0A])
        try log.remove("events.jsonl.count")
        let numbers = [
            try log.open().append(event("b")), try handle.append(event("c")), try log.open().append(event("d")),
        ].map(\.sequenceNumbers.lowerBound)
        #expect(numbers == [2, 3, 4])
        #expect(try log.open().readAll().events.map(\.sequenceNumber) == [0, 2, 3, 4])
    }

    @Test func theHighestNumberIsTheLast() throws {
        let log = try TestLog()
        try log.write(line(UInt64.max - 2) + "\n")
        let handle = log.open()
        #expect(try handle.append(event()).sequenceNumbers.lowerBound == UInt64.max - 1)
        for options in [handle, log.open()] {
            #expect(try eventLogError { try options.append(event()) } == .numbersExhausted(path: log.path))
        }
        try log.remove("events.jsonl.count")
        #expect(try eventLogError { try log.open().append(event()) } == .numbersExhausted(path: log.path))
        #expect(try log.lines().count == 2)
    }
}
