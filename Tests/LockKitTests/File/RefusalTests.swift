import FileSystemSeam
import Foundation
import LockKit
import Testing

@Suite("What a file lock refuses")
struct RefusalTests {
    @Test func aHandleThatHoldsTheLockMayNotTakeItAgain() throws {
        let locks = try TestLocks()
        let lock = locks.lock()
        let held = try lock.lock(.exclusive)
        for mode in [LockMode.shared, .exclusive] {
            #expect(try lockError { _ = try lock.canLock(mode) } == .reentrant(path: locks.path))
            #expect(try lockError { _ = try lock.lock(mode) } == .reentrant(path: locks.path))
        }
        held.release()
        #expect(try lock.canLock(.exclusive))
    }

    @Test func aHandleThatWaitsMayNotWaitAgain() throws {
        let locks = try TestLocks()
        let held = try locks.lock().lock(.exclusive)
        let lock = locks.lock()
        let waiter = try Background { if let taken = try? lock.lock(.exclusive) { taken.release() } }
        #expect(!waiter.ends(withinMilliseconds: 30))
        #expect(try lockError { _ = try lock.canLock(.exclusive) } == .reentrant(path: locks.path))
        held.release()
        waiter.join()
        #expect(try lock.canLock(.exclusive))
    }

    /// flock would drop the shared lock and then fail.
    @Test func aSharedLockIsNotMadeExclusive() throws {
        let locks = try TestLocks()
        let lock = locks.lock()
        let held = try lock.lock(.shared)
        let other = try locks.lock().lock(.shared)
        #expect(try lockError { _ = try lock.canLock(.exclusive) } == .upgradeRefused(path: locks.path))
        #expect(try lockError { _ = try lock.canLock(.shared) } == .reentrant(path: locks.path))
        other.release()
        // It still holds what it held.
        #expect(try locks.isHeld(.exclusive))
        try held.check()
    }

    @Test func aHandleIsFreeAgainAfterAFailure() throws {
        let locks = try TestLocks()
        let lock = FileLock(at: locks.root + "/absent/lock", fileSystem: PosixFileSystem.shared)
        for _ in 0..<2 {
            let error = try lockError { _ = try lock.canLock(.exclusive) }
            #expect(error == .directoryMissing(path: locks.root + "/absent"))
        }
        let held = try locks.lock().lock(.exclusive)
        let other = locks.lock()
        for _ in 0..<2 { #expect(try other.cannotLock(.exclusive)) }
        held.release()
        #expect(try other.canLock(.exclusive))
    }

    @Test(arguments: ["symbolic link", "directory", "fifo", "socket"])
    func whatIsNoFileIsNoLockFile(_ kind: String) throws {
        let locks = try TestLocks()
        switch kind {
        case "symbolic link":
            try locks.put("victim")
            try FileManager.default.createSymbolicLink(
                atPath: locks.path,
                withDestinationPath: locks.root + "/victim"
            )
        case "directory": try locks.directory.makeDirectory("lock", permissions: .ownerDirectory)
        case "fifo": #expect(mkfifo(locks.path, 0o600) == 0)
        default: #expect(mknod(locks.path, S_IFSOCK | 0o600, 0) == 0)
        }
        let error = try lockError { _ = try locks.lock().canLock(.exclusive) }
        #expect(error?.code == "not_a_lock_file", "\(String(describing: error))")
        #expect(error.map { "\($0)".contains(locks.path) } == true)
        // Nor the idle lock of nobody.
        let looked = try lockError { _ = try locks.lock().inspect() }
        #expect(looked?.code == "not_a_lock_file", "\(String(describing: looked))")
    }

    @Test(arguments: ["", ".", "..", "/"])
    func aPathThatEndsInNoNameIsRefused(_ end: String) throws {
        let locks = try TestLocks()
        let lock = FileLock(at: locks.root + "/" + end, fileSystem: PosixFileSystem.shared)
        #expect(try lockError { _ = try lock.canLock(.exclusive) }?.code == "not_a_lock_file")
    }

    @Test func anInputOutputErrorNamesTheFileAndFreesEverything() throws {
        for call in [SystemCall.Name.open, .openat, .flock, .stat, .fstat, .fstatat, .fstatfs] {
            for occurrence in 1...4 {
                let locks = try TestLocks()
                let failing = OnCall(call, occurrence) { .failure(.inputOutput) }
                let lock = locks.lock(FileLockOptions(anchor: .directory), fileSystem: failing.fileSystem)
                let error = try lockError { _ = try lock.canLock(.exclusive) }
                if case .io(let cause, _)? = error {
                    #expect(cause.code == .inputOutput)
                    #expect("\(try #require(error))".contains(locks.root))
                } else {
                    // So many calls of this kind were not made.
                    #expect(error == nil)
                    continue
                }
                #expect(try locks.isFree(.exclusive, FileLockOptions(anchor: .directory)))
                #expect(try lock.canLock(.exclusive))
            }
        }
    }
}
