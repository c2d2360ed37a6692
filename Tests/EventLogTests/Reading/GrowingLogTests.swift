import EventLog
import FileSystemSeam
import Testing

/// Somebody appends as fast as anybody reads: whoever looks once ends where the log ended when the look began.
@Suite("Logs that grow while they are read")
struct GrowingLogTests {
    /// So many lines are appended at most: without a bound a test that fails would never end.
    private static let growth: UInt64 = 200
    /// Before the events are looked at, the counter is, and their end. That takes some reads.
    private static let early: UInt64 = 100

    /// Three events, and a handle with which each read finds one more.
    ///
    /// - Parameter appended: told the number of each line before it is appended.
    private func growing(
        _ appended: @escaping @Sendable (_ number: UInt64) -> Void = { _ in }
    ) throws -> (log: TestLog, handle: SessionLog) {
        let log = try TestLog()
        try log.open().append((0..<3).map { event("\($0)") })
        let calls = CallLog()
        let next = Condition<UInt64>(3)
        calls.setFault { call in
            guard call.name == .pread else { return nil }
            let number = next.withLock { next in
                next += 1
                return next - 1
            }
            if number < 3 + Self.growth {
                appended(number)
                try? log.append(line(number) + "\n")
            }
            return nil
        }
        return (log, log.open(fileSystem: calls.fileSystem))
    }

    @Test func countingEnds() throws {
        let (log, handle) = try growing()
        let byteCount = Int64(try log.bytes().count)
        let size = try handle.size()
        #expect(size.eventCount == 3 && size.lineCount == 3 && size.nextSequenceNumber == 3)
        #expect(size.byteCount == byteCount)
    }

    @Test func readingEnds() throws {
        let numbers = try growing().handle.readAll().events.map(\.sequenceNumber)
        #expect(numbers == [0, 1, 2])
    }

    /// What comes meanwhile makes nothing of the log's beginning wrong.
    @Test(arguments: [false, true]) func verifyingEnds(isSealed: Bool) throws {
        let (log, handle) = try growing()
        if isSealed { _ = try log.open().seal() }
        let report = try handle.verify()
        #expect(report.isIntact && report.failures == [])
        #expect(report.size.eventCount >= 3 && report.size.eventCount < Self.early)
        #expect(report.size.eventCount == report.size.nextSequenceNumber)
        let kinds = Set(report.warnings.map(\.kind))
        #expect(kinds.isSubset(of: isSealed ? [.counter, .unsealedEvents] : [.counter]), "\(report.warnings)")
    }

    @Test(arguments: [false, true]) func sealingEnds(isSealed: Bool) throws {
        let (log, handle) = try growing()
        if isSealed { _ = try log.open().seal() }
        let seal = try handle.seal()
        #expect(seal.eventCount >= 3 && seal.eventCount < Self.early)
        let report = try log.open().verify()
        #expect(report.isIntact && report.seal == seal)
    }

    @Test func followingFromNowOnBegins() throws {
        let (_, handle) = try growing()
        let follower = try handle.follow()
        var numbers: [UInt64] = []
        while case .event(let event)? = try follower.next(timeoutMilliseconds: 0) {
            numbers.append(event.sequenceNumber)
        }
        let first = try #require(numbers.first)
        #expect(first < Self.early)
        #expect(numbers == Array(first..<(3 + Self.growth)))
    }

    /// A line that was not whole when the look began, and is by now, is not a torn one.
    @Test func aLineThatIsFinishedMeanwhileIsNotTorn() throws {
        let log = try TestLog()
        try log.open().append((0..<3).map { event("\($0)") })
        let text = line(3) + "\n"
        try log.append(String(text.prefix(100)))
        let calls = CallLog()
        let isFirst = Condition(true)
        calls.setFault { call in
            guard call.name == .pread, isFirst.withLock({ $0 }) else { return nil }
            isFirst.withLock { $0 = false }
            try? log.append(String(text.dropFirst(100)))
            return nil
        }
        let contents = try log.open(fileSystem: calls.fileSystem).readAll()
        #expect(contents.events.map(\.sequenceNumber) == [0, 1, 2])
        #expect(contents.skipped == [])
        try log.append("torn")
        #expect(try log.open().readAll().skipped.map(\.reason) == [.unfinished])
    }

    // MARK: - Passing over what a follower was not asked for

    /// What is there when it begins is looked at once.
    @Test func passingOverWithoutWaitingEnds() throws {
        let (log, handle) = try growing()
        let follower = try handle.follow(from: 150)
        #expect(try follower.next(timeoutMilliseconds: 0) == nil)
        #expect(try log.lines().count < Self.early)
        var found: UInt64?
        for _ in 0..<Self.growth where found == nil {
            if case .event(let event)? = try follower.next(timeoutMilliseconds: 0) { found = event.sequenceNumber }
        }
        #expect(found == 150)
    }

    @Test func passingOverEndsWithTheTime() throws {
        let (log, handle) = try growing { _ in PosixFileSystem.shared.sleep(nanoseconds: 2_000_000) }
        let follower = try handle.follow(from: 150)
        #expect(try follower.next(timeoutMilliseconds: 20) == nil)
        #expect(try log.lines().count < Self.early)
        guard case .event(let event)? = try follower.next(timeoutMilliseconds: 60_000) else {
            Issue.record("no event")
            return
        }
        #expect(event.sequenceNumber == 150)
    }

    @Test func passingOverIsStopped() throws {
        let stop = Condition<(@Sendable () -> Void)?>(nil)
        let (log, handle) = try growing { number in if number == 20 { stop.withLock { $0 }?() } }
        let follower = try handle.follow(from: 1000)
        stop.withLock { $0 = follower.stop }
        #expect(try follower.next() == nil)
        #expect(try log.lines().count < Self.early)
    }
}
