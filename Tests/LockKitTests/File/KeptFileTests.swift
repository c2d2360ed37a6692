import FileSystemSeam
import Foundation
import LockKit
import Testing

/// A handle that keeps the lock file open between two holds.
@Suite("A lock file that is kept open")
struct KeptFileTests {
    private let kept = FileLockOptions(keepsFileOpen: true)

    @Test func aKeptFileIsFreeBetweenTwoHolds() throws {
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

    @Test func aKeptFileIsOpenedOnce() throws {
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

    /// A directory that is held is locked through one more handle of it, which is kept as well.
    @Test func aKeptFileIsKeptWithItsAnchor() throws {
        let locks = try TestLocks()
        let opened = Condition(0)
        let fileSystem = PosixFileSystem { call in
            if call.name == .openat || call.name == .open { opened.withLock { $0 += 1 } }
            return nil
        }
        let directory = try fileSystem.openDirectory(locks.root)
        for anchor in [FileLockOptions.Anchor.directory, .other(directory)] {
            opened.withLock { $0 = 0 }
            let lock = FileLock(
                "lock",
                in: directory,
                fileSystem: fileSystem,
                options: FileLockOptions(anchor: anchor, keepsFileOpen: true)
            )
            for _ in 0..<5 {
                let held = try lock.lock(.exclusive)
                #expect(try locks.isHeld(.exclusive, FileLockOptions(anchor: .directory)))
                // The directory alone keeps others out who lost the file.
                try locks.directory.remove("lock")
                #expect(try locks.isHeld(.exclusive, FileLockOptions(anchor: .directory)))
                held.release()
                #expect(try locks.isFree(.exclusive, FileLockOptions(anchor: .directory)))
                try lock.lock(.exclusive).release()
            }
            // Once for a first attempt that keeps what it opened; each time the file was gone, twice, since the attempt
            // that sees it gives up both.
            #expect(opened.withLock { $0 } == 14)
            for _ in 0..<5 { try lock.lock(.shared).release() }
            #expect(opened.withLock { $0 } == 14)
        }
    }

    @Test(arguments: [false, true])
    func aKeptFileIsNotTheLockOnceItWasReplaced(isRenamed: Bool) throws {
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

    /// Why an attempt comes to nothing that has locked the directory.
    enum Hindrance: CaseIterable { case fileIsBusy, fileIsGone, statusFails }

    /// A child that is forked between two holds has copies of the kept files, as second descriptors are, and never
    /// touches them. What its parent's failed attempt locked through them has to be free again, for as long as it lives.
    @Test(arguments: Hindrance.allCases)
    func aForkedChildKeepsNothingThatAFailedAttemptLocked(_ hindrance: Hindrance) throws {
        let locks = try TestLocks()
        let seen = Condition((locked: Set<Int32>(), fails: false))
        let fileSystem = PosixFileSystem { call in
            seen.withLock { seen in
                if call.name == .flock, let descriptor = call.descriptor { seen.locked.insert(descriptor) }
                return seen.fails && call.name == .fstatat ? .failure(.inputOutput) : nil
            }
        }
        let onDirectory = FileLockOptions(anchor: .directory, keepsFileOpen: true)
        let directory = try fileSystem.openDirectory(locks.root)
        let lock = FileLock("lock", in: directory, fileSystem: fileSystem, options: onDirectory)
        try lock.lock(.exclusive).release()
        let copies = seen.withLock { seen in seen.locked.map { dup($0) } }
        defer { for copy in copies { close(copy) } }
        #expect(copies.count == 2 && copies.allSatisfy { $0 >= 0 })
        switch hindrance {
        case .fileIsBusy:
            let other = try locks.lock().take(.exclusive)
            #expect(try lock.cannotLock(.exclusive))
            other.release()
        case .fileIsGone:
            try locks.directory.remove("lock")
            // It notices, and makes the file anew.
            #expect(try lock.canLock(.exclusive))
        case .statusFails:
            seen.withLock { $0.fails = true }
            #expect(try lockError { _ = try lock.tryLock(.exclusive) }?.code == "io")
            seen.withLock { $0.fails = false }
            #expect(try locks.isFree())
        }
        #expect(try locks.isFree(.exclusive, FileLockOptions(anchor: .directory)))
        #expect(try lock.canLock(.exclusive))
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
