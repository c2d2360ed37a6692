import Foundation
import TestSupport
import Testing

@Suite("Locks under kills and vandals", .serialized)
struct LockSoakTests {
    /// What is shown is the lock and not the disk, unless one is asked for.
    private static let disk =
        ProcessInfo.processInfo.environment["HOLDFAST_TEST_DIRECTORY"] ?? TemporaryDirectory.memoryDisk
        ?? TemporaryDirectory.workingDisk
    private static let marker = ".cortex-restore-active-store.lock"

    private static func soak(_ kind: String, _ names: [String], holds: UInt64, long: UInt64) -> LockSoak {
        LockSoak(kind: kind, workers: 8, holds: runsLongTests ? long : holds, names: names, seed: 4)
    }

    private static let soaks = [
        // Without its directory a file lock is nothing for vandals; see `theOracleSeesOverlaps`.
        soak("file", [], holds: 4_000, long: 800_000),
        soak("directory", ["lock", "lock.gate"], holds: 3_000, long: 800_000),
        soak(
            "marker",
            [marker, marker + ".flock", marker + ".epoch", "." + marker + ".tmp", "." + marker + ".epoch.tmp"],
            holds: 1_000,
            long: 100_000
        ),
    ]

    @Test(arguments: soaks.indices)
    func neverTwoInsideAndNeverStuck(_ index: Int) throws {
        let soak = Self.soaks[index]
        let temporary = try TemporaryDirectory(in: Self.disk)
        let outcome = try soak.run(in: temporary.path)
        print("\(soak.kind): \(outcome)")
        #expect(outcome.overlaps == 0, "\(outcome)")
        #expect(outcome.regressions == 0, "\(outcome)")
        #expect(!outcome.isStuck, "\(outcome)")
        #expect(outcome.lines == [], "\(outcome)")
        #expect(outcome.kills > 0)
        #expect(soak.names.isEmpty || outcome.removals > 0)
    }

    /// The oracle sees two who are inside at once: a file lock without its directory, whose file is removed while it is
    /// held.
    @Test func theOracleSeesOverlaps() throws {
        let temporary = try TemporaryDirectory(in: Self.disk)
        let (path, oraclePath) = (temporary.path + "/lock", temporary.path + "/oracle")
        let oracle = try HolderOracle(at: oraclePath, workers: 2)
        let first = try LockWorker("witness", path, oraclePath, "0", "2")
        #expect(first.nextLine() == "inside")
        try FileManager.default.removeItem(atPath: path)
        let second = try LockWorker("witness", path, oraclePath, "1", "2")
        #expect(second.nextLine() == "overlap of \(second.processID) with [\(first.processID)]")
        #expect(second.nextLine() == "inside")
        #expect(oracle.value(.overlaps) == 1)
        #expect(first.finish().end == .exited(0))
        #expect(second.finish().end == .exited(0))
        #expect(oracle.value(.holds) == 2)
    }
}
