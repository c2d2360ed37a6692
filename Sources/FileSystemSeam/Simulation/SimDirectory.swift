/// A directory handle of a simulated process.
public final class SimDirectory: Directory, @unchecked Sendable {
    let fileSystem: SimFS
    let inode: Int64
    private let name: String
    private var isOpen = true
    private var mayHoldLock = false

    // Every call looks at these two.
    let process: SimProcess
    private let disk: SimDisk

    init(_ fileSystem: SimFS, _ inode: Int64, name: String) {
        self.fileSystem = fileSystem
        process = fileSystem.process
        disk = fileSystem.disk
        self.inode = inode
        self.name = name
        disk.noteOpened(self)
    }

    deinit {
        if mayHoldLock { disk.unlock(self) }
    }

    /// See ``Directory/open(_:_:permissions:)``.
    public func open(
        _ name: String,
        _ options: OpenOptions,
        permissions: Permissions
    ) throws(FileSystemError) -> any File {
        let found = try perform(.open, name, options.simulatedDescription) { (state, _) throws(Refusal) in
            try state.open(self.inode, name, options, permissions)
        }
        return SimFile(fileSystem, found, name: name, options: options)
    }

    /// See ``Directory/subdirectory(_:)``.
    public func subdirectory(_ name: String) throws(FileSystemError) -> any Directory {
        let found = try perform(.subdirectory, name) { (state, _) throws(Refusal) in
            try state.subdirectory(self.inode, name)
        }
        return SimDirectory(fileSystem, found, name: name)
    }

    /// See ``Directory/reopened()``.
    public func reopened() throws(FileSystemError) -> any Directory {
        try perform(.reopen, name) { (_, _) throws(Refusal) in }
        return SimDirectory(fileSystem, inode, name: name)
    }

    /// See ``Directory/makeDirectory(_:permissions:)``.
    public func makeDirectory(_ name: String, permissions: Permissions) throws(FileSystemError) {
        try perform(.makeDirectory, name) { (state, _) throws(Refusal) in
            try state.makeDirectory(self.inode, name, permissions)
        }
    }

    /// See ``Directory/rename(_:to:in:exclusive:)``.
    public func rename(
        _ name: String,
        to newName: String,
        in target: any Directory,
        exclusive: Bool
    ) throws(FileSystemError) {
        try perform(.rename, name, "to \(newName)\(exclusive ? " exclusively" : "")") { (state, _) throws(Refusal) in
            let target = try self.onThisDisk(target)
            try state.rename(self.inode, name, to: newName, in: target, exclusive: exclusive)
        }
    }

    /// See ``Directory/link(_:to:in:)``.
    public func link(_ name: String, to newName: String, in target: any Directory) throws(FileSystemError) {
        try perform(.link, name, "to \(newName)") { (state, _) throws(Refusal) in
            let target = try self.onThisDisk(target)
            try state.link(self.inode, name, to: newName, in: target)
        }
    }

    /// See ``Directory/remove(_:)``.
    public func remove(_ name: String) throws(FileSystemError) {
        try perform(.remove, name) { (state, _) throws(Refusal) in try state.remove(self.inode, name) }
    }

    /// See ``Directory/removeDirectory(_:)``.
    public func removeDirectory(_ name: String) throws(FileSystemError) {
        try perform(.removeDirectory, name) { (state, _) throws(Refusal) in
            try state.removeDirectory(self.inode, name)
        }
    }

    /// See ``Directory/entries()``.
    public func entries() throws(FileSystemError) -> [DirectoryEntry] {
        try perform(.entries, name) { (state, _) throws(Refusal) in
            try state.check(self.inode, 0o400)
            let found = state.listing(self.inode)
            var entries: [DirectoryEntry] = []
            entries.reserveCapacity(found.count)
            for (name, inode) in found {
                let kind = InodeKind(of: inode).statusKind
                entries.append(DirectoryEntry(nameBytes: state.names.bytes[name], kind: kind))
            }
            return entries
        }
    }

    /// See ``Directory/status(of:)``.
    public func status(of name: String) throws(FileSystemError) -> FileStatus {
        try perform(.status, name) { (state, _) throws(Refusal) in
            state.status(try self.standing(at: name, &state))
        }
    }

    /// See ``Directory/extent(of:)``.
    public func extent(of name: String) throws(FileSystemError) -> FileExtent {
        try perform(.status, name) { (state, _) throws(Refusal) in
            state.extent(try self.standing(at: name, &state))
        }
    }

    private func standing(at name: String, _ state: inout SimState) throws(Refusal) -> Int64 {
        let (_, found) = try state.lookUp(inode, name)
        if found == 0 { throw Refusal(.noEntry) }
        return found
    }

    /// See ``Directory/status()``.
    public func status() throws(FileSystemError) -> FileStatus {
        try perform(.status, name) { (state, _) throws(Refusal) in state.status(self.inode) }
    }

    /// See ``Directory/sync()``.
    public func sync() throws(FileSystemError) {
        try perform(.syncDirectory, name) { (state, fault) throws(Refusal) in
            try state.syncReporting(fault, self.inode, .syncDirectory, .full)
        }
    }

    /// See ``Directory/lock(_:blocking:)``.
    public func lock(_ mode: LockMode, blocking: Bool) throws(FileSystemError) -> Bool {
        try lock(mode, blocking ? .unlimited : .none)
    }

    /// See ``Directory/lock(_:timeoutNanoseconds:)``. Without a scheduler nobody else moves while it waits, so that the
    /// time is over at once.
    public func lock(_ mode: LockMode, timeoutNanoseconds: UInt64) throws(FileSystemError) -> Bool {
        try lock(mode, .nanoseconds(timeoutNanoseconds))
    }

    private func lock(_ mode: LockMode, _ patience: LockPatience) throws(FileSystemError) -> Bool {
        mayHoldLock = true
        return try disk.lock(self, inode, process, .lockDirectory, name, mode, patience) {
            () throws(Refusal) in try self.checkOpen()
        }
    }

    /// See ``Directory/unlock()``.
    public func unlock() throws(FileSystemError) {
        try perform(.unlockDirectory, name) { (state, _) throws(Refusal) in state.dropLock(ObjectIdentifier(self)) }
        mayHoldLock = false
    }

    /// See ``Directory/watch()``.
    public func watch() throws(FileSystemError) -> any DirectoryWatch {
        let seen = try perform(.watch, name) { (state, _) throws(Refusal) in state.changes }
        return SimWatch(fileSystem, name: name, seen: seen)
    }

    /// See ``Directory/close()``.
    public func close() throws(FileSystemError) {
        if !isOpen { return }
        isOpen = false
        let holdsLock = mayHoldLock
        mayHoldLock = false
        try disk.close(self, process, .closeDirectory, name, holdsLock: holdsLock)
    }

    private func perform<Result>(
        _ operation: FileSystemError.Operation,
        _ name: String,
        _ detail: @autoclosure () -> String = "",
        _ body: (inout SimState, SimFault?) throws(Refusal) -> Result
    ) throws(FileSystemError) -> Result {
        try disk.perform(process, operation, name, detail()) { (state, fault) throws(Refusal) in
            try self.checkOpen()
            return try body(&state, fault)
        }
    }

    func checkOpen() throws(Refusal) {
        if !isOpen { throw Refusal(.badDescriptor) }
    }

    private func onThisDisk(_ other: any Directory) throws(Refusal) -> Int64 {
        guard let other = other as? SimDirectory, other.disk === disk else { throw Refusal(.crossDevice) }
        try other.checkOpen()
        return other.inode
    }
}

extension SimDirectory: SimHandle {
    var heldInode: Int64 { inode }
    var isHeld: Bool { isOpen && !process.isKilled }
}

extension OpenOptions {
    /// The options by name, for traces.
    var simulatedDescription: String {
        let names: [(OpenOptions, String)] = [
            (.read, "read"), (.write, "write"), (.create, "create"), (.exclusive, "exclusive"), (.append, "append"),
            (.truncate, "truncate"),
        ]
        var text: [String] = []
        for (option, name) in names where contains(option) { text.append(name) }
        return "[\(text.joined(separator: ", "))]"
    }
}
