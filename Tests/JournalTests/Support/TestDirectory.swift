import FileSystemSeam

/// A directory of the real machine whose calls a ``TestFileSystem`` sees.
final class TestDirectory: Directory {
    let base: any Directory
    private let path: String
    private let fileSystem: TestFileSystem

    init(_ base: any Directory, _ path: String, _ fileSystem: TestFileSystem) {
        self.base = base
        self.path = path
        self.fileSystem = fileSystem
    }

    private func place(_ name: String) -> String { fileSystem.place(of: name, in: path) }

    func open(_ name: String, _ options: OpenOptions, permissions: Permissions) throws(FileSystemError) -> any File {
        let file = try fileSystem.perform(.open, place(name)) { () throws(FileSystemError) in
            try base.open(name, options, permissions: permissions)
        }
        fileSystem.keep(file)
        return TestFile(file, place(name), fileSystem)
    }

    func subdirectory(_ name: String) throws(FileSystemError) -> any Directory {
        let directory = try fileSystem.perform(.subdirectory, place(name)) { () throws(FileSystemError) in
            try base.subdirectory(name)
        }
        fileSystem.keep(directory)
        return TestDirectory(directory, place(name), fileSystem)
    }

    func reopened() throws(FileSystemError) -> any Directory {
        let directory = try fileSystem.perform(.reopen, path) { () throws(FileSystemError) in try base.reopened() }
        fileSystem.keep(directory)
        return TestDirectory(directory, path, fileSystem)
    }

    func makeDirectory(_ name: String, permissions: Permissions) throws(FileSystemError) {
        try fileSystem.perform(.makeDirectory, place(name)) { () throws(FileSystemError) in
            try base.makeDirectory(name, permissions: permissions)
        }
    }

    func rename(
        _ name: String,
        to newName: String,
        in target: any Directory,
        exclusive: Bool
    ) throws(FileSystemError) {
        let other = target as? TestDirectory
        let newPlace = other?.place(newName) ?? newName
        try fileSystem.perform(.rename, place(name), to: newPlace) { () throws(FileSystemError) in
            try base.rename(name, to: newName, in: other?.base ?? target, exclusive: exclusive)
        }
    }

    func link(_ name: String, to newName: String, in target: any Directory) throws(FileSystemError) {
        let other = target as? TestDirectory
        let newPlace = other?.place(newName) ?? newName
        try fileSystem.perform(.link, place(name), to: newPlace) { () throws(FileSystemError) in
            try base.link(name, to: newName, in: other?.base ?? target)
        }
    }

    func remove(_ name: String) throws(FileSystemError) {
        try fileSystem.perform(.remove, place(name)) { () throws(FileSystemError) in try base.remove(name) }
    }

    func removeDirectory(_ name: String) throws(FileSystemError) {
        try fileSystem.perform(.removeDirectory, place(name)) { () throws(FileSystemError) in
            try base.removeDirectory(name)
        }
    }

    func entries() throws(FileSystemError) -> [DirectoryEntry] {
        let entries = try fileSystem.perform(.entries, path) { () throws(FileSystemError) in try base.entries() }
        return fileSystem.listing(of: path, entries)
    }

    func status(of name: String) throws(FileSystemError) -> FileStatus {
        try fileSystem.perform(.status, place(name)) { () throws(FileSystemError) in try base.status(of: name) }
    }

    func status() throws(FileSystemError) -> FileStatus {
        try fileSystem.perform(.status, path) { () throws(FileSystemError) in try base.status() }
    }

    func sync() throws(FileSystemError) {
        try fileSystem.perform(.syncDirectory, path) { () throws(FileSystemError) in try base.sync() }
    }

    func lock(_ mode: LockMode, blocking: Bool) throws(FileSystemError) -> Bool {
        try fileSystem.perform(.lockDirectory, path) { () throws(FileSystemError) in
            try base.lock(mode, blocking: blocking)
        }
    }

    func unlock() throws(FileSystemError) {
        try fileSystem.perform(.unlockDirectory, path) { () throws(FileSystemError) in try base.unlock() }
    }

    func watch() throws(FileSystemError) -> any DirectoryWatch { try base.watch() }

    func close() throws(FileSystemError) {
        try fileSystem.perform(.closeDirectory, path) { () throws(FileSystemError) in try base.close() }
    }
}

/// A file of the real machine whose calls a ``TestFileSystem`` sees.
final class TestFile: File {
    private let base: any File
    private let path: String
    private let fileSystem: TestFileSystem

    init(_ base: any File, _ path: String, _ fileSystem: TestFileSystem) {
        self.base = base
        self.path = path
        self.fileSystem = fileSystem
    }

    func read(into buffer: inout MutableSpan<UInt8>, at offset: Int64) throws(FileSystemError) -> Int {
        try fileSystem.perform(.read, path) { () throws(FileSystemError) in }
        return try base.read(into: &buffer, at: offset)
    }

    func write(_ bytes: Span<UInt8>, at offset: Int64) throws(FileSystemError) -> Int {
        try fileSystem.perform(.write, path) { () throws(FileSystemError) in try base.write(bytes, at: offset) }
    }

    func append(_ bytes: Span<UInt8>) throws(FileSystemError) -> Int {
        try fileSystem.perform(.append, path) { () throws(FileSystemError) in }
        return try base.append(bytes)
    }

    func truncate(to size: Int64) throws(FileSystemError) {
        try fileSystem.perform(.truncate, path) { () throws(FileSystemError) in try base.truncate(to: size) }
    }

    func allocate(to size: Int64) throws(FileSystemError) {
        try fileSystem.perform(.allocate, path) { () throws(FileSystemError) in try base.allocate(to: size) }
    }

    func status() throws(FileSystemError) -> FileStatus {
        try fileSystem.perform(.fileStatus, path) { () throws(FileSystemError) in try base.status() }
    }

    func setPermissions(_ permissions: Permissions) throws(FileSystemError) {
        try fileSystem.perform(.setPermissions, path) { () throws(FileSystemError) in
            try base.setPermissions(permissions)
        }
    }

    func sync(_ level: SyncLevel) throws(FileSystemError) {
        try fileSystem.perform(.sync, path) { () throws(FileSystemError) in try base.sync(level) }
    }

    func lock(_ mode: LockMode, blocking: Bool) throws(FileSystemError) -> Bool {
        try fileSystem.perform(.lock, path) { () throws(FileSystemError) in try base.lock(mode, blocking: blocking) }
    }

    func unlock() throws(FileSystemError) {
        try fileSystem.perform(.unlock, path) { () throws(FileSystemError) in try base.unlock() }
    }

    func map(length: Int) throws(FileSystemError) -> (any FileMapping)? {
        try fileSystem.perform(.map, path) { () throws(FileSystemError) in try base.map(length: length) }
    }

    func close() throws(FileSystemError) {
        try fileSystem.perform(.close, path) { () throws(FileSystemError) in try base.close() }
    }
}
