import FileSystemSeam
import Foundation
import LockKit

/// Takes the lock at a path, prints `held`, and holds it until standard input ends.
func hold(_ path: String) throws {
    let held = try FileLock(at: path, fileSystem: PosixFileSystem.shared).lock(.exclusive)
    say("held")
    _ = FileHandle.standardInput.readDataToEndOfFile()
    try held.check()
}

/// Takes the lock, forks, and tells what parent and child make of it, a line each:
///
/// ```
/// child forked              what the child's look at its copy of the guard gives
/// child handle waits        whether the child, with its copy of the handle, is refused as anyone else
/// parent holds              what the parent's look gives after the child dropped its copy and ended
/// parent excludes           whether another handle is still refused then
/// ```
func forkWhileHolding(_ path: String) throws {
    let lock = FileLock(at: path, fileSystem: PosixFileSystem.shared)
    let held = try lock.lock(.exclusive)
    let child = fork()
    if child == 0 {
        do {
            try held.check()
            say("child holds")
        } catch {
            say("child \(error.code)")
        }
        do {
            if let again = try lock.tryLock(.exclusive) {
                again.release()
                say("child handle takes")
            } else {
                say("child handle waits")
            }
        } catch {
            say("child handle \(error.code)")
        }
        held.release()
        _exit(0)
    }
    var status: Int32 = 0
    waitpid(child, &status, 0)
    do {
        try held.check()
        say("parent holds")
    } catch {
        say("parent \(error.code)")
    }
    let other = FileLock(at: path, fileSystem: PosixFileSystem.shared)
    if let taken = try other.tryLock(.shared) {
        taken.release()
        say("parent is not alone")
    } else {
        say("parent excludes")
    }
    held.release()
}

/// `fork-kept`: forks with a lock that is free and whose files were kept open, and lets the child take it through the
/// same handle. What the child holds, the parent must not be able to take or to give up.
func forkKeeping(_ path: String) throws {
    let fileSystem = PosixFileSystem.shared
    let lock = FileLock(
        "lock",
        in: try fileSystem.openDirectory(path),
        fileSystem: fileSystem,
        options: FileLockOptions(anchor: .directory, keepsFileOpen: true)
    )
    try lock.lock(.exclusive).release()
    let (toParent, toChild) = (Pipe(), Pipe())
    let child = fork()
    if child == 0 {
        let held = try lock.lock(.exclusive)
        say("child holds")
        toParent.fileHandleForWriting.write(Data([1]))
        _ = toChild.fileHandleForReading.readData(ofLength: 1)
        held.release()
        _exit(0)
    }
    _ = toParent.fileHandleForReading.readData(ofLength: 1)
    // Its own kept files are not the child's.
    if let taken = try lock.tryLock(.exclusive) {
        taken.release()
        say("parent takes")
    } else {
        say("parent waits")
    }
    say(try lock.tryLock(.shared) == nil ? "parent waits" : "parent takes")
    toChild.fileHandleForWriting.write(Data([1]))
    var status: Int32 = 0
    waitpid(child, &status, 0)
    say(try lock.tryLock(.exclusive) == nil ? "parent waits" : "parent takes")
}

/// Prints a line at once: a forked child must not print again what its parent had not yet written.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
