import FileSystemSeam
import LockKit

/// Looks whether a lock could be taken.
enum LockLook {
    private static func canTake(_ path: String) throws -> Bool {
        if let held = try FileLock(at: path, fileSystem: PosixFileSystem.shared).tryLock(.exclusive) {
            held.release()
            return true
        }
        return false
    }

    static func isHeld(_ path: String) throws -> Bool { try !canTake(path) }

    /// Other tests of this process start programs. Between fork and exec these hold copies of all descriptors, and with
    /// them a lock that was released here meanwhile: a second is enough for that to end.
    static func isFree(_ path: String) throws -> Bool {
        for attempt in 0..<500 {
            if attempt > 0 { PosixFileSystem.shared.sleep(nanoseconds: 2_000_000) }
            if try canTake(path) { return true }
        }
        return false
    }
}
