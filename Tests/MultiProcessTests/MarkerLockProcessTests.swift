import Canonical
import FileSystemSeam
import LockKit
import TestSupport
import Testing

@Suite("Marker locks of several processes")
struct MarkerLockProcessTests {
    private static let request = MarkerRequest(
        deploymentID: "dep-2",
        operatorPrincipalID: "operator-2",
        restoreIntent: Digest(hashing: [], algorithm: .blake3)
    )

    private func lock(_ directory: String) -> MarkerLock {
        MarkerLock(inDirectory: directory, fileSystem: PosixFileSystem.shared)
    }

    private func code(_ body: () throws -> Void) throws -> String? {
        do {
            try body()
            return nil
        } catch let error as LockError {
            return error.code
        }
    }

    @Test func theHolderIsNamedAndRunning() throws {
        let temporary = try TemporaryDirectory()
        let worker = try LockWorker("marker-hold", temporary.path)
        #expect(worker.nextLine() == "held")
        let inspection = try lock(temporary.path).inspect()
        #expect(inspection.state == .held)
        #expect(inspection.owner == .running)
        #expect(inspection.holders == [worker.processID])
        #expect(inspection.marker?.marker?.processID == UInt32(worker.processID))
        #expect(try code { _ = try lock(temporary.path).acquire(Self.request).epoch } == "held")
        #expect(worker.finish().end == .exited(0))
        #expect(try lock(temporary.path).inspect().state == .idle)
    }

    /// However a holder ends, the kernel frees the lock; what stays is evidence, and locks nobody out.
    @Test(arguments: ["marker-hold", "marker-exit"])
    func aHolderThatEndsLeavesEvidenceAndNoLock(_ command: String) throws {
        let temporary = try TemporaryDirectory()
        let worker = try LockWorker(command, temporary.path)
        #expect(worker.nextLine() == "held")
        if command == "marker-hold" { worker.kill() }
        #expect(worker.finish().end == (command == "marker-hold" ? .killed : .exited(0)))
        let inspection = try lock(temporary.path).inspect()
        #expect(inspection.state == .stale)
        #expect(inspection.owner == .gone)
        #expect(inspection.marker?.marker?.processID == UInt32(worker.processID))
        #expect(try code { _ = try lock(temporary.path).acquire(Self.request).epoch } == "stale_marker")
        _ = try lock(temporary.path).quarantine(try #require(inspection.marker))
        let held = try lock(temporary.path).acquire(Self.request)
        #expect(held.epoch == 2)
    }

    /// A forked child drops its copy of the guard: marker and lock are the parent's.
    @Test func aForkedChildNeitherRemovesTheMarkerNorFreesTheLock() throws {
        let temporary = try TemporaryDirectory()
        let ended = try LockWorker("marker-fork", temporary.path).finish()
        #expect(
            ended.lines == ["child forked", "child released", "parent holds", "parent excludes", "parent released"]
        )
        #expect(ended.end == .exited(0))
        #expect(try lock(temporary.path).inspect().state == .idle)
    }
}
