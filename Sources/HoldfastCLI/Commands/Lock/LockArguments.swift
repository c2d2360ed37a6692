internal import Canonical
internal import FileSystemSeam
internal import LockKit
internal import Signing

/// Arguments that several lock commands share, and what they stand for.
enum LockArguments {
    /// A lock, by the path of its file.
    static let path = PositionalDescription(
        name: "PATH",
        kind: .directory,
        help: "the lock file, or a directory"
    )

    /// A marker lock.
    static let marker = PositionalDescription(
        name: "PATH",
        kind: .directory,
        help: "the marker, or the directory that it stands in under its usual name"
    )

    /// Exit notes of every command that looks at a lock.
    static let missingNote = ExitNote(code: .missingInput, meaning: "the directory is not there, or a file to be read")

    /// The largest file that an attestation is read from.
    private static let fileSizeMaximum = 1 << 20

    /// The text of a file.
    static func text(of path: String, expected: String, _ context: CommandContext) throws(CommandFailure) -> [UInt8] {
        var source = try InputSource(path, expected: expected, in: context)
        return try source.readAll(maximum: fileSizeMaximum)
    }
}

extension CommandContext {
    /// PATH as given.
    var lockPath: String {
        guard let path = arguments.positional("PATH") else { preconditionFailure("PATH is described as required") }
        return path
    }

    /// Whether a directory stands at PATH.
    var isLockPathDirectory: Bool {
        guard let directory = try? fileSystem.openDirectory(lockPath) else { return false }
        try? directory.close()
        return true
    }

    /// The lock of `lock run`: on the directory itself where PATH is one.
    func fileLock(options: FileLockOptions = FileLockOptions()) -> FileLock {
        isLockPathDirectory
            ? FileLock(ofDirectory: lockPath, fileSystem: fileSystem)
            : FileLock(at: lockPath, fileSystem: fileSystem, options: options)
    }

    /// The marker lock that PATH names.
    func markerLock() -> MarkerLock {
        if isLockPathDirectory { return MarkerLock(inDirectory: lockPath, fileSystem: fileSystem) }
        // A slash at the end is no name.
        guard let parts = PathParts(lockPath) else { return MarkerLock(inDirectory: lockPath, fileSystem: fileSystem) }
        return MarkerLock(inDirectory: parts.parent, name: parts.last, fileSystem: fileSystem)
    }

    /// Runs `body`, and turns what the lock refuses into a failure of the command.
    func locking<Answer: ~Copyable>(_ body: () throws(LockError) -> Answer) throws(CommandFailure) -> Answer {
        do throws(LockError) {
            return try body()
        } catch {
            throw CommandFailure(error, of: self)
        }
    }
}
