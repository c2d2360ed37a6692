internal import FileSystemSeam

/// A lock file that stays open between two holds, unlocked.
struct KeptLockFile: Sendable {
    let file: any File
    let identity: FileIdentity
    /// Whose file it is: in a forked child the open file, and a lock on it, would be its parent's as well.
    let process: Int32
}

extension FileLock {
    /// The file that was kept by this process, if there is one.
    func takeKept() -> KeptLockFile? {
        guard options.keepsFileOpen, let found = kept.withLock({ $0.take() }) else { return nil }
        if found.process == fileSystem.processID { return found }
        try? found.file.close()
        return nil
    }

    /// Gives the lock up and keeps the file; or closes it, where it cannot be unlocked.
    func keep(_ file: any File, _ identity: FileIdentity, process: Int32) {
        do throws(FileSystemError) {
            try file.unlock()
            kept.withLock { $0 = KeptLockFile(file: file, identity: identity, process: process) }
        } catch {
            try? file.close()
        }
    }
}
