internal import CPosix

/// A held directory of the running machine.
final class PosixDirectory: Directory, Sendable {
    let descriptor: Descriptor
    let calls: SystemCalls
    let name: String

    /// Takes over a freshly opened descriptor; `name` is for errors.
    init(_ number: Int32, _ calls: SystemCalls, name: String) {
        self.descriptor = Descriptor(number, calls)
        self.calls = calls
        self.name = name
    }

    func open(
        _ name: String,
        _ options: OpenOptions,
        permissions: Permissions
    ) throws(FileSystemError) -> any File {
        let opened = try use(name, .open) {
            options.isMeaningful ? calls.open($0, name, options, permissions) : -Int(CPOSIX_EINVAL)
        }
        let file = PosixFile(Int32(opened), calls, name: name, options: options)
        // For writing the system refuses a directory itself.
        if !options.contains(.write), try file.extent().kind == .directory {
            throw FileSystemError(operation: .open, name: name, code: .isDirectory)
        }
        return file
    }

    func subdirectory(_ name: String) throws(FileSystemError) -> any Directory {
        let opened = try use(name, .subdirectory) { directory in
            let opened = calls.openSubdirectory(directory, name)
            // A symbolic link is "not a directory" to Linux; the caller shall see that it was a link.
            guard opened == -Int(CPOSIX_ENOTDIR) else { return opened }
            var status = cposix_status()
            let found = calls.status(directory, name, into: &status)
            return found == 0 && Int(status.kind) == CPOSIX_KIND_SYMBOLIC_LINK ? -Int(CPOSIX_ELOOP) : opened
        }
        return PosixDirectory(Int32(opened), calls, name: name)
    }

    func reopened() throws(FileSystemError) -> any Directory {
        try reopened(for: .reopen)
    }

    func makeDirectory(_ name: String, permissions: Permissions) throws(FileSystemError) {
        _ = try use(name, .makeDirectory) { calls.makeDirectory($0, name, permissions) }
    }

    func remove(_ name: String) throws(FileSystemError) {
        _ = try use(name, .remove) { directory in
            let removed = calls.unlink(directory, name)
            // POSIX and Darwin say EPERM for a directory, Linux EISDIR.
            guard removed == -Int(CPOSIX_EPERM) else { return removed }
            var status = cposix_status()
            let found = calls.status(directory, name, into: &status)
            return found == 0 && Int(status.kind) == CPOSIX_KIND_DIRECTORY ? -Int(CPOSIX_EISDIR) : removed
        }
    }

    func removeDirectory(_ name: String) throws(FileSystemError) {
        _ = try use(name, .removeDirectory) { calls.unlinkDirectory($0, name) }
    }

    func entries() throws(FileSystemError) -> [DirectoryEntry] {
        var entries: [DirectoryEntry] = []
        // A stream of its own, so that no two callers share a position.
        let result = descriptor.use { directory in
            let opened = calls.openSubdirectory(directory, ".")
            return opened < 0 ? opened : calls.entries(Int32(opened), into: &entries)
        }
        _ = try checked(result, .entries, name)
        let dot = UInt8(ascii: ".")
        entries.removeAll { $0.nameBytes == [dot] || $0.nameBytes == [dot, dot] }
        return entries
    }

    func status(of name: String) throws(FileSystemError) -> FileStatus {
        var raw = cposix_status()
        _ = try use(name, .status) { calls.status($0, name, into: &raw) }
        return FileStatus(shim: raw)
    }

    func extent(of name: String) throws(FileSystemError) -> FileExtent {
        var raw = cposix_status()
        _ = try use(name, .status) { calls.extent($0, name, into: &raw) }
        return FileExtent(shim: raw)
    }

    func status() throws(FileSystemError) -> FileStatus {
        var raw = cposix_status()
        _ = try checked(descriptor.use { calls.status($0, into: &raw) }, .status, name)
        return FileStatus(shim: raw)
    }

    func sync() throws(FileSystemError) {
        _ = try checked(descriptor.use { calls.sync($0, .full) }, .syncDirectory, name)
    }

    func lock(_ mode: LockMode, blocking: Bool) throws(FileSystemError) -> Bool {
        let result = descriptor.use { calls.lock($0, mode, blocking: blocking) }
        if result == -Int(CPOSIX_EAGAIN), !blocking { return false }
        _ = try checked(result, .lockDirectory, name)
        return true
    }

    func lock(_ mode: LockMode, timeoutNanoseconds: UInt64) throws(FileSystemError) -> Bool {
        let result = descriptor.use { calls.lock($0, mode, timeoutNanoseconds: timeoutNanoseconds) }
        if result == -Int(CPOSIX_EAGAIN) { return false }
        _ = try checked(result, .lockDirectory, name)
        return true
    }

    func unlock() throws(FileSystemError) {
        _ = try checked(descriptor.use { calls.unlock($0) }, .unlockDirectory, name)
    }

    func keepAcrossExec() throws(FileSystemError) {
        _ = try checked(descriptor.use { calls.keepAcrossExec($0) }, .keepAcrossExec, name)
    }

    func watch() throws(FileSystemError) -> any DirectoryWatch {
        try PosixWatch(of: reopened(for: .watch))
    }

    func close() throws(FileSystemError) {
        _ = try checked(descriptor.close(), .closeDirectory, name)
    }

    /// Runs `body` with the descriptor. A closed directory is refused first, then a name that is not one path
    /// component.
    private func use(
        _ name: String,
        _ operation: FileSystemError.Operation,
        _ body: (Int32) -> Int
    ) throws(FileSystemError) -> Int {
        try checked(descriptor.use { name.isPathComponent ? body($0) : -Int(CPOSIX_EINVAL) }, operation, name)
    }

    private func reopened(for operation: FileSystemError.Operation) throws(FileSystemError) -> PosixDirectory {
        let opened = try checked(descriptor.use { calls.openSubdirectory($0, ".") }, operation, name)
        return PosixDirectory(Int32(opened), calls, name: name)
    }
}
