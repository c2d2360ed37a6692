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

    /// The largest file that a key or an attestation is read from.
    private static let fileSizeMaximum = 1 << 20

    /// The text of a file.
    static func text(of path: String, expected: String, _ context: CommandContext) throws(CommandFailure) -> [UInt8] {
        var source = try InputSource(path, expected: expected, in: context)
        return try source.readAll(maximum: fileSizeMaximum)
    }

    /// The public key in a PEM file.
    static func publicKey(_ path: String, _ context: CommandContext) throws(CommandFailure) -> VerifyingKey {
        let bytes = try text(of: path, expected: "a public key in PEM form", context)
        do {
            return try VerifyingKey(pem: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw .malformed("\(Printable.quoted(path, maximum: 200)) is not an Ed25519 public key: \(error)")
        }
    }

    /// The private key in a PEM file.
    static func privateKey(_ path: String, _ context: CommandContext) throws(CommandFailure) -> SigningKey {
        let bytes = try text(of: path, expected: "a private key in PEM form", context)
        do {
            return try SigningKey(pem: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw .malformed("\(Printable.quoted(path, maximum: 200)) is not an Ed25519 private key: \(error)")
        }
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

    /// The marker lock that PATH names.
    func markerLock() -> MarkerLock {
        if isLockPathDirectory { return MarkerLock(inDirectory: lockPath, fileSystem: fileSystem) }
        guard let slash = lockPath.utf8.lastIndex(of: UInt8(ascii: "/")) else {
            return MarkerLock(inDirectory: ".", name: lockPath, fileSystem: fileSystem)
        }
        let parent = lockPath[..<slash]
        let name = String(lockPath[lockPath.utf8.index(after: slash)...])
        return MarkerLock(inDirectory: parent.isEmpty ? "/" : String(parent), name: name, fileSystem: fileSystem)
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
