internal import FileSystemSeam
internal import KeyStore

/// Stores of keys to measure.
enum KeyWork {
    /// A store with so many keys, made durable in one checkpoint.
    static func filled(_ path: String, _ count: Int, _ fileSystem: any FileSystem) throws -> ScopedKeyStore {
        let root = RootKeyFile(in: path, fileSystem: fileSystem)
        let store = try ScopedKeyStore.open("\(path)/keys", root: root, fileSystem: fileSystem)
        for number in 0..<count { _ = try store.mint(.entity("entity-\(number)")) }
        try store.flush()
        return store
    }
}
