import CrashTesting
import FileSystemSeam
import Testing

@Suite struct InterleavingTests {
    /// Adds one to a number in a file, under a lock or not.
    static func increment(locks: Bool) -> @Sendable (any FileSystem, (Int) -> Void) throws -> Void {
        { fileSystem, acknowledge in
            let directory = try fileSystem.openDirectory("/")
            if locks { _ = try directory.lock(.exclusive, blocking: true) }
            let file = try directory.open("number", [.read, .write, .create], permissions: .ownerFile)
            var bytes: [UInt8] = [0]
            var span = bytes.mutableSpan
            _ = try file.read(into: &span, at: 0)
            bytes[0] += 1
            _ = try file.write(bytes.span, at: 0)
            acknowledge(1)
            try directory.close()
        }
    }

    static func check(
        _ fileSystem: any FileSystem,
        _ outcomes: [InterleavingExplorer.ProcessOutcome<Int>]
    ) throws {
        let directory = try fileSystem.openDirectory("/")
        var bytes: [UInt8] = [0]
        var span = bytes.mutableSpan
        let file = try directory.open("number", [.read, .write, .create], permissions: .ownerFile)
        _ = try file.read(into: &span, at: 0)
        let acknowledged = outcomes.map(\.acknowledged.count).reduce(0, +)
        let possible = acknowledged...acknowledged + outcomes.filter(\.wasKilled).count
        try CheckFailure.unless(possible.contains(Int(bytes[0])), "\(bytes[0]) after \(acknowledged) increments")
    }

    @Test func aLostUpdateIsFoundAndTheScriptShowsTheSwitch() throws {
        let report = try InterleavingExplorer().explore(
            processes: [Self.increment(locks: false), Self.increment(locks: false)],
            check: Self.check
        )
        #expect(report.failure == "1 after 2 increments", "\(report)")
        let reads = report.script.indices.filter { report.script[$0].contains("read number") }
        let write = report.script.firstIndex { $0.contains("write number") }
        #expect(reads.count == 2 && write.map { reads[1] < $0 } == true, "both read before one writes: \(report)")
    }

    @Test(arguments: [2, 3])
    func underALockEveryScheduleIsClean(_ count: Int) throws {
        var explorer = InterleavingExplorer()
        explorer.preemptionMaximum = count == 2 ? 2 : 1
        let report = try explorer.explore(
            processes: Array(repeating: Self.increment(locks: true), count: count),
            check: Self.check
        )
        #expect(report.isClean, "\(report)")
        #expect(report.schedules > 20 && report.schedulesWithKills > 5, "\(report)")
    }

    @Test func aDeadlockIsFound() throws {
        func taking(_ first: String, _ second: String) -> @Sendable (any FileSystem, (Int) -> Void) throws -> Void {
            { fileSystem, _ in
                let directory = try fileSystem.openDirectory("/")
                let one = try directory.open(first, [.write, .create], permissions: .ownerFile)
                _ = try one.lock(.exclusive, blocking: true)
                let two = try directory.open(second, [.write, .create], permissions: .ownerFile)
                _ = try two.lock(.exclusive, blocking: true)
            }
        }
        let crossed = try InterleavingExplorer().explore(
            processes: [taking("a", "b"), taking("b", "a")],
            check: { _, _ in }
        )
        #expect(crossed.failure?.hasPrefix("deadlock") == true, "\(crossed)")
        let ordered = try InterleavingExplorer().explore(
            processes: [taking("a", "b"), taking("a", "b")],
            check: { _, _ in }
        )
        #expect(ordered.isClean, "\(ordered)")
    }

    /// Whoever is refused the lock takes the holder's work as done; the holder dies after that, and before it does it.
    @Test func aHolderIsKilledAfterAnotherOneReliedOnIt() throws {
        var explorer = InterleavingExplorer()
        explorer.preemptionMaximum = 1
        func explore(_ isBuggy: Bool) throws -> InterleavingExplorer.Report {
            let work: @Sendable (any FileSystem, (Int) -> Void) throws -> Void = { fileSystem, acknowledge in
                let directory = try fileSystem.openDirectory("/")
                if try directory.lock(.exclusive, blocking: !isBuggy) {
                    _ = try directory.open("done", [.write, .create], permissions: .ownerFile)
                }
                acknowledge(1)
                try directory.close()
            }
            return try explorer.explore(processes: [work, work]) { fileSystem, outcomes in
                let isPromised = outcomes.contains { !$0.acknowledged.isEmpty }
                let isDone = try fileSystem.openDirectory("/").exists("done")
                try CheckFailure.unless(isDone || !isPromised, "acknowledged and not done")
            }
        }
        let found = try explore(true)
        #expect(found.failure == "acknowledged and not done", "\(found)")
        #expect(found.script.contains { $0.contains("is killed before open done") }, "\(found)")
        let twin = try explore(false)
        #expect(twin.isClean, "\(twin)")
    }

    @Test func aProcessThatSleepsBetweenItsLooksIsExploredWhole() throws {
        var explorer = InterleavingExplorer()
        explorer.killMaximum = 0
        typealias Process = @Sendable (any FileSystem, (Int) -> Void) throws -> Void
        let asks: Process = { fileSystem, acknowledge in
            let directory = try fileSystem.openDirectory("/")
            while try !directory.exists("answer") { fileSystem.sleep(nanoseconds: 1_000_000) }
            acknowledge(Int(try directory.readFile("answer", maximumBytes: 1).first ?? 0))
        }
        let answers: Process = { fileSystem, _ in
            let directory = try fileSystem.openDirectory("/")
            let file = try directory.open("draft", [.write, .create], permissions: .ownerFile)
            try file.writeAll([42], at: 0)
            try directory.rename("draft", to: "answer", in: directory, exclusive: false)
        }
        let report = try explorer.explore(processes: [asks, answers]) { _, outcomes in
            try CheckFailure.unless(outcomes[0].acknowledged == [42], "\(outcomes[0].acknowledged)")
        }
        #expect(report.isClean && report.schedules > 20, "\(report)")
    }

    @Test func aProcessIsKilledBeforeItTakesALockOfAnyName() throws {
        func schedules(_ name: String) throws -> Int {
            let process: @Sendable (any FileSystem, (Int) -> Void) throws -> Void = { fileSystem, _ in
                let directory = try fileSystem.openDirectory("/")
                let file = try directory.open(name, [.write, .create], permissions: .ownerFile)
                _ = try file.lock(.exclusive, blocking: true)
            }
            return try InterleavingExplorer().explore(processes: [process, process], check: { _, _ in }).schedules
        }
        #expect(try schedules("sleep") == schedules("a"))
    }

    @Test func aKilledHolderDropsItsLock() throws {
        let disk = SimDisk()
        let (first, second) = (disk.boot(), disk.boot())
        let held = try first.openDirectory("/")
        #expect(try held.lock(.exclusive, blocking: false))
        let waiting = try second.openDirectory("/")
        #expect(try !waiting.lock(.exclusive, blocking: false))
        disk.kill(first)
        #expect(try waiting.lock(.exclusive, blocking: false))
        #expect(throws: FileSystemError.self) { try held.sync() }
    }
}
