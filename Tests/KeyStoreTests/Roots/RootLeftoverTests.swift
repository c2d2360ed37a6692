import FileSystemSeam
import KeyStore
import Testing

/// What the making of a root key file left under another name holds a secret that was never in use.
@Suite("What is left of root keys in the making")
struct RootLeftoverTests {
    /// As `.root.key.tmp` was once called by everybody.
    private static let left = [".root.key.tmp", ".root.key.tmp-0123456789abcdef"]

    private static func open(_ name: String, _ test: TestKeys) throws -> any File {
        try test.fileSystem.openDirectory(TestKeys.secrets).open(name, [.read, .write], permissions: .ownerFile)
    }

    private static func names(_ test: TestKeys) throws -> [String] {
        try test.fileSystem.openDirectory(TestKeys.secrets).entries().map(\.name).sorted()
    }

    /// With the next file that is made it is overwritten, and goes.
    @Test func itIsOverwrittenBeforeItGoes() throws {
        let test = try TestKeys()
        let secret = [UInt8](repeating: 7, count: 1024)
        var files: [any File] = []
        for name in Self.left {
            try test.write(secret, to: name, in: TestKeys.secrets)
            files.append(try Self.open(name, test))
        }
        _ = try test.open().seal("x", for: "a")
        #expect(try Self.names(test) == ["root.key"])
        for file in files {
            let bytes = try file.readAll(maximumBytes: 2000)
            #expect(bytes.count == 1024 && bytes.allSatisfy { $0 == 0 })
        }
    }

    /// A whole secret that never got its name goes, too.
    @Test func soIsAWholeSecret() throws {
        let test = try TestKeys()
        let store = try #require(StoreID(bytes: [UInt8](repeating: 1, count: 16)))
        try test.root("made").prepare(1, keeping: nil, for: store)
        let secret = try test.read("made", in: TestKeys.secrets)
        for name in Self.left { try test.write(secret, to: name, in: TestKeys.secrets) }
        _ = try test.open().seal("x", for: "a")
        #expect(try Self.names(test) == ["made", "root.key"])
    }

    /// A key that may be in use stays: it was moved away, and who moved it was killed before it was put back.
    @Test func aKeyThatMayBeInUseStays() throws {
        let test = try TestKeys()
        let store = try #require(StoreID(bytes: [UInt8](repeating: 1, count: 16)))
        let root = test.root("made")
        func made() throws -> [UInt8] { try test.read("made", in: TestKeys.secrets) }
        try root.prepare(1, keeping: nil, for: store)
        let begun = try made()
        _ = try root.destroyAllBut(1, for: store)
        var keys = ["complete": try made()]
        try root.prepare(2, keeping: 1, for: store)
        let both = try made()
        keys["twice"] = both
        _ = try root.destroyAllBut(2, for: store)
        keys["later"] = try made()
        keys["torn first"] = [UInt8](repeating: 7, count: 512) + both[512...]
        keys["torn second"] = both[..<512] + [UInt8](repeating: 7, count: 512)
        try test.root("moved to").prepare(3, keeping: nil, for: store)
        keys["moved to"] = try test.read("moved to", in: TestKeys.secrets)
        keys["longer"] = begun + [0]
        keys["longer, of nobody"] = [UInt8](repeating: 7, count: 1025)
        for (what, bytes) in keys {
            let left = Self.left[1]
            try test.write(bytes, to: left, in: TestKeys.secrets)
            // Also for who makes a key of the same store.
            try test.root().prepare(1, keeping: nil, for: store)
            #expect(try test.read(left, in: TestKeys.secrets) == bytes, "\(what)")
        }
    }

    /// What somebody else is just writing, or calls so, stays.
    @Test func whatIsNotLeftStays() throws {
        let test = try TestKeys()
        let held = Self.left[1]
        let others = [".other.key.tmp-0123456789abcdef", ".root.key.tmp-1", ".root.key.tmp-0123456789ABCDEF"]
        for name in others + [held, "kept"] { try test.write([7], to: name, in: TestKeys.secrets) }
        let directory = try test.fileSystem.openDirectory(TestKeys.secrets)
        // A second name of something else.
        try directory.link("kept", to: ".root.key.tmp-00000000000000ff", in: directory)
        let writer = try Self.open(held, test)
        #expect(try writer.lock(.exclusive, blocking: false))
        _ = try test.open().seal("x", for: "a")
        let stays = others + [held, "kept", ".root.key.tmp-00000000000000ff"]
        #expect(try Self.names(test) == (stays + ["root.key"]).sorted())
        for name in stays { #expect(try test.read(name, in: TestKeys.secrets) == [7]) }
    }
}
