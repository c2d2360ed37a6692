import FileSystemSeam
import Foundation
import LockKit
import Testing

@Suite("What a file lock hangs on")
struct AnchorTests {
    private static let onDirectory = FileLockOptions(anchor: .directory)

    @Test func removingTheFileOfALockOnTheDirectoryLetsNobodyIn() throws {
        let locks = try TestLocks()
        let held = try locks.lock(Self.onDirectory).lock(.exclusive)
        try locks.directory.remove("lock")
        #expect(try locks.isHeld(.exclusive, Self.onDirectory))
        try locks.put("lock")
        #expect(try locks.isHeld(.shared, Self.onDirectory))
        // The holder is told.
        #expect(try lockError { try held.check() } == .lockFileReplaced(path: locks.path))
        held.release()
        #expect(try locks.isFree(.exclusive, Self.onDirectory))
    }

    /// What the anchor is there for: the file alone does not protect its holder.
    @Test func removingTheFileOfALockOnTheFileLetsASecondHolderIn() throws {
        let locks = try TestLocks()
        let held = try locks.lock().lock(.exclusive)
        try locks.directory.remove("lock")
        #expect(try lockError { try held.check() } == .lockFileReplaced(path: locks.path))
        #expect(try locks.isFree())
        #expect(try lockError { try held.check() } == .lockFileReplaced(path: locks.path))
    }

    /// A child that is forked during a look has copies of what that opened and locked, as second descriptors are.
    @Test func aForkedChildKeepsNothingThatALookLocked() throws {
        let locks = try TestLocks()
        let made = try locks.lock(Self.onDirectory).lock(.exclusive)
        made.release()
        let copies = Condition<[Int32]>([])
        let fileSystem = PosixFileSystem { call in
            if call.name == .flock, let descriptor = call.descriptor { copies.withLock { $0.append(dup(descriptor)) } }
            return nil
        }
        #expect(try locks.lock(Self.onDirectory, fileSystem: fileSystem).inspect().mode == nil)
        let kept = copies.withLock { $0 }
        defer { for copy in kept { close(copy) } }
        #expect(!kept.isEmpty && kept.allSatisfy { $0 >= 0 })
        #expect(try locks.isFree(.exclusive, Self.onDirectory))
        #expect(try locks.isFree())
    }

    @Test func aLockOnTheDirectoryAlsoHoldsTheFile() throws {
        let locks = try TestLocks()
        let held = try locks.lock(Self.onDirectory).lock(.exclusive)
        #expect(try locks.isHeld(.shared))
        held.release()
        let file = try locks.lock().lock(.exclusive)
        #expect(try locks.isHeld(.shared, Self.onDirectory))
        file.release()
    }

    @Test func aSharedLockOnTheDirectoryIsSharedThere() throws {
        let locks = try TestLocks()
        let first = try locks.lock(Self.onDirectory).lock(.shared)
        let second = try locks.lock(Self.onDirectory).lock(.shared)
        #expect(try locks.isHeld(.exclusive, Self.onDirectory))
        first.release()
        second.release()
        #expect(try locks.isFree(.exclusive, Self.onDirectory))
    }

    /// As a store has it: the file in a subdirectory, the anchor the store itself.
    @Test func anotherDirectoryCanBeTheAnchor() throws {
        let locks = try TestLocks()
        try locks.directory.makeDirectory("locks", permissions: .ownerDirectory)
        let inside = try locks.directory.subdirectory("locks")
        let options = FileLockOptions(anchor: .other(locks.directory), writerPreference: true, gateDirectory: inside)
        func lock() -> FileLock {
            FileLock("journal.lock", in: inside, fileSystem: PosixFileSystem.shared, options: options)
        }
        let held = try lock().lock(.exclusive)
        #expect(try !locks.directory.reopened().lock(.shared, blocking: false))
        #expect(try inside.reopened().lock(.shared, blocking: false))
        try inside.remove("journal.lock")
        #expect(try lock().cannotLock(.exclusive))
        held.release()
        #expect(try lock().canLock(.exclusive))
        #expect(try inside.entries().map(\.name) == ["journal.lock"])
    }

    @Test func aRemovedDirectoryIsNoAnchor() throws {
        let locks = try TestLocks()
        try locks.directory.makeDirectory("gone", permissions: .ownerDirectory)
        let gone = try locks.directory.subdirectory("gone")
        try locks.directory.removeDirectory("gone")
        let lock = FileLock("lock", in: gone, fileSystem: PosixFileSystem.shared, options: Self.onDirectory)
        let error = try lockError { _ = try lock.canLock(.exclusive) }
        #expect(error?.code == "directory_missing")
    }
}
