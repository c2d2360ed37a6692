internal import FileSystemSeam

/// What of a lock stays open between two holds, unlocked.
struct KeptLockFiles: Sendable {
    let file: any File
    let identity: FileIdentity
    /// The directory that is locked first, opened for this handle; nil where there is none or another one may stand
    /// there.
    let anchor: (any Directory)?
    /// Whose they are: in a forked child the open files, and a lock on them, would be its parent's as well.
    let process: ProcessInstance

    /// In a forked child, where they are the parent's.
    func close() {
        try? file.close()
        try? anchor?.close()
    }

    /// In the process that locked them.
    func giveUp() {
        file.unlockAndClose()
        anchor?.unlockAndClose()
    }
}

extension FileLock {
    /// What was kept by this process, if anything was.
    func takeKept(_ process: ProcessInstance) -> KeptLockFiles? {
        guard options.keepsFileOpen, let found = kept.withLock({ $0.take() }) else { return nil }
        if found.process == process { return found }
        found.close()
        return nil
    }

    /// Gives the lock up and keeps what it was taken on; or closes that, where it cannot be unlocked.
    func keep(_ files: KeptLockFiles) {
        do throws(FileSystemError) {
            try files.file.unlock()
            try files.anchor?.unlock()
            kept.withLock { $0 = files }
        } catch {
            files.giveUp()
        }
    }

    /// Whether the directory that is locked first is the same one each time.
    var isAnchorHeld: Bool {
        switch (options.anchor, place) {
        case (.other, _), (.directory, .inside): true
        case (.file, _), (.directory, _): false
        }
    }
}
