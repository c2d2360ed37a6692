/// An open file of a simulated process; one open file description each.
public final class SimFile: File, @unchecked Sendable {
    // Every call looks at these two.
    private let disk: SimDisk
    private let process: SimProcess
    private let inode: Int64
    private let name: String
    private let options: OpenOptions
    private var isOpen = true
    private var mayHoldLock = false
    /// How many failed syncs of the file this handle was told of, or came after.
    private var seenFailures = 0

    init(_ fileSystem: SimFS, _ inode: Int64, name: String, options: OpenOptions) {
        disk = fileSystem.disk
        process = fileSystem.process
        self.inode = inode
        self.name = name
        self.options = options
        disk.noteOpened(self)
        guard disk.tellsEveryHandleOfFailedSyncs else { return }
        disk.enter()
        seenFailures = disk.state.failedSyncs[inode] ?? 0
        disk.leave()
    }

    deinit {
        if mayHoldLock { disk.unlock(self) }
    }

    /// The same file, opened for writing by a process.
    func opened(by fileSystem: SimFS) -> SimFile {
        SimFile(fileSystem, inode, name: name, options: [.read, .write])
    }

    /// See ``File/read(into:at:)``.
    public func read(into buffer: inout MutableSpan<UInt8>, at offset: Int64) throws(FileSystemError) -> Int {
        try perform(.read, "\(buffer.count) bytes at \(offset)") { (state, fault) throws(Refusal) in
            // As pread(2) does: the offset is looked at before the access.
            if offset < 0 { throw Refusal(.invalidArgument) }
            if !self.options.contains(.read) { throw Refusal(.badDescriptor) }
            var limit = Int.max
            if case .short(let bytes)? = fault { limit = max(1, bytes) }
            let count = try state.read(self.inode, into: &buffer, at: offset, limit: limit)
            if case .flippedBit(let bit)? = fault, count > 0 {
                let place = SimFault.place(ofBit: bit, within: count)
                buffer[place.byte] ^= place.mask
            }
            return count
        }
    }

    /// See ``File/write(_:at:)``.
    public func write(_ bytes: Span<UInt8>, at offset: Int64) throws(FileSystemError) -> Int {
        try perform(.write, "\(bytes.count) bytes at \(offset)") { (state, fault) throws(Refusal) in
            if offset < 0 || self.options.contains(.append) { throw Refusal(.invalidArgument) }
            if !self.options.contains(.write) { throw Refusal(.badDescriptor) }
            let count = Self.limited(bytes.count, fault)
            return try state.write(self.inode, bytes, at: offset, count: count, fault: fault)
        }
    }

    /// See ``File/append(_:)``.
    public func append(_ bytes: Span<UInt8>) throws(FileSystemError) -> Int {
        try perform(.append, "\(bytes.count) bytes") { (state, fault) throws(Refusal) in
            if !self.options.contains(.append) { throw Refusal(.invalidArgument) }
            let count = Self.limited(bytes.count, fault)
            if count == 0 { return 0 }
            let end = state.value(state.cellID(.size, self.inode))
            return try state.write(self.inode, bytes, at: end, count: count, fault: fault)
        }
    }

    /// See ``File/truncate(to:)``.
    public func truncate(to size: Int64) throws(FileSystemError) {
        try perform(.truncate, "to \(size)") { (state, _) throws(Refusal) in
            if !self.options.contains(.write) { throw Refusal(.invalidArgument) }
            try state.resize(self.inode, to: size, kind: .truncate)
        }
    }

    /// See ``File/allocate(to:)``.
    public func allocate(to size: Int64) throws(FileSystemError) {
        try perform(.allocate, "to \(size)") { (state, _) throws(Refusal) in
            if size > 0, !self.options.contains(.write) { throw Refusal(.badDescriptor) }
            try state.resize(self.inode, to: size, kind: .allocate)
        }
    }

    /// See ``File/status()``.
    public func status() throws(FileSystemError) -> FileStatus {
        try perform(.fileStatus, "") { (state, _) throws(Refusal) in state.status(self.inode) }
    }

    /// See ``File/extent()``.
    public func extent() throws(FileSystemError) -> FileExtent {
        try perform(.fileStatus, "") { (state, _) throws(Refusal) in state.extent(self.inode) }
    }

    /// See ``File/setPermissions(_:)``.
    public func setPermissions(_ permissions: Permissions) throws(FileSystemError) {
        try perform(.setPermissions, "\(permissions)") { (state, _) throws(Refusal) in
            state.setPermissions(self.inode, permissions)
        }
    }

    /// See ``File/sync(_:)``.
    public func sync(_ level: SyncLevel) throws(FileSystemError) {
        try perform(.sync, "\(level)") { (state, fault) throws(Refusal) in
            let failures = state.failedSyncs[self.inode] ?? 0
            if failures > self.seenFailures {
                // What this handle wrote is written; only the news is bad, and told once.
                self.seenFailures = failures
                throw Refusal(.inputOutput)
            }
            do throws(Refusal) {
                try state.syncReporting(fault, self.inode, .syncFile, level)
            } catch {
                if self.disk.tellsEveryHandleOfFailedSyncs, error.code != .interrupted {
                    self.seenFailures += 1
                    state.failedSyncs[self.inode] = self.seenFailures
                }
                throw error
            }
        }
    }

    /// See ``File/lock(_:blocking:)``.
    public func lock(_ mode: LockMode, blocking: Bool) throws(FileSystemError) -> Bool {
        try lock(mode, blocking ? .unlimited : .none)
    }

    /// See ``File/lock(_:timeoutNanoseconds:)``. Without a scheduler nobody else moves while it waits, so that the
    /// time is over at once.
    public func lock(_ mode: LockMode, timeoutNanoseconds: UInt64) throws(FileSystemError) -> Bool {
        try lock(mode, .nanoseconds(timeoutNanoseconds))
    }

    private func lock(_ mode: LockMode, _ patience: LockPatience) throws(FileSystemError) -> Bool {
        mayHoldLock = true
        return try disk.lock(self, inode, process, .lock, name, mode, patience) {
            () throws(Refusal) in if !self.isOpen { throw Refusal(.badDescriptor) }
        }
    }

    /// See ``File/unlock()``.
    public func unlock() throws(FileSystemError) {
        try perform(.unlock, "") { (state, _) throws(Refusal) in state.dropLock(ObjectIdentifier(self)) }
        mayHoldLock = false
    }

    /// A simulated file offers no maps.
    public func map(length: Int) throws(FileSystemError) -> (any FileMapping)? {
        try perform(.map, "\(length) bytes") { (state, _) throws(Refusal) in
            if length < 0 || Int64(length) > state.value(state.cellID(.size, self.inode)) {
                throw Refusal(.invalidArgument)
            }
            if length > 0, !self.options.contains(.read) { throw Refusal(.accessDenied) }
        }
        return nil
    }

    /// See ``File/close()``.
    public func close() throws(FileSystemError) {
        if !isOpen { return }
        isOpen = false
        let holdsLock = mayHoldLock
        mayHoldLock = false
        try disk.close(self, process, .close, name, holdsLock: holdsLock)
    }

    private func perform<Result>(
        _ operation: FileSystemError.Operation,
        _ detail: @autoclosure () -> String,
        _ body: (inout SimState, SimFault?) throws(Refusal) -> Result
    ) throws(FileSystemError) -> Result {
        try disk.perform(process, operation, name, detail()) { (state, fault) throws(Refusal) in
            if !self.isOpen { throw Refusal(.badDescriptor) }
            return try body(&state, fault)
        }
    }

    private static func limited(_ count: Int, _ fault: SimFault?) -> Int {
        if case .short(let bytes)? = fault { return min(count, max(1, bytes)) }
        return count
    }
}

extension SimFile: SimHandle {
    var heldInode: Int64 { inode }
    var isHeld: Bool { isOpen && !process.isKilled }
}
