extension SimFS {
    /// Looks at the simulated machine.
    public var hostProbes: (any HostProbes)? { SimHostProbes(self) }
}

/// The probes of a simulated machine: what they look at are its files and locks.
final class SimHostProbes: HostProbes {
    private let fileSystem: SimFS

    init(_ fileSystem: SimFS) { self.fileSystem = fileSystem }

    var hostFacts: HostFacts { fileSystem.disk.hostFacts }

    func scratchDirectory(
        _ name: String,
        in directory: any Directory
    ) throws(FileSystemError) -> any ScratchDirectory {
        try directory.makeDirectory(name, permissions: .ownerDirectory)
        return SimScratchDirectory(try directory.subdirectory(name), name, in: try directory.reopened())
    }

    func makeSymbolicLink(
        _ name: String,
        to target: String,
        in directory: any Directory
    ) throws(FileSystemError) {
        guard let directory = directory as? SimDirectory else {
            throw FileSystemError(operation: .hostProbe, name: name, code: .crossDevice)
        }
        try fileSystem.disk.plantSymbolicLink(name, to: target, in: directory)
    }

    /// There are no unnamed files.
    func makeUnnamedFile(in directory: any Directory) throws(FileSystemError) {
        throw FileSystemError(operation: .hostProbe, name: "", code: .notSupported)
    }

    func otherProcessLock(
        on file: any File,
        timeoutNanoseconds: UInt64
    ) throws(FileSystemError) -> OtherProcessLock {
        let file = try own(file)
        let disk = fileSystem.disk
        let victim = disk.boot()
        let other = file.opened(by: victim)
        guard try other.lock(.exclusive, blocking: false) else {
            throw FileSystemError(operation: .hostProbe, name: "", code: .wouldBlock)
        }
        let excludes = try !canLock(file)
        disk.kill(victim)
        return OtherProcessLock(excludes: excludes, endsWithProcess: try canLock(file))
    }

    /// The disk's ``SimDisk/mapsAreCoherent``; faults of maps strike here too.
    func sharedMapIsCoherent(of file: any File, timeoutNanoseconds: UInt64) throws(FileSystemError) -> Bool {
        _ = try own(file).map(length: 4096)
        return fileSystem.disk.mapsAreCoherent
    }

    func punchHole(in file: any File, at offset: Int64, count: Int64) throws(FileSystemError) {
        let file = try own(file)
        let end = min(offset + count, try file.status().size)
        if end > offset { try file.writeAll([UInt8](repeating: 0, count: Int(end - offset)), at: offset) }
    }

    func resolvedPath(of directory: any Directory) throws(FileSystemError) -> String {
        try fileSystem.disk.perform(fileSystem.process, .hostProbe, "") { (state, _) throws(Refusal) in
            guard let directory = directory as? SimDirectory, directory.process === self.fileSystem.process else {
                throw Refusal(.crossDevice)
            }
            try directory.checkOpen()
            var names: [String] = []
            var inode = directory.inode
            while inode != SimState.root {
                guard let above = state.parent(of: inode),
                    let entry = state.listing(above).first(where: { $0.inode == inode })
                else { throw Refusal(.noEntry) }
                names.append(state.names.names[entry.name])
                inode = above
            }
            return "/" + names.reversed().joined(separator: "/")
        }
    }

    func writesBack(below directory: any Directory) -> Bool? { fileSystem.disk.writesBack }

    private func canLock(_ file: SimFile) throws(FileSystemError) -> Bool {
        let own = file.opened(by: fileSystem)
        defer { try? own.close() }
        return try own.lock(.exclusive, blocking: false)
    }

    private func own(_ file: any File) throws(FileSystemError) -> SimFile {
        if let file = file as? SimFile { return file }
        throw FileSystemError(operation: .hostProbe, name: "", code: .crossDevice)
    }
}

private final class SimScratchDirectory: ScratchDirectory {
    let directory: any Directory
    private let name: String
    private let above: any Directory
    private let isThere = Condition(true)

    init(_ directory: any Directory, _ name: String, in above: any Directory) {
        self.directory = directory
        self.name = name
        self.above = above
    }

    func remove() throws(FileSystemError) {
        let wasThere = isThere.withLock { isThere in
            let before = isThere
            isThere = false
            return before
        }
        if !wasThere { return }
        try directory.close()
        try above.removeRecursively(name)
        try above.close()
    }
}
