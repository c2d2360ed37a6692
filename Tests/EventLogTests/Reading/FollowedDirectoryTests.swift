import EventLog
import Testing

/// A follower of a log whose directory is moved: what stands at the path now is another log, perhaps a shorter one.
@Suite("Following a directory that is moved")
struct FollowedDirectoryTests {
    private func followed(from first: UInt64?) throws -> (TestLog, EventFollower) {
        let log = try TestLog()
        try log.open().append([event("a"), event("b")])
        let follower = try log.open().follow(from: first)
        while try follower.next(timeoutMilliseconds: 0) != nil {}
        return (log, follower)
    }

    private func error(_ follower: EventFollower) throws -> EventLogError? {
        try eventLogError { _ = try follower.next(timeoutMilliseconds: 0) }
    }

    @Test(arguments: [nil, 0] as [UInt64?]) func anotherOneInItsPlaceIsNoticed(from first: UInt64?) throws {
        let (log, follower) = try followed(from: first)
        let read = Int64(try log.bytes().count)
        try TestLog.move(log.path, to: log.path + "-moved")
        try log.open().append(event("c"))
        let size = Int64(try log.bytes().count)
        let expected = EventLogError.eventsReplaced(path: log.path, readBytes: read, size: size)
        for _ in 0..<2 { #expect(try error(follower) == expected) }
    }

    @Test func aCopyInItsPlaceIsNoticed() throws {
        let (log, follower) = try followed(from: 0)
        let bytes = try log.bytes()
        try TestLog.move(log.path, to: log.path + "-moved")
        try log.write(bytes)
        #expect(try error(follower)?.code == "events_replaced")
    }

    @Test func nothingInItsPlaceIsNoticed() throws {
        let (log, follower) = try followed(from: 0)
        let read = Int64(try log.bytes().count)
        try TestLog.move(log.path, to: log.path + "-moved")
        let expected = EventLogError.eventsReplaced(path: log.path, readBytes: read, size: 0)
        #expect(try error(follower) == expected)
        try TestLog.move(log.path + "-moved", to: log.path)
        #expect(try error(follower) == nil)
        try log.open().append(event("c"))
        #expect(try follower.next(timeoutMilliseconds: 10_000) != nil)
    }

    /// What was there before it was moved is given first.
    @Test func whatWasAppendedBeforeIsGiven() throws {
        let (log, follower) = try followed(from: 0)
        try log.open().append([event("c"), event("d")])
        try TestLog.move(log.path, to: log.path + "-moved")
        for number in [2, 3] as [UInt64] {
            guard case .event(let found)? = try follower.next(timeoutMilliseconds: 0) else {
                Issue.record("event \(number) is not given")
                return
            }
            #expect(found.sequenceNumber == number)
        }
        #expect(try error(follower)?.code == "events_replaced")
    }
}
