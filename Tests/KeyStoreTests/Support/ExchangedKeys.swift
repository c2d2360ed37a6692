import FileSystemSeam
import KeyStore
import TestSupport

/// A store whose directory makes way for a copy, in which another process goes on: what restoring a backup does to who
/// has the store open.
final class ExchangedKeys {
    private let temporary: TemporaryDirectory
    private let above: any Directory
    /// How many calls the open store may still make before the exchange, nil when none is to come; and those it made
    /// after it.
    private let progress = Condition<(left: Int?, later: [SystemCall.Name]?)>((nil, nil))
    /// Whose keys the other process destroys in the copy.
    private let destroyed: String?

    /// - Parameter entity: the entity whose keys the other process destroys in the copy, as soon as that is in place.
    init(destroying entity: String?) throws {
        temporary = try TemporaryDirectory(in: TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk)
        above = try PosixFileSystem.shared.openDirectory(temporary.path)
        destroyed = entity
        try above.makeDirectory("keys-secrets", permissions: .ownerDirectory)
    }

    var path: String { temporary.path + "/keys" }

    /// Opens the store as another process would.
    static func open(_ path: String, _ fileSystem: PosixFileSystem = .shared) throws -> ScopedKeyStore {
        let root = RootKeyFile(in: path + "-secrets", fileSystem: PosixFileSystem.shared)
        return try ScopedKeyStore.open(path, root: root, fileSystem: fileSystem)
    }

    /// Opens it as the process that does not notice.
    func open() throws -> ScopedKeyStore {
        let exchange: @Sendable () -> Void = { [above, destroyed, path] in
            try? above.rename("keys", to: "old", in: above, exclusive: true)
            try? above.rename("copy", to: "keys", in: above, exclusive: true)
            guard let destroyed else { return }
            _ = try? Self.open(path).shred(.entity(destroyed), reason: "in the copy")
        }
        return try Self.open(
            path,
            PosixFileSystem { [progress] call in
                let isDue = progress.withLock { progress in
                    progress.later?.append(call.name)
                    guard let left = progress.left else { return false }
                    progress.left = left > 0 ? left - 1 : nil
                    if left == 0 { progress.later = [call.name] }
                    return left == 0
                }
                if isDue { exchange() }
                return nil
            }
        )
    }

    /// Copies the store's files, as they are, to where the copy waits.
    func copy() throws {
        let from = try above.subdirectory("keys")
        try above.makeDirectory("copy", permissions: .ownerDirectory)
        let to = try above.subdirectory("copy")
        for entry in try from.entries() where entry.kind == .regular && entry.name != "keyset.lock" {
            let bytes = try from.readFile(entry.name, maximumBytes: 1 << 20)
            try to.open(entry.name, [.write, .create, .exclusive], permissions: .ownerFile).writeAll(bytes, at: 0)
        }
    }

    /// Runs `body`, with the exchange before its system call of this number, from 0.
    ///
    /// - Returns: the calls from that one on; nil when there were fewer.
    func exchanging(at moment: Int, _ body: () throws -> Void) -> (calls: [SystemCall.Name]?, error: (any Error)?) {
        progress.withLock { $0 = (moment, nil) }
        var failure: (any Error)?
        do { try body() } catch { failure = error }
        return progress.withLock { progress in
            defer { progress = (nil, nil) }
            return (progress.later, failure)
        }
    }

    /// Puts the directory back that was opened.
    func putBack() throws {
        try above.rename("keys", to: "copy", in: above, exclusive: true)
        try above.rename("old", to: "keys", in: above, exclusive: true)
    }
}
