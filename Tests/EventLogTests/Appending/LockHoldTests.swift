import EventLog
import FileSystemSeam
import Foundation
import Testing

/// Other writers give up on the lock after half a second and then append without it, which gives numbers twice. What
/// happens under the lock must therefore be short, whatever there is to do.
@Suite("What happens under the lock")
struct LockHoldTests {
    /// Between each `flock` on the lock file and the one that unlocks it, or its `close`: which calls, and how many
    /// bytes were read.
    private static func holds(_ calls: [SystemCall]) -> [(names: [String], bytesRead: Int)] {
        var holds: [(names: [String], bytesRead: Int)] = []
        var held: Int32?
        for (place, call) in calls.enumerated() {
            // Who has taken the lock looks whether the file still stands at its name.
            let isTaking =
                call.name == .flock && calls.dropFirst(place + 1).first?.name == .fstatat
                && calls[place + 1].arguments.contains("events.jsonl.lock")
            if isTaking, held == nil {
                held = call.descriptor
                holds.append(([], 0))
            } else if held != nil {
                holds[holds.count - 1].names.append(call.name.rawValue)
                if call.name == .pread { holds[holds.count - 1].bytesRead += call.count ?? 0 }
                let isRelease = call.name == .flock || call.name == .close
                if isRelease, call.descriptor == held { held = nil }
            }
        }
        return holds
    }

    private func expectShort(_ calls: CallLog, location: SourceLocation = #_sourceLocation) {
        let holds = Self.holds(calls.calls)
        #expect(!holds.isEmpty, sourceLocation: location)
        for hold in holds {
            #expect(
                hold.names.last == "flock" || hold.names.last == "close",
                "the lock was not released",
                sourceLocation: location
            )
            #expect(!hold.names.contains { $0.contains("sync") }, "a sync under the lock", sourceLocation: location)
            #expect(hold.bytesRead <= 5 << 20, sourceLocation: location)
        }
    }

    private func longLog() throws -> TestLog {
        let log = try TestLog()
        let handle = log.open(SessionLogOptions(maximumBatchBytes: 64 << 20))
        let text = String(repeating: "x", count: 300_000)
        try handle.append((0..<60).map { event("\($0)\(text)") })
        return log
    }

    @Test(arguments: [EventDurability.none, .every]) func anAppendIsShort(durability: EventDurability) throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = log.open(SessionLogOptions(durability: durability), fileSystem: calls.fileSystem)
        try handle.append(event())
        try handle.append((0..<1000).map { event("\($0)") })
        expectShort(calls)
    }

    @Test func aLongRecountIsDoneOutsideAndConfirmedInside() throws {
        let log = try longLog()
        try log.remove("events.jsonl.count")
        let calls = CallLog()
        let receipt = try log.open(fileSystem: calls.fileSystem).append(event())
        #expect(receipt.sequenceNumbers == 60..<61)
        #expect(Self.holds(calls.calls).count == 2)
        expectShort(calls)
        try log.expectSound(61)
    }

    /// Each line takes its time, however short it is, and there are the more of them in as many bytes.
    @Test(arguments: ["\n", "\0\n", "x\n", "\"\n", "{}\n"]) func manyShortLinesAreCountedOutside(line: String) throws {
        let log = try TestLog()
        try log.write(String(repeating: line, count: 20_000))
        let calls = CallLog()
        let handle = log.open(fileSystem: calls.fileSystem)
        #expect(try handle.append(event()).sequenceNumbers == 20_000..<20_001)
        #expect(Self.holds(calls.calls).count == 2)
        expectShort(calls)
        // A few more are counted where they are found.
        try log.append(String(repeating: line, count: 5_000))
        calls.forget()
        #expect(try handle.append(event()).sequenceNumbers == 25_001..<25_002)
        #expect(Self.holds(calls.calls).count == 1)
    }

    /// What was appended between counting and locking is counted, too.
    @Test func aRecountMissesNothing() throws {
        let log = try longLog()
        try log.remove("events.jsonl.count")
        let calls = CallLog()
        let count = Condition(0)
        calls.setFault { call in
            // The lock was taken and given up, and is taken again: after the count, before it is confirmed.
            guard call.name == .flock else { return nil }
            if count.withLock({ count in
                count += 1
                return count == 3
            }) {
                try? log.append(line(60) + "\n")
            }
            return nil
        }
        let receipt = try log.open(fileSystem: calls.fileSystem).append(event())
        #expect(receipt.sequenceNumbers == 61..<62)
        try log.expectSound(62)
    }

    /// A handle counts only what is new to it, however often another tool spoils the counter.
    @Test func aHandleCountsNothingTwice() throws {
        let log = try longLog()
        let calls = CallLog()
        let handle = log.open(fileSystem: calls.fileSystem)
        try log.remove("events.jsonl.count")
        try handle.append(event())
        for number in 0..<5 as Range<UInt64> {
            try log.append(line(61 + number * 2) + "\n")
            calls.forget()
            #expect(try handle.append(event()).sequenceNumbers.lowerBound == 62 + number * 2)
            #expect(Self.holds(calls.calls).count == 1)
            #expect(calls.calls.filter { $0.name == .pread }.compactMap(\.count).reduce(0, +) < 1 << 20)
        }
        try log.expectSound(71)
    }

    /// What is cut off was looked at since the lock was taken, in as many holds as that needs.
    @Test(arguments: [(1, 1), (4 << 20, 1), (4 << 20 + 1, 2), (11 << 20 + 7, 3)])
    func aTornTailIsCopiedOutside(byteCount: Int, cuts: Int) throws {
        let log = try TestLog()
        try log.open().append(event())
        let whole = try log.bytes().count
        try log.append(String(repeating: "y", count: byteCount))
        let calls = CallLog()
        // The time is over when the tail is copied.
        let handle = log.open(SessionLogOptions(lockTimeoutMilliseconds: 0), fileSystem: calls.fileSystem)
        let receipt = try handle.append(event())
        let moved = try #require(receipt.quarantined)
        #expect(moved.byteOffset == Int64(whole) && moved.byteCount == Int64(byteCount))
        #expect(try log.bytes(moved.file).count == byteCount)
        expectShort(calls)
        #expect(calls.names.count { $0 == "ftruncate" } == cuts)
        #expect(Self.holds(calls.calls).count == 1 + cuts)
        for hold in Self.holds(calls.calls) where hold.names.contains("ftruncate") {
            // Before anything else of the events is read.
            let compared = hold.names[..<(hold.names.firstIndex(of: "ftruncate") ?? 0)]
            #expect(compared.contains("pread64") || compared.contains("pread"))
        }
        try log.expectSound(2)
    }

    @Test func aSealIsShort() throws {
        let log = try longLog()
        let calls = CallLog()
        _ = try log.open(fileSystem: calls.fileSystem).seal()
        expectShort(calls)
    }

    @Test func readersTakeNoLockAtAll() throws {
        let log = try TestLog()
        try log.open().append((0..<10).map { event("\($0)") })
        let calls = CallLog()
        let handle = log.open(fileSystem: calls.fileSystem)
        _ = try handle.readAll()
        _ = try handle.size()
        _ = try handle.verify()
        let stream = try handle.events(from: 5)
        while try stream.next() != nil {}
        _ = try handle.follow(from: 0).next(timeoutMilliseconds: 0)
        #expect(!calls.names.contains("flock"))
        let writes: Set = ["write", "pwrite64", "ftruncate", "mkdirat", "renameat", "unlinkat", "fchmod"]
        #expect(writes.isDisjoint(with: calls.names))
    }

    // MARK: - Preparing for longer than the lock is waited for

    /// Nobody holds the lock; only the work without it takes its time.
    @Test func aSlowCountIsOfUse() throws {
        let log = try longLog()
        try log.remove("events.jsonl.count")
        let calls = CallLog()
        calls.setFault { call in
            if call.name == .pread { usleep(1_000) }
            return nil
        }
        let handle = log.open(SessionLogOptions(lockTimeoutMilliseconds: 20), fileSystem: calls.fileSystem)
        #expect(try handle.append(event()).sequenceNumbers == 60..<61)
        try log.expectSound(61)
    }

    @Test(arguments: [0, 5] as [UInt64]) func aSlowCopyOfATornTailIsOfUse(milliseconds: UInt64) throws {
        let log = try TestLog()
        try log.open().append(event())
        try log.append("torn")
        let calls = CallLog()
        calls.setFault { call in
            if call.name == .fdatasync { usleep(20_000) }
            return nil
        }
        let handle = log.open(SessionLogOptions(lockTimeoutMilliseconds: milliseconds), fileSystem: calls.fileSystem)
        #expect(try handle.append(event()).quarantined?.byteCount == 4)
        try log.expectSound(2)
    }

    /// Somebody takes the lock meanwhile: it is tried again, and not waited for beyond the time.
    @Test func aSlowCopyPassesByNobody() throws {
        let log = try TestLog()
        try log.open().append(event())
        try log.append("torn")
        let before = try log.bytes()
        let calls = CallLog()
        let held = Condition<(any File)?>(nil)
        calls.setFault { [self] call in
            guard call.name == .fdatasync else { return nil }
            usleep(20_000)
            held.withLock { $0 = try? holdLock(of: log) }
            return nil
        }
        let handle = log.open(SessionLogOptions(lockTimeoutMilliseconds: 5), fileSystem: calls.fileSystem)
        #expect(try eventLogError { try handle.append(event()) }?.code == "lock_busy")
        #expect(try log.bytes() == before)
        try held.withLock { $0 }?.close()
        calls.setFault(nil)
        #expect(try handle.append(event()).quarantined?.byteCount == 4)
    }

    // MARK: - Waiting

    private func holdLock(of log: TestLog) throws -> any File {
        let directory = try PosixFileSystem.shared.openDirectory(log.path)
        let file = try directory.open("events.jsonl.lock", [.read, .write, .create], permissions: .ownerFile)
        #expect(try file.lock(.exclusive, blocking: false))
        return file
    }

    /// Waiting for ever would hang a hook, and appending all the same would give a number twice.
    @Test(arguments: [0, 1, 60] as [UInt64]) func aHeldLockIsWaitedForAndNeverPassedBy(milliseconds: UInt64) throws {
        let log = try TestLog()
        try log.open().append(event())
        let before = try log.bytes()
        let held = try holdLock(of: log)
        let start = ContinuousClock.now
        let error = try eventLogError {
            try log.open(SessionLogOptions(lockTimeoutMilliseconds: milliseconds)).append(event())
        }
        guard case .lockBusy(log.path, let waited)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(waited >= milliseconds)
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(try log.bytes() == before)
        try held.close()
        try log.open(SessionLogOptions(lockTimeoutMilliseconds: 0)).append(event())
        try log.expectSound(2)
    }

    @Test func theDefaultIsAMinute() { #expect(SessionLogOptions().lockTimeoutMilliseconds == 60_000) }

    @Test func threadsOfOneHandleWaitNoLongerThanAsked() throws {
        let log = try TestLog()
        try log.open().append(event())
        let held = try holdLock(of: log)
        let handle = log.open(SessionLogOptions(lockTimeoutMilliseconds: 50))
        let errors = Condition([EventLogError?]())
        let threads = try (0..<4).map { _ in
            try Thread.start(name: "waits") {
                let error = try? eventLogError { try handle.append(event()) }
                errors.withLock { $0.append(error ?? nil) }
            }
        }
        for thread in threads { thread.join() }
        #expect(errors.withLock { $0.allSatisfy { $0?.code == "lock_busy" } && $0.count == 4 })
        try held.close()
        try handle.append(event())
        try log.expectSound(2)
    }
}
