import FileSystemSeam
import LockKit
import Testing

@Suite("Work under a lock")
struct HeldWorkTests {
    private struct Failure: Error {}

    /// Also when the work never looks at the guard, which would end a variable's life before it begins.
    @Test func theLockIsHeldUntilTheWorkIsDone() throws {
        let locks = try TestLocks()
        let lock = locks.lock()
        let answer = try locks.lock().withLock(.exclusive) { _ in
            let isHeld = try lock.cannotLock(.exclusive)
            #expect(isHeld)
            return 7
        }
        #expect(answer == 7)
        #expect(try locks.isFree())
        #expect(throws: Failure.self) {
            try locks.lock().withLock(.shared) { held in
                #expect(held.mode == .shared)
                throw Failure()
            }
        }
        #expect(try locks.isFree())
    }

    @Test func itIsNotDoneWithoutTheLock() throws {
        let locks = try TestLocks()
        let held = try locks.lock().lock(.exclusive)
        #expect(throws: LockError.self) {
            try locks.lock().withLock(.exclusive, timeout: .zero) { _ in Issue.record("nobody may be here") }
        }
        held.release()
    }

    /// The lock file is still in its directory, but that is no longer the one at the path.
    @Test func aDirectoryThatWasExchangedIsNoticed() throws {
        let locks = try TestLocks()
        try locks.directory.makeDirectory("store", permissions: .ownerDirectory)
        let lock = FileLock(at: locks.root + "/store/lock", fileSystem: PosixFileSystem.shared)
        let held = try lock.lock(.exclusive)
        let whole = FileLock(ofDirectory: locks.root + "/store", fileSystem: PosixFileSystem.shared)
        let heldWhole = try whole.lock(.exclusive)
        try held.check()
        try heldWhole.check()
        try locks.directory.rename("store", to: "old", in: locks.directory, exclusive: true)
        #expect(try lockError { try held.check() }?.code == "lock_file_replaced")
        try locks.directory.makeDirectory("store", permissions: .ownerDirectory)
        #expect(try lockError { try held.check() }?.code == "lock_file_replaced")
        #expect(try lockError { try heldWhole.check() }?.code == "lock_file_replaced")
        held.release()
        heldWhole.release()
    }

    /// Somebody who looks at a lock takes it shared for a moment; that is no holder.
    @Test func anotherLookIsNoHolder() throws {
        let locks = try TestLocks()
        let look = try PosixFileSystem.shared.openDirectory(locks.root)
        #expect(try look.lock(.shared, blocking: false))
        let found = try MarkerLock(inDirectory: locks.root, fileSystem: PosixFileSystem.shared).inspect()
        #expect(found.state == .idle)
        #expect(!found.isHeld)
    }
}
