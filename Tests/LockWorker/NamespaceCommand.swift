#if os(Linux)
import FileSystemSeam
import Foundation
import LockKit

/// Forks a child that is process 1 of a process-id namespace of its own; nil where the system grants no such namespace.
/// Later children of the caller are in that namespace, too.
private func forkFirstProcess() -> Int32? {
    // Not in the headers that Swift sees: sched.h declares it for GNU sources only.
    let unshare = unsafeBitCast(dlsym(nil, "unshare"), to: (@convention(c) (Int32) -> Int32).self)
    let newProcessNamespace: Int32 = 0x2000_0000
    return unshare(newProcessNamespace) == 0 ? fork() : nil
}

/// The exit code of a child.
private func wait(for child: Int32) -> Int32 {
    var status: Int32 = 0
    waitpid(child, &status, 0)
    return status & 0x7f == 0 ? (status >> 8) & 0xff : 100 + (status & 0x7f)
}

/// `namespace`: tells by its exit code whether namespaces are granted.
func tryNamespace() -> Int32 {
    guard let child = forkFirstProcess() else { return 1 }
    if child == 0 { _exit(getpid() == 1 ? 0 : 2) }
    return wait(for: child)
}

/// `fork-namespace`: takes locks as process 1 of a namespace, forks a child that is process 1 of another one, and tells
/// what both make of them, a line each:
///
/// ```
/// child 1 forked forked        the child's number, and what its looks at its copies of the guards give
/// child memory theirs          whether memory for secrets, wiped in it, is taken for its own
/// child waits                  whether the child, with its copy of a handle, is refused as anyone else
/// parent 1 holds holds         what the parent's looks give after the child dropped its copies and ended
/// parent excludes excludes     whether other handles are still refused then
/// ```
func forkIntoNamespace(_ path: String) -> Int32 {
    guard let child = forkFirstProcess() else { return 1 }
    if child != 0 { return wait(for: child) }
    do {
        try holdAcrossNamespaces(path)
        _exit(0)
    } catch {
        say("failed \(error)")
        _exit(1)
    }
}

private func holdAcrossNamespaces(_ path: String) throws {
    let fileSystem = PosixFileSystem.shared
    try fileSystem.openDirectory(path).makeDirectory("store", permissions: .ownerDirectory)
    let kept = FileLock(at: path + "/lock", fileSystem: fileSystem, options: FileLockOptions(keepsFileOpen: true))
    let held = try kept.lock(.exclusive)
    let heldMarker = try MarkerLock(inDirectory: path + "/store", fileSystem: fileSystem).acquire(.worker)
    let memory = try GuardedMemory(byteCount: 1)
    guard let child = forkFirstProcess() else { throw LockError.cancelled(path: path) }
    if child == 0 {
        say("child \(getpid()) \(look(held, heldMarker))")
        say("child memory \(memory.isOwnProcess ? "own" : "theirs")")
        do throws(LockError) {
            if let again = try kept.tryLock(.exclusive) {
                again.release()
                say("child takes")
            } else {
                say("child waits")
            }
        } catch {
            say("child \(error.code)")
        }
        held.release()
        try? heldMarker.release()
        _exit(0)
    }
    let code = wait(for: child)
    if code != 0 { say("child ended with \(code)") }
    say("parent \(getpid()) \(look(held, heldMarker))")
    let isAlone = try FileLock(at: path + "/lock", fileSystem: fileSystem).tryLock(.shared) == nil
    let file = isAlone ? "excludes" : "is not alone"
    do throws(LockError) {
        _ = try MarkerLock(inDirectory: path + "/store", fileSystem: fileSystem).acquire(.worker).epoch
        say("parent \(file) is not alone")
    } catch {
        say("parent \(file) \(error.code == "held" ? "excludes" : error.code)")
    }
    held.release()
    try heldMarker.release()
}

/// What looks at both give.
private func look(_ held: borrowing LockGuard, _ marker: borrowing MarkerLockGuard) -> String {
    var found: [String] = []
    do throws(LockError) {
        try held.check()
        found.append("holds")
    } catch {
        found.append(error.code)
    }
    do throws(LockError) {
        try marker.check()
        found.append("holds")
    } catch {
        found.append(error.code)
    }
    return found.joined(separator: " ")
}
#endif
