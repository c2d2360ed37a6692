import EventLog
import FileSystemSeam
import Testing

/// With every n-th event all events so far are on stable storage, whoever appended them and whatever happened between.
@Suite("Every n-th event")
struct EveryEventsTests {
    /// Who appends the n-th event may have written before one that another thread was acknowledged already.
    @Test func theLastOfSeveralThreadsCoversThemAll() throws {
        let log = try TestLog()
        let calls = CallLog()
        let synced = SyncedSize(of: log.path, calls, microseconds: 100)
        let handle = log.open(SessionLogOptions(durability: .everyEvents(2)), fileSystem: calls.fileSystem)
        for round in 1...300 {
            let threads = try (0..<8).map { writer in
                try FileSystemSeam.Thread.start(name: "writer") { _ = try? handle.append(event("w\(writer)")) }
            }
            for thread in threads { thread.join() }
            // An even number of events: the last one to be counted was a second one.
            let size = try log.bytes().count
            let covered = synced.byteCount
            #expect(covered == size, "round \(round)")
            if covered != size { return }
        }
    }

    // MARK: - What a handle is told of

    /// On a disk that tells every handle of a sync that failed, whosever it was.
    private func toldDisk() throws -> (disk: SimDisk, fileSystem: SimFS, handle: SessionLog) {
        let disk = SimDisk()
        disk.tellsEveryHandleOfFailedSyncs = true
        let fileSystem = disk.boot()
        let handle = SessionLog(
            at: "/s",
            fileSystem: fileSystem,
            options: SessionLogOptions(durability: .everyEvents(3))
        )
        for _ in 0..<2 { try handle.append(event()) }
        return (disk, fileSystem, handle)
    }

    /// Somebody else's sync fails, with it the handle's events that are not synced yet.
    private func failAnotherSync(_ disk: SimDisk, _ fileSystem: SimFS) throws {
        let other = SessionLog(at: "/s", fileSystem: fileSystem, options: SessionLogOptions(durability: .every))
        disk.faults = .on(.sync, 1, .error(.inputOutput))
        #expect(try eventLogError { try other.append(event()) }?.code == "not_durable")
        disk.faults = FaultPlan()
    }

    @Test func anErrorInBetweenHidesNoFailedSync() throws {
        let (disk, fileSystem, handle) = try toldDisk()
        try failAnotherSync(disk, fileSystem)
        let file = try fileSystem.openDirectory("/s").open(
            "events.jsonl",
            [.write, .append],
            permissions: .ownerFile
        )
        try file.appendOnce(Array("torn".utf8))
        disk.faults = .on(.makeDirectory, 1, .error(.noSpace))
        #expect(try eventLogError { try handle.append(event()) }?.code == "io")
        disk.faults = FaultPlan()
        #expect(try eventLogError { try handle.append(event()) }?.code == "not_durable")
    }

    /// The events get a name in another directory, which takes the place of the one that they were opened in.
    @Test func anotherDirectoryHidesNoFailedSync() throws {
        let (disk, fileSystem, handle) = try toldDisk()
        try failAnotherSync(disk, fileSystem)
        try fileSystem.moveFilesToAnotherDirectory(of: "s")
        #expect(try eventLogError { try handle.append(event()) }?.code == "not_durable")
    }

    /// What was given is remembered also by a handle that could not append for a while.
    @Test func anErrorInBetweenForgetsNoNumber() throws {
        let log = try TestLog()
        let handle = log.open()
        for _ in 0..<6 { try handle.append(event()) }
        let whole = try log.bytes()
        try log.append("torn")
        try log.write("a file", to: "quarantine")
        #expect(try eventLogError { try handle.append(event()) }?.code == "io")
        try log.remove("quarantine")
        // One writer counts before the lock and publishes too little, another believes it.
        try log.write(whole + Array((line(2) + "\n" + line(3) + "\n").utf8))
        try log.setCounter(count: 4, size: UInt64(try log.bytes().count))
        #expect(try handle.append(event()).sequenceNumbers == 8..<9)
    }
}
