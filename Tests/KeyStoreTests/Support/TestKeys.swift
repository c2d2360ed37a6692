import FileSystemSeam
import KeyStore
import Testing

/// A store on a simulated disk, with its root key in another directory.
struct TestKeys {
    static let path = "/keys"
    static let secrets = "/secrets"

    let disk: SimDisk
    var fileSystem: SimFS

    init() throws {
        disk = SimDisk()
        fileSystem = disk.boot()
        _ = try fileSystem.openDirectory(Self.secrets, creating: .ownerDirectory)
    }

    func root(_ name: String = "root.key", _ fileSystem: SimFS? = nil) -> RootKeyFile {
        RootKeyFile(in: Self.secrets, name: name, fileSystem: fileSystem ?? self.fileSystem)
    }

    /// Opens the store as another process would.
    func open(
        _ granularity: KeyGranularity = .entity,
        root: (any RootKeyProvider)? = nil,
        highWater: KeysetPosition? = nil,
        options: KeyStoreOptions = KeyStoreOptions()
    ) throws -> ScopedKeyStore {
        let process = disk.boot()
        return try ScopedKeyStore.open(
            Self.path,
            granularity: granularity,
            root: root ?? self.root("root.key", process),
            highWater: highWater,
            fileSystem: process,
            options: options
        )
    }

    func directory() throws -> any Directory { try fileSystem.openDirectory(Self.path) }

    func names() throws -> [String] { try directory().entries().map(\.name).sorted() }

    func read(_ name: String, in path: String = TestKeys.path) throws -> [UInt8] {
        try fileSystem.openDirectory(path).readFile(name, maximumBytes: 1 << 24)
    }

    /// Puts bytes where others were, without any care.
    func write(_ bytes: [UInt8], to name: String, in path: String = TestKeys.path) throws {
        let directory = try fileSystem.openDirectory(path)
        let file = try directory.open(name, [.write, .create, .truncate], permissions: .ownerFile)
        try file.writeAll(bytes, at: 0)
    }

    /// The name of the one journal there is.
    func journalName() throws -> String {
        let journals = try names().filter { $0.hasPrefix("journal-") }
        try #require(journals.count == 1, "\(journals)")
        return journals[0]
    }
}

extension ScopedKeyStore {
    func seal(_ text: String, for entity: String) throws -> SealedBox {
        try seal(Array(text.utf8), scope: .entity(entity), associatedData: Array(entity.utf8))
    }

    /// The text in a box, or `shredded`.
    func read(_ box: SealedBox, for entity: String) throws -> String {
        switch try open(box, associatedData: Array(entity.utf8)) {
        case .plaintext(let bytes): String(decoding: bytes, as: UTF8.self)
        case .shredded: "shredded"
        }
    }
}
