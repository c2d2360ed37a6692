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
        for file in files { #expect(try file.readAll(maximumBytes: 2000).allSatisfy { $0 == 0 }) }
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
