extension Directory {
    /// Whether anything stands at `name`; a symbolic link counts, wherever it points.
    public func exists(_ name: String) throws(FileSystemError) -> Bool {
        do {
            _ = try status(of: name)
            return true
        } catch  where error.code == .noEntry {
            return false
        }
    }

    /// Reads the whole file `name`.
    ///
    /// - Parameter maximumBytes: a longer file gives `.fileTooLarge`.
    /// - Throws: `.invalidArgument` for a device, socket or FIFO, which are not read.
    public func readFile(_ name: String, maximumBytes: Int) throws(FileSystemError) -> [UInt8] {
        let (file, extent) = try openRegular(name)
        defer { try? file.close() }
        do {
            return try file.readAll(maximumBytes: maximumBytes, expecting: extent.size)
        } catch {
            throw FileSystemError(operation: error.operation, name: name, code: error.code)
        }
    }

    /// Removes `name` and, when it is a directory, everything below it. Symbolic links are removed, not
    /// followed.
    ///
    /// What was removed is gone durably after the caller's ``sync()``. When it throws, a part may be removed;
    /// calling it again goes on. A name below that is not UTF-8 gives `.invalidArgument`. One handle is held
    /// open for each level.
    public func removeRecursively(_ name: String) throws(FileSystemError) {
        guard try status(of: name).kind == .directory else {
            try remove(name)
            return
        }
        let directory = try subdirectory(name)
        defer { try? directory.close() }
        for entry in try directory.entries() {
            guard let child = String(validating: entry.nameBytes, as: UTF8.self) else {
                throw FileSystemError(operation: .remove, name: entry.name, code: .invalidArgument)
            }
            try directory.removeRecursively(child)
        }
        try removeDirectory(name)
    }

    /// Opens an existing regular file for reading; also returns what had to be asked for.
    func openRegular(_ name: String) throws(FileSystemError) -> (file: any File, extent: FileExtent) {
        let file = try open(name, .read, permissions: .ownerFile)
        let extent = try file.extent()
        if extent.kind != .regular {
            try? file.close()
            throw FileSystemError(operation: .open, name: name, code: .invalidArgument)
        }
        return (file, extent)
    }
}
