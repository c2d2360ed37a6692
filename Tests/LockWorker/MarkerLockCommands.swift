import Canonical
import FileSystemSeam
import Foundation
import LockKit

extension MarkerRequest {
    static let worker = MarkerRequest(
        deploymentID: "dep-1",
        operatorPrincipalID: "operator-1",
        restoreIntent: Digest(hashing: [], algorithm: .blake3)
    )
}

private func lock(_ directory: String) -> MarkerLock {
    MarkerLock(inDirectory: directory, fileSystem: PosixFileSystem.shared)
}

/// Acquires the marker lock in a directory, prints `held`, and holds it until standard input ends.
func holdMarker(_ directory: String) throws {
    let held = try lock(directory).acquire(.worker)
    say("held")
    _ = FileHandle.standardInput.readDataToEndOfFile()
    try held.release()
}

/// Acquires, prints `held`, and ends the process without leaving any scope.
func exitHoldingMarker(_ directory: String) throws {
    let held = try lock(directory).acquire(.worker)
    say("held")
    end(held)
}

/// Ends the process while the guard is in use: without that it is released before, since nobody needs it any more.
private func end(_ held: borrowing MarkerLockGuard) { exit(held.epoch == 0 ? 1 : 0) }

/// Acquires, forks, and tells what parent and child make of it, a line each:
///
/// ```
/// child forked         what the child's look at its copy of the guard gives
/// child released       after it released its copy
/// parent holds         what the parent's look gives after the child has ended
/// parent excludes      whether another handle is still refused then
/// parent released      after the parent's own release, which finds its marker
/// ```
func forkHoldingMarker(_ directory: String) throws {
    let held = try lock(directory).acquire(.worker)
    let child = fork()
    if child == 0 {
        do {
            try held.check()
            say("child holds")
        } catch {
            say("child \(error.code)")
        }
        do {
            try held.release()
            say("child released")
        } catch {
            say("child \(error.code)")
        }
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
    do {
        _ = try lock(directory).acquire(.worker).epoch
        say("parent is not alone")
    } catch {
        say(error.code == "held" ? "parent excludes" : "parent finds \(error.code)")
    }
    try held.release()
    say("parent released")
}
