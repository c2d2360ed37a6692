internal import FileSystemSeam

extension FileLock {
    /// Takes the lock, as often as it turns out to be on a file that is no longer the lock file.
    ///
    /// - Returns: nil when the time is over.
    func acquire(_ mode: LockMode, _ wait: LockWait) throws(LockError) -> HeldLock? {
        let process = fileSystem.processInstance
        try begin(mode, process: process)
        do {
            guard let held = try acquire(mode, wait, process) else {
                end()
                return nil
            }
            noteHeld(mode, process: process)
            return held
        } catch {
            end()
            throw error
        }
    }

    private func acquire(_ mode: LockMode, _ wait: LockWait, _ process: ProcessInstance) throws(LockError) -> HeldLock?
    {
        var attempts = 0
        while true {
            var attempt = LockAttempt(self, mode)
            do {
                switch try attempt.run(wait, process) {
                case .taken: return HeldLock(self, mode, process: process, consume attempt)
                case .timeIsOver:
                    attempt.giveUp()
                    return nil
                case .replaced: attempt.giveUp()
                }
            } catch {
                attempt.giveUp()
                throw error
            }
            attempts += 1
            // Someone keeps replacing the file; who may not wait, or not any longer, cannot win that.
            if wait.triesOnce ? attempts == 100 : wait.isOver { return nil }
        }
    }
}

/// One attempt to take a lock, and the handles it opened.
struct LockAttempt {
    let lock: FileLock
    private let mode: LockMode
    private(set) var warnings: [LockWarning] = []
    private(set) var directory: (any Directory)?
    private(set) var file: (any File)?
    private(set) var fileIdentity: FileIdentity?
    private var ownsDirectory = false
    private var anchor: (any Directory)?
    private var isAnchorLocked = false
    private var isFileLocked = false
    var gate: LockTarget?

    init(_ lock: FileLock, _ mode: LockMode) {
        self.lock = lock
        self.mode = mode
    }

    enum Outcome { case taken, timeIsOver, replaced }

    /// Opens and locks everything in the order in which everyone does: gate, directory, file.
    mutating func run(_ wait: LockWait, _ process: ProcessInstance) throws(LockError) -> Outcome {
        let directory = try openDirectory()
        try lock.requireFitFileSystem(directory)
        guard try passGate(directory, wait) else { return .timeIsOver }
        if let kept = lock.takeKept(process) {
            (anchor, file, fileIdentity) = (kept.anchor, kept.file, kept.identity)
        }
        if anchor == nil { anchor = try openAnchor(directory) }
        if let anchor {
            guard try wait.take(.directory(anchor), mode, file: lock.place.directoryLabel) else { return .timeIsOver }
            isAnchorLocked = true
        }
        if let name = lock.place.name {
            let file: any File
            if let kept = self.file { file = kept } else { file = try openFile(name, directory) }
            self.file = file
            guard try wait.take(.file(file), mode, file: lock.path) else { return .timeIsOver }
            isFileLocked = true
            guard try check(file, name, directory) else { return .replaced }
        }
        guard try stillStands(directory) else { return .replaced }
        // Those who come later may now queue at the lock itself.
        closeGate()
        return .taken
    }

    /// Gives up what an attempt that came to nothing has locked so far, in the process that made it.
    ///
    /// It is unlocked before it is closed: a child may have been forked while this one waited, or while what was kept
    /// lay open and unlocked, and would keep the lock for as long as it lives without ever having held it.
    mutating func giveUp() {
        if isFileLocked, let file = file.take() { file.unlockAndClose() }
        if isAnchorLocked, let anchor = anchor.take() { anchor.unlockAndClose() }
        close()
    }

    /// Closes everything; errors are of no consequence. In a forked child, or where the next program has the lock, it
    /// goes on; else it ends with its last descriptor.
    mutating func close() {
        closeGate()
        try? file?.close()
        try? anchor?.close()
        if ownsDirectory { try? directory?.close() }
        (file, anchor, directory) = (nil, nil, nil)
    }

    /// Gives up everything, and closes it but for the lock file and, where it is always the same, what is locked before
    /// it: these are kept for the next time.
    mutating func closeKeepingFile(process: ProcessInstance) {
        if let file = file.take(), let fileIdentity {
            let kept = lock.isAnchorHeld ? anchor.take() : nil
            lock.keep(KeptLockFiles(file: file, identity: fileIdentity, anchor: kept, process: process))
        }
        giveUp()
    }

    func keepAcrossExec() throws(FileSystemError) {
        try file?.keepAcrossExec()
        try anchor?.keepAcrossExec()
    }
}

// MARK: - Opening

extension LockAttempt {
    private mutating func openDirectory() throws(LockError) -> any Directory {
        if case .inside(let held, _) = lock.place {
            directory = held
            return held
        }
        let path = lock.place.directoryPath ?? "."
        do {
            let opened = try lock.fileSystem.openDirectory(path)
            directory = opened
            ownsDirectory = true
            return opened
        } catch {
            switch error.code {
            case .noEntry: throw .directoryMissing(path: path)
            case .notDirectory: throw .notALockFile(path: lock.path, reason: "\(path) is not a directory")
            default: throw .io(error, file: path)
            }
        }
    }

    /// The directory that is locked before the file; nil for none.
    func anchored(_ directory: any Directory) -> (any Directory)? {
        switch (lock.options.anchor, lock.place) {
        case (_, .directory), (.directory, _): directory
        case (.file, _): nil
        case (.other(let other), _): other
        }
    }

    /// Opens what is locked before the file. A held directory is opened again: the lock shall end with
    /// the guard, not with the handle, and handles of one process shall exclude each other.
    private func openAnchor(_ directory: any Directory) throws(LockError) -> (any Directory)? {
        guard let anchored = anchored(directory) else { return nil }
        do {
            return try anchored.reopened()
        } catch {
            throw .io(error, file: lock.place.directoryLabel)
        }
    }

    /// What keeps a file from being opened for writing, or from being made where it stands already, and not from being
    /// read: besides permissions, that it is a program that runs, and the attribute that makes it immutable
    /// (`chattr +i`).
    private static let refusesWriting: Set<ErrorNumber> = [
        .accessDenied, .readOnlyFileSystem, .programInUse, .notPermitted,
    ]

    /// Opens the lock file, for writing where that is allowed and wanted: some file systems lock nothing else
    /// exclusively.
    private func openFile(_ name: String, _ directory: any Directory) throws(LockError) -> any File {
        var failure: FileSystemError
        do {
            let access: OpenOptions = lock.options.opensForReading ? .read : [.read, .write]
            return try directory.open(name, access.union(.create), permissions: .ownerFile)
        } catch {
            failure = error
        }
        if Self.refusesWriting.contains(failure.code) {
            do {
                return try directory.open(name, .read, permissions: .ownerFile)
            } catch  where error.code == .noEntry {
            } catch {
                failure = error
            }
        }
        switch failure.code {
        case .noEntry: throw .directoryMissing(path: lock.place.directoryLabel)
        case .symbolicLinkLoop: throw .notALockFile(path: lock.path, reason: "a symbolic link stands there")
        case .isDirectory: throw .notALockFile(path: lock.path, reason: "a directory stands there")
        case .noDevice: throw .notALockFile(path: lock.path, reason: "a device or socket stands there")
        case .invalidArgument: throw .notALockFile(path: lock.path, reason: "\"\(name)\" is not a file name")
        default: throw .io(failure, file: lock.path)
        }
    }
}

// MARK: - Looking again

extension LockAttempt {
    /// Whether the locked file is the one that stands at the name. One that was removed or renamed away while this
    /// one waited is not the lock; its link count may still be 1.
    private mutating func check(_ file: any File, _ name: String, _ directory: any Directory) throws(LockError) -> Bool
    {
        let status: FileStatus
        do {
            status = try directory.status(of: name)
            let own = if let fileIdentity { fileIdentity } else { try file.status().identity }
            guard status.identity == own else { return false }
        } catch  where error.code == .noEntry {
            return false
        } catch {
            throw .io(error, file: lock.path)
        }
        if status.kind != .regular { throw .notALockFile(path: lock.path, reason: "it is not a regular file") }
        fileIdentity = status.identity
        warnings += LockWarning.tightening(file, status, lock)
        return true
    }

    /// Whether the directory is the one that is found by its path. A held one cannot have been removed: the lock file
    /// is in it.
    private func stillStands(_ directory: any Directory) throws(LockError) -> Bool {
        do throws(FileSystemError) {
            guard let path = lock.place.directoryPath else { return true }
            return try lock.fileSystem.directoryStatus(path).identity == directory.status().identity
        } catch  where error.code == .noEntry {
            throw .directoryMissing(path: lock.place.directoryLabel)
        } catch {
            throw .io(error, file: lock.place.directoryLabel)
        }
    }
}
