import FileSystemSeam
import LockKit
import TestSupport
import Testing

@Suite("Waiting for a file lock")
struct WaitingTests {
    @Test func aTimeLimitEndsTheWait() throws {
        let locks = try TestLocks()
        let held = try locks.lock().lock(.exclusive)
        for milliseconds in [0, 1, 40] as [UInt64] {
            let start = PosixFileSystem.shared.monotonicClock()
            let error = try lockError {
                _ = try locks.lock().lock(.shared, timeout: .milliseconds(milliseconds))
            }
            let elapsed = (PosixFileSystem.shared.monotonicClock().nanoseconds - start.nanoseconds) / 1_000_000
            guard case .timedOut(let path, let waited)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(path == locks.path)
            #expect(waited >= milliseconds && waited <= elapsed)
        }
        try held.check()
    }

    @Test(arguments: [nil, .seconds(60)] as [Duration?])
    func theWaitEndsWhenTheHolderLetsGo(_ timeout: Duration?) throws {
        let locks = try TestLocks()
        let held = try locks.lock().lock(.exclusive)
        let path = locks.path
        let waiter = try Background {
            let lock = FileLock(at: path, fileSystem: PosixFileSystem.shared)
            if let taken = try? lock.lock(.exclusive, timeout: timeout) { taken.release() }
        }
        #expect(!waiter.ends(withinMilliseconds: 30))
        held.release()
        #expect(waiter.ends(withinMilliseconds: 30_000))
        waiter.join()
    }

    @Test func anInterruptedWaitGoesOn() throws {
        let locks = try TestLocks()
        let interrupted = OnCall(.flock) { .failure(.interrupted) }
        #expect(try locks.lock(fileSystem: interrupted.fileSystem).canLock(.exclusive))
        let again = OnCall(.flock) { .failure(.interrupted) }
        let held = try locks.lock(fileSystem: again.fileSystem).lock(.exclusive, timeout: .seconds(1))
        try held.check()
    }

    /// Somebody replaces the file whenever it was locked, so that no lock is ever on the one that stands there.
    @Test func aFileThatIsReplacedAgainAndAgainDoesNotProlongTheWait() throws {
        let locks = try TestLocks()
        let path = locks.root
        // A failure shall not last for ever.
        let end = PosixFileSystem.shared.monotonicClock().nanoseconds + 2_000_000_000
        let fileSystem = PosixFileSystem { call in
            guard call.name == .fstatat, PosixFileSystem.shared.monotonicClock().nanoseconds < end else { return nil }
            do {
                let directory = try PosixFileSystem.shared.openDirectory(path)
                try directory.replaceAtomically("lock", with: [], syncDirectory: false)
            } catch {
                Issue.record(error)
            }
            return nil
        }
        let error = try lockError {
            try locks.lock(fileSystem: fileSystem).lock(.exclusive, timeout: .milliseconds(50)).release()
        }
        #expect(error?.code == "lock_timeout")
        #expect(PosixFileSystem.shared.monotonicClock().nanoseconds < end)
    }

    /// The file is unlinked, or renamed so that its link count stays 1, just before the lock on it is granted.
    @Test(arguments: ["unlinked", "renamed", "replaced"])
    func aFileThatLeftItsNameMeanwhileIsNotTheLock(_ how: String) throws {
        let locks = try TestLocks()
        try locks.put("lock")
        let old = try locks.directory.open("lock", .read, permissions: .ownerFile)
        let path = locks.root
        let moved = OnCall(.flock) {
            do {
                let directory = try PosixFileSystem.shared.openDirectory(path)
                switch how {
                case "unlinked": try directory.remove("lock")
                case "renamed": try directory.rename("lock", to: "elsewhere", in: directory, exclusive: true)
                default: try directory.replaceAtomically("lock", with: [])
                }
            } catch {
                Issue.record(error)
            }
            return nil
        }
        let held = try locks.lock(fileSystem: moved.fileSystem).lock(.exclusive)
        // It holds what stands at the name, and no longer what stood there.
        #expect(try locks.isHeld(.shared))
        #expect(try old.lock(.exclusive, blocking: false))
        try held.check()
    }

    /// As above, for the directory that the lock file lies in.
    @Test(arguments: [FileLockOptions(), FileLockOptions(anchor: .directory)])
    func aDirectoryThatLeftItsPathMeanwhileIsNotTheLocks(_ options: FileLockOptions) throws {
        let locks = try TestLocks()
        try locks.directory.makeDirectory("store", permissions: .ownerDirectory)
        let path = locks.root
        let moved = OnCall(.flock) {
            do {
                let directory = try PosixFileSystem.shared.openDirectory(path)
                try directory.rename("store", to: "old", in: directory, exclusive: true)
                try directory.makeDirectory("store", permissions: .ownerDirectory)
            } catch {
                Issue.record(error)
            }
            return nil
        }
        let lock = FileLock(at: path + "/store/lock", fileSystem: moved.fileSystem, options: options)
        let held = try lock.lock(.exclusive)
        let other = FileLock(at: path + "/store/lock", fileSystem: PosixFileSystem.shared, options: options)
        #expect(try other.cannotLock(.shared))
        try held.check()
    }

    @Test func whoMayNotWaitGivesUpWhenTheFileIsReplacedForEver() throws {
        let locks = try TestLocks()
        let path = locks.root
        let fileSystem = PosixFileSystem { call in
            if call.name == .flock {
                try? PosixFileSystem.shared.openDirectory(path).replaceAtomically("lock", with: [])
            }
            return nil
        }
        #expect(try locks.lock(fileSystem: fileSystem).cannotLock(.exclusive))
    }
}
