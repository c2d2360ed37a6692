/// Where a path begins, so that it stays what it was: a relative one at the directory that is the working one when this
/// is made, wherever the process goes later.
package struct PathOrigin: Sendable {
    private let fileSystem: any FileSystem
    /// Nil for an absolute path, and where the working directory cannot be opened: then it is that of the moment.
    private let directory: (any Directory)?

    /// - Parameter path: one of those that are to begin there; nothing is opened where it is absolute.
    package init(of path: String, _ fileSystem: any FileSystem) {
        self.fileSystem = fileSystem
        directory = PathParts.isAbsolute(path) ? nil : try? fileSystem.openDirectory(".")
    }

    /// The working directory of the moment, whenever a path is looked up.
    package init(ofTheMoment fileSystem: any FileSystem) {
        self.fileSystem = fileSystem
        directory = nil
    }

    /// What stands at a path; see ``FileSystem/linkExtent(_:from:)``.
    package func linkExtent(_ path: String) throws(FileSystemError) -> FileExtent {
        try fileSystem.linkExtent(path, from: directory)
    }

    /// What stands at a path; see ``FileSystem/linkStatus(_:)``. The directory above a relative one must be readable.
    package func linkStatus(_ path: String) throws(FileSystemError) -> FileStatus {
        guard let directory, let parts = PathParts(path) else { return try fileSystem.linkStatus(path) }
        let above = try fileSystem.openDirectory(parts.parent, from: directory)
        defer { try? above.close() }
        return try above.status(of: parts.last)
    }

    /// Opens the directory at a path; see ``FileSystem/openDirectory(_:from:)``.
    package func openDirectory(_ path: String) throws(FileSystemError) -> any Directory {
        try fileSystem.openDirectory(path, from: directory)
    }
}
