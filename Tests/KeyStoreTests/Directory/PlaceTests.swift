import FileSystemSeam
import KeyStore
import TestSupport
import Testing

/// The store's directory is renamed away, and a new one takes its place.
@Suite("A key store whose directory is exchanged")
final class PlaceTests {
    private let temporary: TemporaryDirectory
    private let place: any Directory
    private let next = Condition<SystemCall.Name?>(nil)

    init() throws {
        temporary = try TemporaryDirectory()
        place = try PosixFileSystem.shared.openDirectory(temporary.path)
        try place.makeDirectory("secrets", permissions: .ownerDirectory)
    }

    /// Exchanges the directory before the next call of the name in `next`.
    private var exchanging: PosixFileSystem {
        PosixFileSystem { [next, place] call in
            let isDue = next.withLock { next in
                guard next == call.name else { return false }
                next = nil
                return true
            }
            if isDue {
                try? place.rename("keys", to: "old", in: place, exclusive: true)
                try? place.makeDirectory("keys", permissions: .ownerDirectory)
            }
            return nil
        }
    }

    private var root: RootKeyFile { RootKeyFile(in: temporary.path + "/secrets", fileSystem: PosixFileSystem.shared) }

    private func open(_ fileSystem: PosixFileSystem = .shared, _ root: RootKeyFile? = nil) throws -> ScopedKeyStore {
        try ScopedKeyStore.open(temporary.path + "/keys", root: root ?? self.root, fileSystem: fileSystem)
    }

    /// Name and contents of everything in a directory but the lock file, which is empty.
    private func contents(_ name: String) throws -> [String: [UInt8]] {
        let directory = try place.subdirectory(name)
        var files: [String: [UInt8]] = [:]
        for entry in try directory.entries() where entry.name != "keyset.lock" && entry.kind != .directory {
            files[entry.name] = try directory.readFile(entry.name, maximumBytes: 1 << 20)
        }
        return files
    }

    /// Between the opening of the directory and its lock.
    @Test func nothingIsMadeInAnyOfTwo() throws {
        try place.makeDirectory("keys", permissions: .ownerDirectory)
        next.withLock { $0 = .flock }
        #expect(throws: KeyStoreError.directoryReplaced(path: temporary.path + "/keys")) { try open(exchanging) }
        #expect(next.withLock { $0 == nil })
        #expect(try contents("old").isEmpty)
        #expect(try contents("keys").isEmpty)
        #expect(try contents("secrets").isEmpty)
        // What stands there now is as good as any.
        let box = try open().seal("x", for: "a")
        #expect(try open().read(box, for: "a") == "x")
    }

    /// The same with a store in the directory that leaves.
    @Test func aStoreThatLeavesIsNotOpened() throws {
        _ = try open().seal("x", for: "a")
        let before = try contents("keys")
        next.withLock { $0 = .flock }
        #expect(throws: KeyStoreError.directoryReplaced(path: temporary.path + "/keys")) { try open(exchanging) }
        #expect(try contents("old") == before)
        #expect(try contents("keys").isEmpty)
    }

    /// Between two calls of an open store, and in the middle of each: what would write refuses.
    @Test(arguments: ["seal", "flush", "rotate", "shred", "rewrap"], [false, true])
    func anOpenStoreWritesToNeither(_ act: String, isWithin: Bool) throws {
        let root = root
        let store = try open(exchanging, root)
        let box = try store.seal("x", for: "a")
        if act == "flush" { _ = try store.mint(.entity("new")) }
        let before = try contents("keys")
        let secrets = try contents("secrets")
        next.withLock { $0 = .flock }
        // What looks at the lock exchanges it now, and not within the call; and is refused, as all that only reads.
        if !isWithin {
            #expect(throws: KeyStoreError.directoryReplaced(path: temporary.path + "/keys")) { try store.keyRecords() }
        }
        #expect(throws: KeyStoreError.directoryReplaced(path: temporary.path + "/keys")) {
            switch act {
            case "seal": _ = try store.seal("y", for: "new")
            case "flush": try store.flush()
            case "rotate": try store.rotate(.entity("a"))
            case "shred": _ = try store.shred(.entity("a"), reason: "")
            default: try store.rewrap(root)
            }
        }
        #expect(try contents("old") == before)
        #expect(try contents("keys").isEmpty)
        #expect(try contents("secrets") == secrets)
        // Back in its place it goes on.
        try place.removeRecursively("keys")
        try place.rename("old", to: "keys", in: place, exclusive: true)
        #expect(try store.read(box, for: "a") == "x")
        let fresh = try store.seal("z", for: "new")
        #expect(try open().read(fresh, for: "new") == "z")
    }

    /// The slash that an absolute path begins with is one, whatever combines with it.
    @Test func anAbsolutePathIsKnownByItsFirstByte() throws {
        let fileSystem = SimDisk().boot()
        _ = try fileSystem.openDirectory("/secrets", creating: .ownerDirectory)
        let root = RootKeyFile(in: "/secrets", fileSystem: fileSystem)
        let path = "/\u{301}keys"
        let store = try ScopedKeyStore.open(path, root: root, fileSystem: fileSystem)
        let above = try fileSystem.openDirectory("/")
        try above.rename("\u{301}keys", to: "old", in: above, exclusive: true)
        try above.makeDirectory("\u{301}keys", permissions: .ownerDirectory)
        #expect(throws: KeyStoreError.directoryReplaced(path: path)) { try store.seal("x", for: "a") }
    }
}
