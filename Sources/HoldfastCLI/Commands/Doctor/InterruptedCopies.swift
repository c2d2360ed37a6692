internal import FileSystemSeam
internal import KeyStore
internal import PlatformProfile

/// What `journal import`, `convert` and `export` leave when they are killed: a copy that is not whole, under a name of
/// its own beside the place where it would have stood: `.approvals.tmp-0123456789abcdef`.
enum InterruptedCopies {
    /// The paths of those that lie in the same directory as `path`, sorted; none where that cannot be looked at.
    ///
    /// - Parameter isOwn: only those that would have got the name in `path`.
    static func beside(_ path: String, isOwn: Bool = false, _ fileSystem: any FileSystem) -> [String] {
        guard let parts = PathParts(path), parts.last.isPathComponent,
            let directory = try? fileSystem.openDirectory(parts.parent)
        else { return [] }
        defer { try? directory.close() }
        let names = ((try? directory.entries()) ?? []).map(\.name).filter { name in
            // A look at the platform copies nothing.
            guard let copied = name.nameOfTemporary, copied != PlatformObserver.scratchName else { return false }
            return (!isOwn || copied == parts.last) && !isRootKey(name, in: directory)
        }
        return names.sorted().map { parts.parent == "." ? $0 : "\(parts.parent)/\($0)" }
    }

    /// Whether a file holds a root key. One in the making has such a name, too; whoever makes the next overwrites it, which
    /// removing it would not.
    private static func isRootKey(_ name: String, in directory: any Directory) -> Bool {
        guard let file = try? directory.open(name, .read, permissions: .ownerFile) else { return false }
        defer { try? file.close() }
        guard let beginning = try? file.read(exactly: RootKeyFile.beginning.count, at: 0) else { return false }
        return beginning == RootKeyFile.beginning
    }
}
