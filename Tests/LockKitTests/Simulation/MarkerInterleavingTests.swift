import CrashTesting
import FileSystemSeam
import LockKit
import TestSupport
import Testing

/// Processes that acquire, release, quarantine, are killed and have files removed under them, in every order: never two
/// holders, never a lock that nobody holds and nobody gets.
@Suite("Interleavings of a marker lock")
struct MarkerInterleavingTests {
    typealias Process = @Sendable (any FileSystem, (UInt64) -> Void) throws -> Void

    private let oracle = Oracle()

    private static func makeStore(_ fileSystem: any FileSystem) throws {
        try fileSystem.openDirectory("/").makeDirectory("store", permissions: .ownerDirectory)
    }

    private static func lock(_ fileSystem: any FileSystem) -> MarkerLock {
        MarkerLock(inDirectory: "/store", fileSystem: fileSystem)
    }

    /// Acquires, moving stale markers away as often as it takes.
    private static func acquire(_ fileSystem: any FileSystem) throws -> MarkerLockGuard {
        let lock = lock(fileSystem)
        for _ in 0..<8 {
            do throws(LockError) {
                return try lock.acquire(.test, timeout: .seconds(1))
            } catch {
                guard case .staleMarker(_, let found) = error else { throw error }
                // Another one may have been quicker, and hold it by now.
                do throws(LockError) {
                    _ = try lock.quarantine(found)
                } catch {
                    guard case .markerChanged = error else { throw error }
                }
            }
        }
        throw CheckFailure("a process does not get the lock")
    }

    /// Holds the lock once.
    private func holder(_ number: Int) -> Process {
        { [oracle] fileSystem, acknowledge in
            let held = try Self.acquire(fileSystem)
            defer { oracle.leave(number) }
            try oracle.enter(number)
            try oracle.see(held.epoch)
            // Something happens meanwhile.
            _ = try fileSystem.openDirectory("/store").entries()
            acknowledge(held.epoch)
            oracle.leave(number)
            if let error = releaseError(held) { throw error }
        }
    }

    /// Afterwards the lock is to be had.
    private static func check(
        _ fileSystem: any FileSystem,
        _ outcomes: [InterleavingExplorer.ProcessOutcome<UInt64>]
    ) throws {
        let seen = outcomes.flatMap(\.acknowledged).max() ?? 0
        let held = try acquire(fileSystem)
        try CheckFailure.unless(held.epoch > seen, "epoch \(held.epoch) after \(seen)")
        try held.check()
        try held.release()
        try CheckFailure.unless(try lock(fileSystem).readMarker() == nil, "a marker is left")
    }

    private func explore(
        preemptions: Int,
        kills: Int,
        prepare: @escaping (any FileSystem) throws -> Void = makeStore,
        _ processes: [Process]
    ) throws -> InterleavingExplorer.Report {
        var explorer = InterleavingExplorer()
        explorer.preemptionMaximum = preemptions
        explorer.killMaximum = kills
        explorer.scheduleMaximum = 2_000_000
        let report = try explorer.explore(
            prepare: { fileSystem in
                oracle.reset()
                try prepare(fileSystem)
            },
            processes: processes,
            check: Self.check
        )
        // What a long run covered is worth telling.
        if runsLongTests { print("\(preemptions) preemptions, \(kills) kills: \(report)", terminator: "") }
        return report
    }

    @Test func twoHoldersAndAKill() throws {
        for (preemptions, kills) in runsLongTests ? [(2, 1)] : [(1, 0), (0, 1)] {
            let report = try explore(preemptions: preemptions, kills: kills, [holder(1), holder(2)])
            #expect(report.isClean, "\(report)")
            #expect(report.schedules > 50)
        }
    }

    @Test func threeHolders() throws {
        let report = try explore(preemptions: 1, kills: runsLongTests ? 1 : 0, [holder(1), holder(2), holder(3)])
        #expect(report.isClean, "\(report)")
        #expect(report.schedules > 200)
    }

    /// Two contenders find the marker of a dead owner.
    @Test func aStaleMarkerAndTwoWhoWantTheLock() throws {
        let report = try explore(
            preemptions: runsLongTests ? 2 : 1,
            kills: runsLongTests ? 1 : 0,
            prepare: { fileSystem in
                try Self.makeStore(fileSystem)
                let held = try Self.lock(fileSystem).acquire(.test)
                try held.preserveMarker(reason: "died")
                try held.release()
            },
            [holder(2), holder(3)]
        )
        #expect(report.isClean, "\(report)")
    }

    /// Somebody removes and renames companion and marker while others acquire and release.
    @Test(arguments: ["remove companion", "rename companion", "remove marker", "rename marker", "replace companion"])
    func filesThatAreTakenAway(_ act: String) throws {
        let vandal: Process = { fileSystem, _ in
            let directory = try fileSystem.openDirectory("/store")
            do throws(FileSystemError) {
                switch act {
                case "remove companion": try directory.remove(TestMarkers.name + ".flock")
                case "rename companion":
                    try directory.rename(TestMarkers.name + ".flock", to: "old", in: directory, exclusive: true)
                case "remove marker": try directory.remove(TestMarkers.name)
                case "rename marker": try directory.rename(TestMarkers.name, to: "old", in: directory, exclusive: true)
                default: try directory.replaceAtomically(TestMarkers.name + ".flock", with: [])
                }
            } catch  where error.code == .noEntry {}
        }
        let holders = (1...2).map { tolerant(holder($0)) }
        for (preemptions, kills) in runsLongTests ? [(0, 1), (2, 0)] : [(1, 0)] {
            let report = try explore(preemptions: preemptions, kills: kills, holders + [vandal])
            #expect(report.isClean, "\(report)")
        }
    }

    /// A release that finds its marker gone says so; here that is expected.
    private func tolerant(_ process: @escaping Process) -> Process {
        { fileSystem, acknowledge in
            do {
                try process(fileSystem, acknowledge)
            } catch let error as LockError {
                guard case .markerReplaced = error else { throw error }
            }
        }
    }

    /// Whoever reads the marker finds all of it or nothing.
    @Test func aReaderNeverSeesHalfAMarker() throws {
        let reader: Process = { fileSystem, _ in
            for _ in 0..<2 {
                let found = try Self.lock(fileSystem).readMarker()
                if let error = found?.syntaxError { throw CheckFailure("half a marker: \(error)") }
            }
        }
        let report = try explore(preemptions: runsLongTests ? 3 : 2, kills: 0, [holder(1), reader])
        #expect(report.isClean, "\(report)")
    }

    /// Whoever only looks sees a state that was one, and keeps nobody out.
    @Test func anInspectionTellsTheTruthAndDisturbsNobody() throws {
        let inspector: Process = { fileSystem, _ in
            let found = try Self.lock(fileSystem).inspect()
            if found.state == .stale || found.state == .foreign { throw CheckFailure("\(found.state) in good order") }
        }
        let report = try explore(preemptions: runsLongTests ? 2 : 1, kills: 0, [holder(1), inspector])
        #expect(report.isClean, "\(report)")
    }
}
