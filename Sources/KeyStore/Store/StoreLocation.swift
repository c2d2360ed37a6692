internal import FileSystemSeam

/// Where a store is found: its path, and what that begins at.
///
/// Whoever opens the store next comes by the path. What a held directory says of itself is true also when it was
/// renamed away, and another one stands in its place: a backup that was put back, say.
struct StoreLocation: Sendable {
    let path: String
    /// What a relative path begins at. Where the working directory could not be opened, a process that went elsewhere
    /// is told that the path leads elsewhere.
    private let origin: PathOrigin
    private let keyset: String

    /// - Parameter path: of the store's directory.
    init(_ path: String, from origin: PathOrigin) {
        self.path = path
        self.origin = origin
        keyset = "\(path)/\(KeysetFiles.keyset)"
    }

    /// Whether the path leads to this directory. What cannot be followed because something on the way is missing, or is
    /// no directory, leads nowhere. One system call.
    func leads(to identity: FileIdentity) throws(FileSystemError) -> Bool {
        try identityOf("\(path)/.") == identity
    }

    /// Whether a checkpoint stands at its name in the directory the path leads to. One system call.
    func hasCheckpoint(of keyset: Keyset) throws(FileSystemError) -> Bool {
        try identityOf(self.keyset) == keyset.identity
    }

    /// What stands there at a name. One system call.
    func extent(of name: String) throws(FileSystemError) -> FileExtent {
        try origin.linkExtent("\(path)/\(name)")
    }

    private func identityOf(_ path: String) throws(FileSystemError) -> FileIdentity? {
        do {
            return try origin.linkExtent(path).identity
        } catch  where error.code == .noEntry || error.code == .notDirectory {
            return nil
        }
    }
}

extension ScopedKeyStore {
    /// Makes sure that the path leads to the directory that is held: a key made durable anywhere else is one that
    /// nobody finds who opens the store again, and one that is used from anywhere else may have been destroyed since.
    ///
    /// - Throws: `.directoryReplaced`, `.io`.
    func requirePlace() throws(KeyStoreError) {
        do throws(FileSystemError) {
            if try location.leads(to: identity) { return }
        } catch {
            throw .io(error, file: path)
        }
        throw .directoryReplaced(path: path)
    }

    /// The same after something was done and before it is acknowledged. When it throws ``isDirty`` stays set until a
    /// call finds the directory in its place: what was written is where nobody looks for it.
    func requirePlaceAfterwards(_ state: inout State) throws(KeyStoreError) {
        state.isElsewhere = true
        try requirePlace()
        state.isElsewhere = false
    }
}
