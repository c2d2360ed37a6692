import FileSystemSeam
import LockKit
import Testing

/// A handle that keeps the lock file open between two holds.
@Suite("A lock file that is kept open")
struct KeptFileTests {
    private let kept = FileLockOptions(keepsFileOpen: true)

    @Test func isFreeBetweenTwoHolds() throws {
        let locks = try TestLocks()
        let lock = locks.lock(kept)
        for _ in 0..<3 {
            let held = try lock.lock(.exclusive)
            #expect(try locks.isHeld())
            try held.check()
            held.release()
            #expect(try locks.isFree())
        }
        let other = try locks.lock().take(.exclusive)
        #expect(try lock.cannotLock(.exclusive))
        other.release()
        #expect(try lock.canLock(.exclusive))
        #expect(try lock.canLock(.shared))
    }

    @Test func isOpenedOnce() throws {
        let locks = try TestLocks()
        let opened = Condition(0)
        let fileSystem = PosixFileSystem { call in
            if call.name == .openat { opened.withLock { $0 += 1 } }
            return nil
        }
        let directory = try fileSystem.openDirectory(locks.root)
        let lock = FileLock("lock", in: directory, fileSystem: fileSystem, options: kept)
        for _ in 0..<5 { try lock.lock(.exclusive).release() }
        #expect(opened.withLock { $0 } == 1)
        let plain = FileLock("lock", in: directory, fileSystem: fileSystem)
        for _ in 0..<5 { try plain.lock(.exclusive).release() }
        #expect(opened.withLock { $0 } == 6)
    }

    @Test(arguments: [false, true])
    func isNotTheLockOnceItWasReplaced(isRenamed: Bool) throws {
        let locks = try TestLocks()
        let lock = locks.lock(kept)
        try lock.lock(.exclusive).release()
        if isRenamed {
            try locks.directory.rename("lock", to: "old", in: locks.directory, exclusive: true)
        } else {
            try locks.directory.remove("lock")
        }
        let other = try locks.lock().take(.exclusive)
        #expect(try lock.cannotLock(.exclusive))
        other.release()
        let held = try lock.lock(.exclusive)
        #expect(try locks.isHeld())
        held.release()
    }

    @Test func aFileThatGoesWithTheNextProgramIsNotKept() throws {
        let locks = try TestLocks()
        let lock = locks.lock(kept)
        let held = try lock.lock(.exclusive)
        try held.keepAcrossExec()
        held.release()
        #expect(try lock.canLock(.exclusive))
        #expect(try locks.isFree())
    }

    @Test func permissionsAreTightenedEachTime() throws {
        let locks = try TestLocks()
        let lock = locks.lock(kept)
        try lock.lock(.exclusive).release()
        let file = try locks.directory.open("lock", .read, permissions: .ownerFile)
        try file.setPermissions(Permissions(rawValue: 0o644))
        try lock.lock(.exclusive).release()
        #expect(try locks.permissions(of: "lock") == .ownerFile)
    }
}
