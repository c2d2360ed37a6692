import EventLog
import FileSystemSeam
import Testing

@Suite("Limits and failed writes")
struct LimitTests {
    @Test func aLineThatIsTooLongIsRefusedBeforeAnythingIsWritten() throws {
        let log = try TestLog()
        let length = try event("").encoded().count
        let options = SessionLogOptions(maximumLineBytes: length + 10)
        let handle = log.open(options)
        try handle.append(event(String(repeating: "x", count: 10)))
        let long = event(String(repeating: "x", count: 11))
        let error = try eventLogError { try handle.append([event(), long]) }
        #expect(error == .lineTooLong(position: 1, byteCount: length + 11, maximum: length + 10))
        #expect(try log.lines().count == 1)
        // With ten events the number takes a digit more.
        try handle.append((0..<9).map { _ in event() })
        let tenth = try eventLogError { try handle.append(event(String(repeating: "x", count: 10))) }
        #expect(tenth == .lineTooLong(position: 0, byteCount: length + 11, maximum: length + 10))
        try log.expectSound(10)
    }

    @Test func theDefaultLineIsOneMebibyte() throws {
        let log = try TestLog()
        let length = try event("").encoded().count
        let name = String(repeating: "x", count: 1 << 20)
        try log.open().append(event(String(name.dropLast(length))))
        #expect(
            try eventLogError { try log.open().append(event(String(name.dropLast(length - 1)))) }?.code
                == "line_too_long"
        )
        try log.expectSound(1)
    }

    @Test func aBatchThatIsTooLongIsRefused() throws {
        let log = try TestLog()
        let length = try event().encoded().count + 1
        let handle = log.open(SessionLogOptions(maximumBatchBytes: 3 * length))
        try handle.append([event(), event(), event()])
        let error = try eventLogError { try handle.append([event(), event(), event(), event()]) }
        #expect(error == .batchTooLong(byteCount: 4 * length, maximum: 3 * length))
        try log.expectSound(3)
    }

    /// One event cannot be appended in parts.
    @Test func aSingleEventIsNeverTooLongABatch() throws {
        let log = try TestLog()
        let length = try event().encoded().count
        // Validating takes the longest number for granted.
        let options = SessionLogOptions(maximumLineBytes: length + 19, maximumBatchBytes: length)
        let handle = log.open(options)
        try handle.validate([event()])
        try handle.append(event())
        try handle.append([event()])
        let error = try eventLogError { try handle.append([event(), event()]) }
        #expect(error == .batchTooLong(byteCount: 2 * (length + 1), maximum: length))
        try log.expectSound(2)
    }

    @Test func newlinesInStringsStayInsideOfTheirLine() throws {
        let log = try TestLog()
        try log.open().append([event("a\nb\r\n"), event("\u{85}\u{2028}")])
        #expect(try log.lines().count == 2)
        #expect(try log.open().readAll().events.map(\.event.agentName) == ["a\nb\r\n", "\u{85}\u{2028}"])
    }

    @Test func aBatchIsOneWriteWithConsecutiveNumbers() throws {
        let log = try TestLog()
        let receipt = try log.open().append((0..<100).map { event("\($0)") })
        #expect(receipt.sequenceNumbers == 0..<100)
        #expect(try log.open().append(event()).sequenceNumbers == 100..<101)
        try log.expectSound(101)
        #expect(try log.open().readAll().events.prefix(100).map(\.event.agentName) == (0..<100).map(String.init))
    }

    @Test(arguments: [ErrorNumber.noSpace, .quotaExceeded, .inputOutput])
    func aFailedWriteLeavesNothing(code: ErrorNumber) throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = log.open(fileSystem: calls.fileSystem)
        try handle.append(event("a"))
        let before = try log.bytes()
        calls.setFault { $0.name == .write ? .failure(code) : nil }
        guard case .io(let error, "events.jsonl")? = try eventLogError({ try handle.append([event(), event()]) }) else {
            Issue.record("no error")
            return
        }
        #expect(error.code == code)
        calls.setFault(nil)
        #expect(try log.bytes() == before)
        try handle.append(event("b"))
        try log.expectSound(2)
    }

    /// A part of the lines was written: what is no whole line is taken back. Whole lines stay, for somebody may have
    /// read them.
    @Test(arguments: [1, 100, 300, 500]) func aShortWriteLeavesWholeLines(byteCount: Int) throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = log.open(fileSystem: calls.fileSystem)
        try handle.append(event("a"))
        let before = try log.bytes()
        calls.setFault { $0.name == .write ? .short(byteCount) : nil }
        let error = try eventLogError { try handle.append([event(), event()]) }
        calls.setFault(nil)
        // All three lines are of the same length.
        let stayed = byteCount / before.count
        let cause = FileSystemError(operation: .append, name: "events.jsonl", code: .noSpace)
        #expect(
            error
                == (stayed > 0
                    ? .partlyAppended(path: log.path, sequenceNumbers: 1..<(1 + UInt64(stayed)), cause)
                    : .io(cause, file: "events.jsonl"))
        )
        let left = before.count + byteCount / before.count * before.count
        let after = try log.bytes()
        #expect(after.count == left && after.starts(with: before))
        // What stayed is not to be appended again, so it is the next flush that makes it durable.
        try handle.flush()
        calls.forget()
        calls.setFault { $0.name == .write ? .short(byteCount) : nil }
        #expect(try eventLogError { try handle.append([event(), event()]) } != nil)
        calls.setFault(nil)
        try handle.flush()
        #expect(calls.names.contains { $0 == "fdatasync" || $0 == "fsync" } == (stayed > 0), "\(calls.names)")
        try handle.append(event("b"))
        try log.expectSound(left / before.count + stayed + 1)
    }

    /// Where it cannot be taken back it is a torn tail, or whole lines that were not acknowledged.
    @Test(arguments: [1, 200, 400]) func aShortWriteThatStaysHarmsNothing(byteCount: Int) throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = log.open(fileSystem: calls.fileSystem)
        try handle.append(event("a"))
        calls.setFault { call in
            switch call.name {
            case .write: .short(byteCount)
            case .ftruncate: .failure(.inputOutput)
            default: nil
            }
        }
        let stayed = byteCount == 400 ? 1 : 0
        let code = stayed == 1 ? "partly_appended" : "io"
        #expect(try eventLogError { try handle.append([event("x"), event("y")]) }?.code == code)
        calls.setFault(nil)
        let receipt = try handle.append(event("b"))
        #expect(receipt.sequenceNumbers.lowerBound == UInt64(1 + stayed))
        #expect(receipt.quarantined != nil)
        try log.expectSound(2 + stayed)
    }
}
