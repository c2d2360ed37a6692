/// A primitive of the seam failed: which one, on what name, with which error number.
///
/// It reads as a sentence: `open "journal.json": permission denied (EACCES 13)`.
public struct FileSystemError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The primitive that failed.
    public enum Operation: String, Sendable, Hashable, CaseIterable {
        /// On the file system as a whole.
        case openDirectory, directoryStatus, fillRandom, mountFacts
        /// On a name in a directory.
        case open, subdirectory, reopen, makeDirectory, rename, link, remove, removeDirectory
        /// On a directory itself.
        case entries, status, syncDirectory, lockDirectory, unlockDirectory, watch, closeDirectory
        /// On an open file.
        case read, write, append, truncate, allocate, fileStatus, setPermissions, sync, lock, unlock, map, close
        /// On an open file or directory.
        case keepAcrossExec
        /// On threads.
        case createThread
        /// On the host.
        case hostProbe
    }

    /// The primitive that failed.
    public var operation: Operation
    /// The name or path the caller gave; empty where the primitive takes none and the handle has no name.
    public var name: String
    /// The error number, as the system gave it.
    public var code: ErrorNumber

    /// Makes an error from its parts.
    public init(operation: Operation, name: String, code: ErrorNumber) {
        self.operation = operation
        self.name = name
        self.code = code
    }

    /// One sentence: operation, name, meaning, symbol and number.
    public var description: String {
        let place = name.isEmpty ? "" : " \"\(name)\""
        return "\(operation.rawValue)\(place): \(code)"
    }
}
