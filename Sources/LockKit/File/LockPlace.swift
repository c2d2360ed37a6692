internal import FileSystemSeam

/// Where a lock is.
enum LockPlace: Sendable {
    /// A file, by the path of its directory.
    case path(directory: String, name: String)
    /// A file in a held directory.
    case inside(any Directory, name: String)
    /// A directory itself.
    case directory(path: String)

    /// The place of the file at `path`.
    init(path: String) {
        let slash = UInt8(ascii: "/")
        guard let cut = path.utf8.lastIndex(of: slash) else {
            self = .path(directory: ".", name: path)
            return
        }
        // Of several slashes one stays, so that the root is itself.
        let directory = path[..<cut]
        let name = path[path.utf8.index(after: cut)...]
        self = .path(directory: directory.isEmpty ? "/" : String(directory), name: String(name))
    }

    /// The lock file's name; nil for a directory.
    var name: String? {
        switch self {
        case .path(_, let name), .inside(_, let name): name
        case .directory: nil
        }
    }

    /// The path by which the directory is found; nil when it is held.
    var directoryPath: String? {
        switch self {
        case .path(let directory, _): directory
        case .directory(let path): path
        case .inside: nil
        }
    }

    /// What a directory that is missing is called.
    var directoryLabel: String { directoryPath ?? "the directory of the lock" }
}
