internal import FileSystemSeam

/// Finds out whether files are locked, without waiting and without making any.
struct LockProbe {
    private let table: KernelLockTable?
    private let fileSystem: any FileSystem

    init(_ fileSystem: any FileSystem) {
        self.fileSystem = fileSystem
        table = KernelLockTable.current(fileSystem)
    }

    /// What was found about one file.
    struct Finding {
        var mode: LockMode?
        var holders: Set<Int32> = []

        /// Takes in what was found about another file of the same lock.
        mutating func add(_ other: Finding) {
            mode = mode == .exclusive ? mode : other.mode ?? mode
            holders.formUnion(other.holders)
        }
    }

    /// Asks the kernel's table, and where that shows nothing, tries the lock: it is then held until the caller gives it
    /// up, some microseconds later.
    ///
    /// - Parameters:
    ///   - directory: one on the same mount.
    ///   - findsShared: whether shared holders matter; they are looked for by trying the lock exclusively.
    func look(
        at target: LockTarget,
        _ identity: FileIdentity,
        in directory: any Directory,
        findsShared: Bool
    ) throws(FileSystemError) -> Finding {
        // Who holds it shared where nobody should is looking at it, as this is.
        let rows = (table?.holders(of: identity) ?? []).filter { findsShared || $0.mode == .exclusive }
        if let first = rows.first {
            let isExclusive = rows.contains { $0.mode == .exclusive }
            return Finding(mode: isExclusive ? .exclusive : first.mode, holders: Set(rows.map(\.processID)))
        }
        if try !target.lock(.shared, blocking: false) {
            return Finding(mode: .exclusive, holders: holdersByMount(identity, directory))
        }
        if findsShared, try !target.lock(.exclusive, blocking: false) {
            return Finding(mode: .shared, holders: holdersByMount(identity, directory))
        }
        return Finding()
    }

    /// The same of a lock file.
    ///
    /// - Throws: what ``strangerError(_:path:)`` tells, when it is none.
    func look(
        at file: any File,
        _ name: String,
        in directory: any Directory,
        findsShared: Bool
    ) throws(FileSystemError) -> Finding {
        let extent = try file.extent()
        // A FIFO or device opens, and can be locked, and is no lock file; a socket does not open, with this same error.
        if extent.kind != .regular { throw FileSystemError(operation: .open, name: name, code: .noDevice) }
        return try look(at: .file(file), extent.identity, in: directory, findsShared: findsShared)
    }

    /// What is told of something that stands in a lock file's place; nil when the error is another one.
    static func strangerError(_ error: FileSystemError, path: String) -> LockError? {
        switch error.code {
        case .symbolicLinkLoop: .notALockFile(path: path, reason: "a symbolic link stands there")
        case .isDirectory: .notALockFile(path: path, reason: "a directory stands there")
        case .noDevice: .notALockFile(path: path, reason: "it is not a regular file")
        default: nil
        }
    }

    /// Holders of a lock that is held, by the device of the mount. There the inode may be that of several files, one in
    /// each subvolume, so that holders of those are among them.
    private func holdersByMount(_ identity: FileIdentity, _ directory: any Directory) -> Set<Int32> {
        guard let table, let device = try? fileSystem.mountFacts(of: directory).device else { return [] }
        return Set(table.holders(of: FileIdentity(device: device, inode: identity.inode)).map(\.processID))
    }
}

extension FileLock {
    /// Whether anybody holds the lock, and who. Changes nothing, and makes no file.
    ///
    /// Where the kernel's table shows no holder the lock is tried, since that table leaves out holders in other
    /// process-id namespaces. A free lock is then held for some microseconds, in which ``tryLock(_:)`` of others gives
    /// nil.
    ///
    /// With an anchor, whoever has that locked holds the lock, whatever became of the lock file: also the holder of
    /// another lock on the same anchor, which keeps everyone out of this one.
    ///
    /// - Throws: `.directoryMissing`, `.notALockFile`, `.io`. A lock file that is not there is nobody's lock.
    public func inspect() throws(LockError) -> FileLockInspection {
        do throws(FileSystemError) {
            var finding = try look(LockProbe(fileSystem))
            var attempts = 1
            // Another look holds the lock for some microseconds, too.
            while finding.mode != nil, attempts < Self.lookMaximum {
                fileSystem.sleep(nanoseconds: Self.lookPauseNanoseconds)
                finding = try look(LockProbe(fileSystem))
                attempts += 1
            }
            return FileLockInspection(mode: finding.mode, holders: finding.holders.sorted())
        } catch {
            if let error = LockProbe.strangerError(error, path: path) { throw error }
            switch error.code {
            case .noEntry: throw .directoryMissing(path: place.directoryLabel)
            case .notDirectory: throw .notALockFile(path: path, reason: "its directory is not one")
            case .invalidArgument: throw .notALockFile(path: path, reason: "it does not end in a file name")
            default: throw .io(error, file: path)
            }
        }
    }

    /// What is held in all of so many looks, with a pause between them, is held.
    private static let lookMaximum = 4
    private static let lookPauseNanoseconds: UInt64 = 300_000

    private func look(_ probe: LockProbe) throws(FileSystemError) -> LockProbe.Finding {
        let directory = try openPlace()
        // What was locked is unlocked: a child that was forked meanwhile would keep it.
        defer { directory.unlockAndClose() }
        guard let name = place.name else {
            let identity = try directory.status().identity
            return try probe.look(at: .directory(directory), identity, in: directory, findsShared: true)
        }
        var finding = try lookAtAnchor(probe, directory)
        let file: any File
        do {
            file = try directory.open(name, .read, permissions: .ownerFile)
        } catch  where error.code == .noEntry {
            return finding
        }
        defer { file.unlockAndClose() }
        finding.add(try probe.look(at: file, name, in: directory, findsShared: true))
        return finding
    }

    private func lookAtAnchor(
        _ probe: LockProbe,
        _ directory: any Directory
    ) throws(FileSystemError) -> LockProbe.Finding {
        let anchor: any Directory
        switch options.anchor {
        case .file: return LockProbe.Finding()
        case .directory: anchor = try directory.reopened()
        case .other(let other): anchor = try other.reopened()
        }
        defer { anchor.unlockAndClose() }
        return try probe.look(at: .directory(anchor), anchor.status().identity, in: anchor, findsShared: true)
    }

    /// Whether anything stands at the lock's name.
    ///
    /// - Throws: `.directoryMissing`, `.notALockFile`, `.io`.
    public func exists() throws(LockError) -> Bool {
        do throws(FileSystemError) {
            let directory = try openPlace()
            defer { try? directory.close() }
            guard let name = place.name else { return true }
            return try directory.exists(name)
        } catch {
            switch error.code {
            case .noEntry: throw .directoryMissing(path: place.directoryLabel)
            case .notDirectory: throw .notALockFile(path: path, reason: "its directory is not one")
            case .invalidArgument: throw .notALockFile(path: path, reason: "it does not end in a file name")
            default: throw .io(error, file: path)
            }
        }
    }

    /// A handle of its own on the directory.
    private func openPlace() throws(FileSystemError) -> any Directory {
        if case .inside(let held, _) = place { return try held.reopened() }
        return try fileSystem.openDirectory(place.directoryPath ?? ".")
    }
}
