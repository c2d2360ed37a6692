import FileSystemSeam
import LockKit
import TestSupport
import Testing

@Suite("File locks of several processes")
struct FileLockProcessTests {
    private func lock(_ path: String) -> FileLock { FileLock(at: path, fileSystem: PosixFileSystem.shared) }

    @Test func aProcessKeepsOthersOutUntilItLetsGo() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/lock"
        let worker = try LockWorker("hold", path)
        #expect(worker.nextLine() == "held")
        #expect(try LockLook.isHeld(path))
        let ended = worker.finish()
        #expect(ended.end == .exited(0))
        #expect(try LockLook.isFree(path))
    }

    @Test func aKilledHolderLeavesNoLock() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/lock"
        let worker = try LockWorker("hold", path)
        #expect(worker.nextLine() == "held")
        worker.kill()
        let held = try lock(path).lock(.exclusive, timeout: .seconds(60))
        #expect(worker.finish().end == .killed)
        try held.check()
    }

    /// A forked child has copies of the guard and the handle: it holds nothing, and dropping them frees nothing.
    @Test func aForkedChildHoldsNothingAndFreesNothing() throws {
        let temporary = try TemporaryDirectory()
        let worker = try LockWorker("fork", temporary.path + "/lock")
        let ended = worker.finish()
        #expect(
            ended.lines == ["child forked", "child handle waits", "parent holds", "parent excludes"]
        )
        #expect(ended.end == .exited(0))
        #expect(try LockLook.isFree(temporary.path + "/lock"))
    }

    private static let grantsNamespaces = (try? LockWorker("namespace", "-").finish().end) == .exited(0)

    /// A forked child that has its parent's number, in a process-id namespace of its own, is told from it all the same.
    @Test(.enabled(if: grantsNamespaces, "process-id namespaces need Linux and root"))
    func aForkedChildWithTheSameNumberHoldsNothingAndFreesNothing() throws {
        let temporary = try TemporaryDirectory()
        let ended = try LockWorker("fork-namespace", temporary.path).finish()
        #expect(
            ended.lines == [
                "child 1 forked forked", "child memory theirs", "child waits", "parent 1 holds holds",
                "parent excludes excludes",
            ]
        )
        #expect(ended.end == .exited(0))
    }

    /// Files that a handle keeps open between holds are its process's: a child that uses the same handle opens others.
    @Test func aForkedChildDoesNotShareWhatIsKeptOpen() throws {
        let temporary = try TemporaryDirectory()
        let worker = try LockWorker("fork-kept", temporary.path)
        let ended = worker.finish()
        #expect(ended.lines == ["child holds", "parent waits", "parent waits", "parent takes"])
        #expect(ended.end == .exited(0))
    }
}
