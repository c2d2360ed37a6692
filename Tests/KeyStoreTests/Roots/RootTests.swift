import FileSystemSeam
import KeyStore
import Testing

@Suite("Root keys")
struct RootTests {
    private static let cheap = PassphraseRoot.Cost(passes: 1, memoryBytes: 8192)

    private static func passphrase(_ text: String, _ test: TestKeys) throws -> PassphraseRoot {
        var bytes = Array(text.utf8)
        let root = try PassphraseRoot(wiping: &bytes, cost: cheap, fileSystem: test.fileSystem)
        #expect(bytes.allSatisfy { $0 == 0 })
        return root
    }

    @Test func aPassphraseOpensWhatItMade() throws {
        let test = try TestKeys()
        let store = try test.open(root: try Self.passphrase("correct horse", test))
        let box = try store.seal("x", for: "a")
        #expect(try test.open(root: try Self.passphrase("correct horse", test)).read(box, for: "a") == "x")
        #expect { try test.open(root: try Self.passphrase("correct horsf", test)) } throws: { error in
            if case .wrongRoot? = error as? KeyStoreError { true } else { false }
        }
        #expect(throws: RootKeyError.self) { try Self.passphrase("", test) }
    }

    /// What it wrapped at a greater cost nobody would unwrap: a store would be made that never opens again.
    @Test func aCostThatIsRefusedLaterIsRefusedAtOnce() throws {
        let test = try TestKeys()
        let most = PassphraseRoot.costMaximum
        for cost in [
            PassphraseRoot.Cost(passes: most.passes + 1, memoryBytes: 8192),
            PassphraseRoot.Cost(passes: 1, memoryBytes: most.memoryBytes + 1),
        ] {
            var bytes = Array("p".utf8)
            #expect(throws: RootKeyError.self) {
                try PassphraseRoot(wiping: &bytes, cost: cost, fileSystem: test.fileSystem)
            }
            #expect(bytes == [0])
        }
        func root() throws -> PassphraseRoot {
            var bytes = Array("p".utf8)
            let cost = PassphraseRoot.Cost(passes: most.passes, memoryBytes: 8192)
            return try PassphraseRoot(wiping: &bytes, cost: cost, fileSystem: test.fileSystem)
        }
        let box = try test.open(root: try root()).seal("x", for: "a")
        #expect(try test.open(root: try root()).read(box, for: "a") == "x")
    }

    /// A passphrase cannot be destroyed, and the receipt says so.
    @Test func aPassphraseNeverExceedsOverwritten() throws {
        let test = try TestKeys()
        let store = try test.open(root: try Self.passphrase("p", test))
        let box = try store.seal("x", for: "a")
        let receipt = try store.shred(.entity("a"), reason: "")
        #expect(receipt.assurance == .overwritten)
        #expect(receipt.residualRisks.contains(.passphraseRoot))
        #expect(try store.read(box, for: "a") == "shredded")
    }

    @Test func rewrappingMovesTheStoreToAnotherRoot() throws {
        let test = try TestKeys()
        let store = try test.open()
        let box = try store.seal("x", for: "a")
        let gone = try store.seal("y", for: "b")
        _ = try store.shred(.entity("b"), reason: "")
        try store.rewrap(test.root("second.key"))
        #expect(try store.read(box, for: "a") == "x")
        #expect(try test.open(root: test.root("second.key")).read(box, for: "a") == "x")
        #expect(try test.open(root: test.root("second.key")).read(gone, for: "b") == "shredded")
        #expect { try test.open() } throws: { error in
            if case .wrongRoot? = error as? KeyStoreError { true } else { false }
        }
        // Nothing is left of the first root's secrets, so no later receipt names it.
        #expect(try test.root().inventory(of: nil).generations == [])
        #expect(try store.shred(.entity("a"), reason: "").residualRisks.isDisjoint(with: .earlierRoot))
    }

    @Test func rewrappingWithTheSameRootRenewsItsSecret() throws {
        let test = try TestKeys()
        let root = test.root()
        let store = try test.open(root: root)
        let box = try store.seal("x", for: "a")
        let before = try root.inventory(of: nil).generations
        try store.rewrap(root)
        #expect(try root.inventory(of: nil).generations.isDisjoint(with: before))
        #expect(try test.open().read(box, for: "a") == "x")
    }

    /// The next generation's secret is in the file before the checkpoint that needs it, and the old one is gone after.
    @Test func aGenerationHasASecretOfItsOwn() throws {
        let test = try TestKeys()
        let root = test.root()
        let store = try test.open(root: root, options: KeyStoreOptions(journalRecordMaximum: 1))
        var seen: Set<[UInt8]> = []
        for number in 0..<6 {
            _ = try store.seal("x", for: "e\(number)")
            let bytes = try test.read("root.key", in: TestKeys.secrets)
            let inventory = try root.inventory(of: nil)
            #expect(inventory.generations.count == 1 && inventory.wasCompleted)
            for slot in [0, 512] where bytes[slot + 8] == 1 { seen.insert(Array(bytes[slot + 40..<slot + 72])) }
        }
        #expect(seen.count == 6)
    }

    /// A provider of somebody else's, which keeps secrets outside of the machine.
    @Test func aProviderOfOnesOwnWorks() throws {
        let test = try TestKeys()
        let root = OutsideRoot()
        let store = try test.open(root: root)
        let box = try store.seal("x", for: "a")
        let kept = try store.seal("y", for: "b")
        let receipt = try store.shred(.entity("a"), reason: "")
        #expect(receipt.assurance == .externallyDestroyed)
        #expect(!receipt.residualRisks.contains(.deviceRemapping))
        #expect(try test.open(root: root).read(box, for: "a") == "shredded")
        #expect(try test.open(root: root).read(kept, for: "b") == "y")
    }

    /// A keyset names its provider's kind in 23 bytes: one that does not fit would never be recognised again.
    @Test(arguments: ["", String(repeating: "k", count: 24), "schlüssel", "a\nb", "a\0b"])
    func aKindThatCannotBeNamedIsRefused(kind: String) throws {
        func isRefused(_ error: any Error) -> Bool {
            if case .root(.failed)? = error as? KeyStoreError { true } else { false }
        }
        let test = try TestKeys()
        let odd = OutsideRoot(kind)
        #expect { try test.open(root: odd) } throws: { isRefused($0) }
        #expect(throws: FileSystemError.self, "the directory was made") { try test.directory() }
        let store = try test.open()
        let box = try store.seal("x", for: "a")
        #expect { try store.rewrap(odd) } throws: { isRefused($0) }
        #expect(try odd.inventory(of: nil).generations == [] && !store.isDirty)
        for opened in [store, try test.open()] { #expect(try opened.read(box, for: "a") == "x") }
        #expect { try test.open(root: odd) } throws: { isRefused($0) }
    }

    @Test func theLongestKindIsRecognised() throws {
        let test = try TestKeys()
        let root = OutsideRoot("a service ~ 23 bytes ok")
        #expect(root.kind.utf8.count == 23)
        let box = try test.open(root: root).seal("x", for: "a")
        #expect(try test.open(root: root).read(box, for: "a") == "x")
    }
}
