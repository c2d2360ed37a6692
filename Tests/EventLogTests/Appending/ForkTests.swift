import EventLog
import FileSystemSeam
import Testing

/// A handle that was open when its process was forked: parent and child would share what it holds open, and of a sync
/// that failed only one of them would be told.
@Suite("A handle in a forked child")
struct ForkTests {
    private let log: TestLog
    private let calls = CallLog()

    init() throws { log = try TestLog() }

    private func handle(_ durability: EventDurability) -> (SessionLog, ForkingFileSystem) {
        let fileSystem = ForkingFileSystem(calls.fileSystem)
        return (log.open(SessionLogOptions(durability: durability), fileSystem: fileSystem), fileSystem)
    }

    private func opensEvents(_ body: () throws -> Void) throws -> Bool {
        calls.forget()
        try body()
        return calls.calls.contains { $0.name == .openat && $0.arguments.contains("\"events.jsonl\"") }
    }

    private func syncCount(_ body: () throws -> Void) throws -> Int {
        calls.forget()
        try body()
        return calls.names.count { $0 == "fdatasync" }
    }

    @Test(arguments: [EventDurability.none, .every]) func aForkedChildOpensItsOwnEvents(durability: EventDurability)
        throws
    {
        let (handle, fileSystem) = handle(durability)
        try handle.append(event())
        #expect(try !opensEvents { try handle.append(event()) })
        fileSystem.becomeForkedChild()
        #expect(try opensEvents { try handle.append(event()) })
        #expect(calls.names.contains("fdatasync") == (durability == .every))
        #expect(try !opensEvents { try handle.append(event()) })
        try log.expectSound(4)
    }

    /// Its parent's events are its parent's to sync: the child can be told nothing of them.
    @Test func aForkedChildAnswersForItsOwnAppendsOnly() throws {
        let (handle, fileSystem) = handle(.everyEvents(2))
        try handle.append(event())
        fileSystem.becomeForkedChild()
        #expect(try syncCount { try handle.flush() } == 0)
        #expect(try syncCount { try handle.append(event()) } == 0)
        #expect(try syncCount { try handle.append(event()) } == 1)
        #expect(try syncCount { try handle.append(event()) } == 0)
        #expect(try syncCount { try handle.close() } == 1)
        try log.expectSound(4)
    }

    @Test func aForkedChildStaysPoisoned() throws {
        let (handle, fileSystem) = handle(.every)
        try handle.append(event())
        calls.setFault { $0.name == .fdatasync ? .failure(.inputOutput) : nil }
        #expect(try eventLogError { try handle.append(event()) }?.code == "not_durable")
        calls.setFault(nil)
        fileSystem.becomeForkedChild()
        #expect(try eventLogError { try handle.append(event()) }?.code == "poisoned")
    }
}
