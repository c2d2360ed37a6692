import FileSystemSeam

/// A directory that tells when it was locked, and before it is closed; for gates.
final class GateDirectory: Directory {
    private let directory: any Directory
    private let passed: @Sendable () -> Void
    private let left: @Sendable () -> Void

    init(_ directory: any Directory, passed: @escaping @Sendable () -> Void, left: @escaping @Sendable () -> Void) {
        self.directory = directory
        self.passed = passed
        self.left = left
    }

    func reopened() throws(FileSystemError) -> any Directory {
        GateDirectory(try directory.reopened(), passed: passed, left: left)
    }

    func lock(_ mode: LockMode, blocking: Bool) throws(FileSystemError) -> Bool {
        told(try directory.lock(mode, blocking: blocking))
    }

    func lock(_ mode: LockMode, timeoutNanoseconds: UInt64) throws(FileSystemError) -> Bool {
        told(try directory.lock(mode, timeoutNanoseconds: timeoutNanoseconds))
    }

    private func told(_ isTaken: Bool) -> Bool {
        if isTaken { passed() }
        return isTaken
    }

    func open(_ name: String, _ options: OpenOptions, permissions: Permissions) throws(FileSystemError) -> any File {
        try directory.open(name, options, permissions: permissions)
    }

    func subdirectory(_ name: String) throws(FileSystemError) -> any Directory { try directory.subdirectory(name) }

    func makeDirectory(_ name: String, permissions: Permissions) throws(FileSystemError) {
        try directory.makeDirectory(name, permissions: permissions)
    }

    func rename(
        _ name: String,
        to newName: String,
        in target: any Directory,
        exclusive: Bool
    ) throws(FileSystemError) {
        try directory.rename(name, to: newName, in: target, exclusive: exclusive)
    }

    func link(_ name: String, to newName: String, in target: any Directory) throws(FileSystemError) {
        try directory.link(name, to: newName, in: target)
    }

    func remove(_ name: String) throws(FileSystemError) { try directory.remove(name) }

    func removeDirectory(_ name: String) throws(FileSystemError) { try directory.removeDirectory(name) }

    func entries() throws(FileSystemError) -> [DirectoryEntry] { try directory.entries() }

    func status(of name: String) throws(FileSystemError) -> FileStatus { try directory.status(of: name) }

    func status() throws(FileSystemError) -> FileStatus { try directory.status() }

    func sync() throws(FileSystemError) { try directory.sync() }

    func unlock() throws(FileSystemError) { try directory.unlock() }

    func keepAcrossExec() throws(FileSystemError) { try directory.keepAcrossExec() }

    func watch() throws(FileSystemError) -> any DirectoryWatch { try directory.watch() }

    func close() throws(FileSystemError) {
        left()
        try directory.close()
    }
}
