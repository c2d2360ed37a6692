import EventLog
import FileSystemSeam
import Foundation
import Testing

@Suite("What is durable when")
struct DurabilityTests {
    private func syncs(_ calls: CallLog) -> [String] { calls.names.filter { $0.contains("sync") } }

    @Test func noneIsTheDefaultAndSyncsNothing() throws {
        #expect(SessionLogOptions().durability == .none)
        let log = try TestLog()
        try log.open().append(event())
        let calls = CallLog()
        let handle = log.open(fileSystem: calls.fileSystem)
        try handle.append(event())
        try handle.append([event(), event()])
        #expect(syncs(calls) == [])
    }

    /// The first of a handle makes the names durable as well: a file that has no name after a power cut is lost.
    @Test func everySyncsBeforeItReturns() throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = log.open(SessionLogOptions(durability: .every), fileSystem: calls.fileSystem)
        try handle.append(event())
        let first = calls.names
        let written = try #require(first.lastIndex(of: "write"))
        let synced = try #require(first.lastIndex(of: "fdatasync"))
        #expect(written < synced)
        #expect(first[synced...].filter { $0 == "fsync" }.count == 2)
        calls.forget()
        try handle.append(event())
        #expect(syncs(calls) == ["fdatasync"])
        #expect(calls.names.last == "fdatasync", "the lock is released before the sync")
    }

    @Test func everyEventsCountsThem() throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = log.open(SessionLogOptions(durability: .everyEvents(3)), fileSystem: calls.fileSystem)
        var counts: [Int] = []
        for size in [1, 1, 1, 1, 1, 2, 7, 1] {
            calls.forget()
            try handle.append((0..<size).map { event("\($0)") })
            counts.append(calls.names.filter { $0 == "fdatasync" }.count)
        }
        #expect(counts == [0, 0, 1, 0, 0, 1, 1, 1], "the third, sixth, ninth … event of the handle")
    }

    @Test func flushSyncsWhatIsNotYet() throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = log.open(fileSystem: calls.fileSystem)
        try handle.flush()
        #expect(syncs(calls) == [])
        try handle.append(event())
        try handle.append(event())
        calls.forget()
        try handle.flush()
        #expect(syncs(calls).first == "fdatasync")
        calls.forget()
        try handle.flush()
        #expect(syncs(calls) == [])
    }

    @Test func anIntervalIsKeptByAThread() throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = log.open(SessionLogOptions(durability: .interval(milliseconds: 20)), fileSystem: calls.fileSystem)
        for _ in 0..<3 {
            calls.forget()
            try handle.append(event())
            try handle.append(event())
            try waitUntil { calls.names.contains("fdatasync") }
        }
        calls.forget()
        try handle.append(event())
        try handle.close()
        #expect(calls.names.filter { $0 == "fdatasync" }.count == 1)
        // A closed handle works on, and promises no less.
        calls.forget()
        try handle.append(event())
        #expect(calls.names.filter { $0 == "fdatasync" }.count == 1)
    }

    @Test func anIntervalIsKeptAfterTheHandleIsGone() throws {
        let log = try TestLog()
        let calls = CallLog()
        do {
            let options = SessionLogOptions(durability: .interval(milliseconds: 3_600_000))
            try log.open(options, fileSystem: calls.fileSystem).append(event())
        }
        try waitUntil { calls.names.contains("fdatasync") }
    }

    @Test func closingSyncsWhatWasPromised() throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = log.open(SessionLogOptions(durability: .everyEvents(100)), fileSystem: calls.fileSystem)
        try handle.append(event())
        #expect(!calls.names.contains("fdatasync"))
        try handle.close()
        #expect(calls.names.contains("fdatasync"))
        try handle.append(event())
        try log.expectSound(2)
    }

    @Test(arguments: [EventDurability.none, .every])
    func closingLetsGoOfEverything(durability: EventDurability) throws {
        let log = try TestLog()
        let handle = log.open(SessionLogOptions(durability: durability))
        try handle.append(event())
        #expect(try !openFiles(below: log.path).isEmpty)
        try handle.close()
        #expect(try openFiles(below: log.path) == [])
        // Nothing of it is waited for.
        try handle.flush()
        try handle.append(event())
        try handle.flush()
        try log.expectSound(2)
    }

    private func openFiles(below path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
            return target?.hasPrefix(path) == true ? target : nil
        }
    }

    /// A hard link of the events in another directory is the same file, but not the same name.
    @Test func aDirectoryThatTakesTheirPlaceIsSyncedToo() throws {
        let disk = SimDisk()
        let fileSystem = disk.boot()
        let handle = SessionLog(at: "/s", fileSystem: fileSystem, options: SessionLogOptions(durability: .every))
        try handle.append(event())
        try fileSystem.moveFilesToAnotherDirectory(of: "s")
        let before = disk.trace.count
        try handle.append(event())
        let synced = disk.trace[before...].count { $0.operation == .syncDirectory }
        #expect(synced == 2, "the session's and the one it stands in")
    }

    /// While one thread syncs, others append; the next sync covers them all.
    @Test func appendsShareASync() throws {
        let log = try TestLog()
        let calls = CallLog()
        calls.setFault { call in
            if call.name == .fdatasync { usleep(3_000) }
            return nil
        }
        let handle = log.open(SessionLogOptions(durability: .every), fileSystem: calls.fileSystem)
        let threads = try (0..<16).map { writer in
            try Thread.start(name: "writer") {
                for step in 0..<10 { _ = try? handle.append(event("w\(writer)-\(step)")) }
            }
        }
        for thread in threads { thread.join() }
        try log.expectSound(160)
        let count = calls.names.filter { $0 == "fdatasync" }.count
        #expect(count <= 60, "\(count) syncs for 160 events of 16 threads")
    }

    /// An append returns only after a sync that began after its write.
    @Test func nobodyIsAcknowledgedByAnEarlierSync() throws {
        let log = try TestLog()
        let calls = CallLog()
        let synced = SyncedSize(of: log.path, calls, microseconds: 500)
        let isWrong = Condition(false)
        let handle = log.open(SessionLogOptions(durability: .every), fileSystem: calls.fileSystem)
        let threads = try (0..<8).map { _ in
            try Thread.start(name: "writer") {
                for _ in 0..<20 {
                    guard let receipt = try? handle.append(event()) else { continue }
                    if Int64(synced.byteCount) < receipt.byteRange.upperBound { isWrong.withLock { $0 = true } }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(isWrong.withLock { $0 } == false)
        try log.expectSound(160)
    }

    /// On Linux a second try can succeed although the bytes are gone.
    @Test(arguments: [SystemCall.Name.fdatasync, .fsync]) func aFailedSyncPoisonsTheHandle(name: SystemCall.Name) throws
    {
        let log = try TestLog()
        let calls = CallLog()
        let handle = log.open(SessionLogOptions(durability: .every), fileSystem: calls.fileSystem)
        try log.open().append(event())
        calls.setFault { $0.name == name ? .failure(.inputOutput) : nil }
        guard case .notDurable(_, 1..<2, let reason)? = try eventLogError({ try handle.append(event()) }) else {
            Issue.record("it does not say which event is in the log")
            return
        }
        #expect(reason.contains("EIO"))
        calls.setFault(nil)
        let poisoned = EventLogError.poisoned(path: log.path)
        #expect(try eventLogError { try handle.append(event()) } == poisoned)
        #expect(try eventLogError { try handle.flush() } == poisoned)
        #expect(try eventLogError { _ = try handle.seal() } == poisoned)
        // Reading goes on, and so does a new handle.
        #expect(try handle.readAll().events.count == 2)
        try log.open(SessionLogOptions(durability: .every)).append(event())
        try log.expectSound(3)
    }

    @Test func aFailedFlushInTheBackgroundIsToldByTheNextAppend() throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = log.open(SessionLogOptions(durability: .interval(milliseconds: 5)), fileSystem: calls.fileSystem)
        calls.setFault { $0.name == .fdatasync ? .failure(.inputOutput) : nil }
        try handle.append(event())
        try waitUntil { (try? eventLogError { try handle.append(event()) })??.code == "poisoned" }
    }

    /// Somebody empties the file in place, as tools do that turn logs over: there is nothing left to make durable.
    @Test func aFlushWritesNothingWhereEventsWereCut() throws {
        let log = try TestLog()
        try log.open().append(event())
        let handle = log.open()
        try handle.append(event())
        try log.write([])
        try handle.flush()
        #expect(try log.bytes() == [])
    }

    /// Waits until something holds that other threads bring about.
    private func waitUntil(_ condition: () -> Bool, location: SourceLocation = #_sourceLocation) throws {
        for _ in 0..<2_000 {
            if condition() { return }
            usleep(5_000)
        }
        Issue.record("it did not come about in ten seconds", sourceLocation: location)
    }
}
