import CrashTesting
import FileSystemSeam
import LitmusPrograms
import Testing

/// Locks that are let go, and waits for them that end.
@Suite struct InterleavingLockTests {
    private typealias Process = @Sendable (any FileSystem, (Int) -> Void) throws -> Void

    /// What the processes acknowledged in each schedule, one list a process.
    private func outcomes(_ explorer: InterleavingExplorer, _ processes: [Process]) throws -> Set<[[Int]]> {
        var seen: Set<[[Int]]> = []
        let report = try explorer.explore(processes: processes) { _, outcomes in
            seen.insert(outcomes.map(\.acknowledged))
        }
        #expect(report.isClean, "\(report)")
        return seen
    }

    /// A holder that closes what it locked may stand still before that: what it wrote is seen, and its lock is held.
    @Test(arguments: [false, true]) func aLockIsHeldUntilTheTurnOfItsClose(locksFile: Bool) throws {
        var explorer = InterleavingExplorer()
        explorer.killMaximum = 0
        let writes: Process = { fileSystem, _ in
            let directory = try fileSystem.openDirectory("/")
            let file = try directory.open("a", [.write, .create], permissions: .ownerFile)
            _ =
                locksFile
                ? try file.lock(.exclusive, blocking: false) : try directory.lock(.exclusive, blocking: false)
            try directory.makeDirectory("b", permissions: .ownerDirectory)
            if locksFile { try file.close() } else { try directory.close() }
        }
        let looks: Process = { fileSystem, acknowledge in
            let directory = try fileSystem.openDirectory("/")
            let isWritten = try directory.exists("b")
            let file = try directory.open("a", [.write, .create], permissions: .ownerFile)
            let isFree =
                locksFile
                ? try file.lock(.exclusive, blocking: false) : try directory.lock(.exclusive, blocking: false)
            acknowledge((isWritten ? 2 : 0) + (isFree ? 1 : 0))
        }
        let seen = try outcomes(explorer, [writes, looks])
        #expect(seen.contains([[], [2]]), "written and held: \(seen)")
        #expect(seen.contains([[], [3]]), "written and free: \(seen)")
    }

    /// A close that fails lets go of its lock as well.
    @Test func aFailedCloseLetsGoOfItsLock() throws {
        let disk = SimDisk()
        let (first, second) = (disk.boot(), disk.boot())
        let other = try second.openDirectory("/")
        for operation in [FileSystemError.Operation.close, .closeDirectory] {
            let directory = try first.openDirectory("/")
            let file = try directory.open("a", [.write, .create], permissions: .ownerFile)
            let theirs = try other.open("a", [.write], permissions: .ownerFile)
            disk.faults = .on(operation, 1, .error(.inputOutput))
            if operation == .close {
                #expect(try file.lock(.exclusive, blocking: false))
                #expect(throws: FileSystemError.self) { try file.close() }
                #expect(try theirs.lock(.exclusive, blocking: false))
            } else {
                #expect(try directory.lock(.exclusive, blocking: false))
                #expect(throws: FileSystemError.self) { try directory.close() }
                #expect(try other.lock(.exclusive, blocking: false))
            }
        }
    }

    /// What a process locked is free when it has ended, although nobody closed it and its handle was made before.
    @Test(arguments: [false, true]) func aProcessThatEndsLetsGoOfItsLocks(locksFile: Bool) throws {
        typealias Hand = (directory: any Directory, file: any File)
        @Sendable func lock(_ hand: Hand, blocking: Bool) throws -> Bool {
            locksFile
                ? try hand.file.lock(.exclusive, blocking: blocking)
                : try hand.directory.lock(.exclusive, blocking: blocking)
        }
        func hand(_ fileSystem: any FileSystem) throws -> Hand {
            let directory = try fileSystem.openDirectory("/")
            return (directory, try directory.open("a", [.write, .create], permissions: .ownerFile))
        }
        let locks: @Sendable (Hand, (Bool) -> Void) throws -> Void = { hand, acknowledge in
            acknowledge(try lock(hand, blocking: true))
        }
        let report = try InterleavingExplorer().explore(
            processCount: 2,
            open: { try $0.map(hand) },
            processes: [locks, locks]
        ) { fileSystem, outcomes in
            try CheckFailure.unless(lock(hand(fileSystem), blocking: false), "it is held by a process that has ended")
            for outcome in outcomes { try CheckFailure.unless(outcome.acknowledged == [true] || outcome.wasKilled, "") }
        }
        #expect(report.isClean && report.schedulesWithKills > 2, "\(report)")
    }

    /// Each of two that hold what the other one waits for may be the one that gives up.
    @Test func anyOfTwoWaitsWithALimitMayEndFirst() throws {
        var explorer = InterleavingExplorer()
        explorer.killMaximum = 0
        func taking(_ first: String, _ second: String) -> Process {
            { fileSystem, acknowledge in
                let directory = try fileSystem.openDirectory("/")
                let one = try directory.open(first, [.write, .create], permissions: .ownerFile)
                _ = try one.lock(.exclusive, timeoutNanoseconds: 1_000_000_000)
                let two = try directory.open(second, [.write, .create], permissions: .ownerFile)
                acknowledge(try two.lock(.exclusive, timeoutNanoseconds: 1_000_000_000) ? 1 : 0)
                try two.close()
                try one.close()
            }
        }
        let seen = try outcomes(explorer, [taking("a", "b"), taking("b", "a")])
        #expect(seen.contains([[1], [1]]) && seen.contains([[0], [1]]) && seen.contains([[1], [0]]), "\(seen)")
    }

    /// Who gives up after twelve looks does so while the holder stands still and lives, if so many sleeps are allowed.
    @Test(arguments: [8, 12]) func aSleeperThatIsCutShortIsTold(sleepMaximum: Int) throws {
        var explorer = InterleavingExplorer()
        explorer.killMaximum = 0
        explorer.preemptionMaximum = 1
        explorer.sleepMaximum = sleepMaximum
        let holds: Process = { fileSystem, _ in
            let directory = try fileSystem.openDirectory("/")
            try put(directory, "held", "")
            try directory.remove("held")
        }
        let waits: Process = { fileSystem, acknowledge in
            let directory = try fileSystem.openDirectory("/")
            for _ in 0..<12 {
                if try !directory.exists("held") { return acknowledge(1) }
                fileSystem.sleep(nanoseconds: 1_000_000)
            }
            acknowledge(0)
        }
        var seen: Set<[Int]> = []
        let report = try explorer.explore(processes: [holds, waits]) { _, outcomes in
            seen.insert(outcomes[1].acknowledged)
        }
        #expect(report.isClean, "\(report)")
        #expect(seen == (sleepMaximum == 8 ? [[1]] : [[0], [1]]), "\(seen)")
        #expect((report.schedulesWithSleepsCutShort > 0) == (sleepMaximum == 8), "\(report)")
        #expect(report.description.contains("with sleeps cut short") == (sleepMaximum == 8), "\(report)")
    }
}
