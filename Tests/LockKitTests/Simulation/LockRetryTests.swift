import CrashTesting
import FileSystemSeam
import LockKit
import TestSupport
import Testing

/// Each sync fails once, and whoever was refused tries again: another sync succeeds, and says nothing of what the first
/// one was for. Then the power is cut.
@Suite("Second attempts on a marker lock")
struct LockRetryTests {
    typealias Event = LockPowerLossTests.Event

    private static func persistently<Answer: ~Copyable>(_ act: () throws -> Answer) throws -> Answer {
        for _ in 0..<3 {
            do { return try act() } catch LockError.io {}
        }
        return try act()
    }

    private static func preserve(_ held: borrowing MarkerLockGuard) throws {
        for _ in 0..<3 {
            do { return try held.preserveMarker(reason: "the end") } catch LockError.io {}
        }
        try held.preserveMarker(reason: "the end")
    }

    /// Acquired and released twice, then quarantined and acquired, each until it succeeds.
    static func workload(_ fileSystem: any FileSystem, _ acknowledge: (Event) -> Void) throws {
        func acquire() throws -> MarkerLockGuard {
            try persistently { () throws -> MarkerLockGuard in
                try MarkerLock(inDirectory: "/store", fileSystem: fileSystem).acquire(.test)
            }
        }
        for _ in 0..<2 {
            let held = try acquire()
            let epoch = held.epoch
            acknowledge(.acquired(epoch))
            acknowledge(.releasing)
            // Once: a marker that comes back is told of, and says that nobody holds it.
            do { try held.release() } catch LockError.io {}
        }
        let held = try acquire()
        let epoch = held.epoch
        acknowledge(.acquired(epoch))
        try preserve(held)
        acknowledge(.preserved(epoch))
        try held.release()
        try persistently {
            let lock = MarkerLock(inDirectory: "/store", fileSystem: fileSystem)
            if let stale = try lock.readMarker() { _ = try lock.quarantine(stale) }
        }
        acknowledge(.quarantined(epoch))
        let last = try acquire()
        acknowledge(.acquired(last.epoch))
        try preserve(last)
        acknowledge(.preserved(last.epoch))
    }

    @Test func theEpochNeverGoesBack() throws {
        var sweep = FaultSweep(.posixMinimal)
        sweep.faults = { operation in
            switch operation {
            case .sync, .syncDirectory: [.error(.inputOutput)]
            default: []
            }
        }
        sweep.triesPairs = runsLongTests
        sweep.pairMaximum = 200
        sweep.recoveryMaximum = runsLongTests ? 1_000 : 20
        sweep.explorer.runMaximum = runsLongTests ? 20 : 4
        sweep.explorer.sampleCount = runsLongTests ? 5 : 1
        sweep.explorer.depth = 1
        let report = try sweep.run(
            prepare: LockPowerLossTests.prepare,
            workload: Self.workload,
            isOwnError: { $0 is LockError || $0 is LockPowerLossTests.Unreadable },
            recover: LockPowerLossTests.recover,
            check: LockPowerLossTests.check
        )
        #expect(report.isClean, "\(report)")
        #expect(report.plansThatThrew == 0 || runsLongTests, "the second attempt fails, too: \(report)")
        #expect(report.singles > 10, "\(report)")
    }
}
