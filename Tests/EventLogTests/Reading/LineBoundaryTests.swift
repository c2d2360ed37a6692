import EventLog
import FileSystemSeam
import TestSupport
import Testing

/// Lines of every length against the edges of the buffers they are read through.
@Suite("Lines across buffers")
struct LineBoundaryTests {
    private static let edge = 1 << 18

    @Test func linesOfManyLengthsAreRead() throws {
        let log = try TestLog()
        var random = SplitMix64(seed: 11)
        let empty = line(0, "").utf8.count
        var text = ""
        var offsets: [Int64] = []
        var number: UInt64 = 0
        // Lines that end just before, at and behind an edge, and lines that are longer than a buffer.
        for target in 1...12 {
            let place = target * Self.edge + Int.random(in: -3...3, using: &random)
            while place - text.utf8.count > 3 * empty {
                offsets.append(Int64(text.utf8.count))
                let room = place - text.utf8.count - 2 * empty
                let length = target.isMultiple(of: 4) ? room : min(room, Int.random(in: 0...20_000, using: &random))
                text += line(number, String(repeating: "x", count: length)) + "\n"
                number += 1
            }
            offsets.append(Int64(text.utf8.count))
            let length = place - text.utf8.count - line(number, "").utf8.count - 1
            text += line(number, String(repeating: "y", count: max(0, length))) + "\n"
            number += 1
        }
        try log.write(text)
        let contents = try log.open().readAll()
        #expect(contents.skipped == [])
        #expect(contents.events.map(\.sequenceNumber) == Array(0..<number))
        #expect(contents.events.map(\.byteOffset) == offsets)
        #expect(try log.open().append(event()).sequenceNumbers.lowerBound == number)
    }

    @Test(arguments: [100_000, 1 << 18, (1 << 18) + 1, 600_000, 5 << 20]) func aLongLastLineIsFound(byteCount: Int)
        throws
    {
        let log = try TestLog()
        let long = line(1, String(repeating: "z", count: byteCount))
        try log.write(line(0) + "\n" + long + "\n")
        try log.setCounter(count: 2, size: UInt64(try log.bytes().count))
        #expect(try log.open().append(event()).sequenceNumbers == 2..<3)
        #expect(try log.open().readAll().events.map(\.bytes.count)[1] == long.utf8.count)
        try log.expectSound(3)
    }

    /// As long as a line may be written at most, and one byte more.
    @Test(arguments: [0, 1]) func theLongestLineIsRead(more: Int) throws {
        let log = try TestLog()
        let start = Array((line(0) + "\n").utf8)
        try log.write(start + [UInt8](repeating: 0x20, count: (16 << 20) + more) + Array(("\n" + line(2) + "\n").utf8))
        let contents = try log.open().readAll()
        #expect(contents.events.map(\.sequenceNumber) == [0, 2])
        #expect(contents.skipped.map(\.reason) == [more == 0 ? .blank : .tooLong])
        #expect(contents.skipped.map(\.byteCount) == [Int64((16 << 20) + more + 1)])
    }

    /// A line that is passed over loses its end: somebody cut the file in it, or wrote zeros over the rest.
    @Test(arguments: [30 << 20, 16 << 20, 100]) func theEndOfALineThatIsPassedOverMayGo(length: Int) throws {
        let log = try TestLog()
        let start = Array((line(0) + "\n").utf8)
        try log.write(start + [UInt8](repeating: 0x20, count: 40 << 20) + [0x0A])
        let handle = log.open()
        let stream = try handle.events()
        #expect(try stream.nextEvent()?.sequenceNumber == 0)
        let follower = try handle.follow(from: 0)
        guard case .event? = try follower.next(timeoutMilliseconds: 0) else { return #expect(Bool(false), "no event") }
        try log.write(start + [UInt8](repeating: 0x20, count: length))
        guard case .skipped(let line)? = try stream.next() else { return #expect(Bool(false), "no line") }
        #expect(line.reason == .unfinished && line.byteCount == Int64(length))
        #expect(try stream.next() == nil)
        #expect(try follower.next(timeoutMilliseconds: 0) == nil)
    }

    /// Longer than anything a writer writes: passed over in bounded memory, and counted.
    @Test func aLineWithoutEndIsPassedOver() throws {
        let log = try TestLog()
        let huge = [UInt8](repeating: 0x20, count: (16 << 20) + 5)
        try log.write(Array((line(0) + "\n").utf8) + huge + Array(("\n" + line(2) + "\n").utf8))
        let contents = try log.open().readAll()
        #expect(contents.events.map(\.sequenceNumber) == [0, 2])
        #expect(contents.events.map(\.line) == [1, 3])
        #expect(contents.skipped.map(\.reason) == [.tooLong])
        #expect(contents.skipped[0].byteCount == Int64(huge.count + 1))
        #expect(try log.open().append(event()).sequenceNumbers == 3..<4)
        let report = try log.open().verify()
        #expect(report.failures.map(\.kind) == [.malformedLine, .gap])
    }
}
