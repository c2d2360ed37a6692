import FileSystemSeam
import KeyStore
import Testing

/// A store that was moved from a root key whose secrets may live: what opens old copies of it is named in every
/// receipt.
@Suite("A root key that may live")
struct EarlierRootTests {
    private static func risks(_ store: ScopedKeyStore, _ entity: String = "a") throws -> ResidualRisks {
        try store.shred(.entity(entity), reason: "").residualRisks
    }

    @Test func aPassphraseIsNamedAfterItWasLeft() throws {
        let test = try TestKeys()
        var bytes = Array("p".utf8)
        let cost = PassphraseRoot.Cost(passes: 1, memoryBytes: 8192)
        let passphrase = try PassphraseRoot(wiping: &bytes, cost: cost, fileSystem: test.fileSystem)
        let store = try test.open(root: passphrase)
        for entity in ["a", "b"] { _ = try store.seal("x", for: entity) }
        try store.rewrap(test.root())
        #expect(try Self.risks(store).contains(.earlierRoot))
        #expect(try Self.risks(test.open(), "b").contains(.earlierRoot))
    }

    /// Copies of the keyset from before the move open with it: the receipt says no more than that one passphrase would
    /// allow.
    @Test(arguments: ["ext4", "btrfs"]) func nothingIsCalledEffacedThatItOpens(_ type: String) throws {
        let test = try TestKeys()
        test.disk.mountFacts.fileSystemType = type
        var bytes = Array("p".utf8)
        let cost = PassphraseRoot.Cost(passes: 1, memoryBytes: 8192)
        let passphrase = try PassphraseRoot(wiping: &bytes, cost: cost, fileSystem: test.fileSystem)
        let store = try test.open(root: passphrase)
        _ = try store.seal("x", for: "a")
        try store.rewrap(OutsideRoot())
        let assurance = try store.shred(.entity("a"), reason: "").assurance
        #expect(assurance == (type == "ext4" ? .overwritten : .unlinkedOnly))
        // Without an earlier one it is what the provider says.
        let other = try TestKeys()
        other.disk.mountFacts.fileSystemType = type
        let alone = try other.open(root: OutsideRoot())
        _ = try alone.seal("x", for: "a")
        #expect(try alone.shred(.entity("a"), reason: "").assurance == .externallyDestroyed)
    }

    /// The second move destroys the second root key, and says nothing of the first.
    @Test func oneThatCouldNotBeDestroyedIsNamedForGood() throws {
        let test = try TestKeys()
        let first = StubbornRoot(test.root())
        first.allow(true)
        let store = try test.open(root: first)
        _ = try store.seal("x", for: "a")
        first.allow(false)
        #expect(throws: KeyStoreError.self) { try store.rewrap(test.root("second.key")) }
        try store.rewrap(test.root("third.key"))
        #expect(try test.root().inventory(of: nil).generations != [])
        #expect(try test.root("second.key").inventory(of: nil).generations == [])
        #expect(try Self.risks(store).contains(.earlierRoot))
    }

    /// Overwriting the old file went elsewhere; the new one lies where it does not.
    @Test func whereItLayIsAsked() throws {
        let test = try TestKeys()
        let store = try test.open()
        _ = try store.seal("x", for: "a")
        test.disk.mountFacts.fileSystemType = "btrfs"
        try store.rewrap(test.root("second.key"))
        test.disk.mountFacts.fileSystemType = "ext4"
        #expect(try Self.risks(store).contains(.earlierRoot))
    }

    /// Its file was taken away before: nobody knows what became of it.
    @Test func oneThatIsGoneIsNamed() throws {
        let test = try TestKeys()
        let store = try test.open()
        _ = try store.seal("x", for: "a")
        let secrets = try test.fileSystem.openDirectory(TestKeys.secrets)
        try secrets.rename("root.key", to: "elsewhere", in: secrets, exclusive: true)
        try store.rewrap(test.root("second.key"))
        #expect(try Self.risks(store).contains(.earlierRoot))
    }

    /// Something else stands at its name: what is overwritten then is not what was in use.
    @Test(arguments: ["", "zeros", "older"]) func oneWhoseFileWasReplacedIsNamed(contents: String) throws {
        let test = try TestKeys()
        let store = try test.open()
        _ = try store.seal("x", for: "a")
        let secrets = try test.fileSystem.openDirectory(TestKeys.secrets)
        let older = try secrets.readFile("root.key", maximumBytes: 4096)
        for entity in ["b", "c"] {
            _ = try store.seal("x", for: entity)
            _ = try store.shred(.entity(entity), reason: "")
        }
        try secrets.rename("root.key", to: "elsewhere", in: secrets, exclusive: true)
        let bytes: [UInt8] = contents == "older" ? older : [UInt8](repeating: 0, count: contents.isEmpty ? 0 : 1024)
        try secrets.publishExclusively("root.key", bytes, syncDirectory: true)
        try store.rewrap(test.root("second.key"))
        #expect(try Self.risks(store).contains(.earlierRoot))
    }
}
