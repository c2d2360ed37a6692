import FileSystemSeam
import KeyStore
import Testing

/// What others put into a store's directory.
@Suite("Foreign files in a store's directory")
struct ForeignFileTests {
    /// A receipt is signed with the key that it carries; it says something only when that key is this store's.
    @Test func anotherStoresReceiptIsNoReceipt() throws {
        let (test, other) = (try TestKeys(), try TestKeys())
        // Two simulated machines give the same randomness: the second store is not to be the first one again.
        _ = try PayloadKey(random: other.fileSystem)
        var receipts: [[UInt8]] = []
        var stores: [ScopedKeyStore] = []
        var boxes: [SealedBox] = []
        for keys in [test, other] {
            let store = try keys.open()
            boxes.append(try store.seal("x", for: "a"))
            receipts.append(try store.shred(.entity("a"), reason: "asked for").bytes)
            stores.append(store)
        }
        #expect(receipts[0] != receipts[1])
        let path = "\(TestKeys.path)/receipts"
        try test.write(receipts[1], to: "00000001.json", in: path)
        for store in [stores[0], try test.open()] {
            for act in [
                { _ = try store.receipt(1) },
                { _ = try store.open(boxes[0], associatedData: Array("a".utf8)) },
                { _ = try store.shred(.entity("a"), reason: "again") },
            ] {
                #expect {
                    try act()
                } throws: { error in
                    if case .malformedReceipt? = error as? KeyStoreError { true } else { false }
                }
            }
        }
        try test.write(receipts[0], to: "00000001.json", in: path)
        #expect(try stores[0].read(boxes[0], for: "a") == "shredded")
    }

    /// A file that begins with zeros, as images of file systems do, is no root key that was never written.
    @Test(arguments: [4096, 1025]) func aLongerFileIsNoRootKey(byteCount: Int) throws {
        let test = try TestKeys()
        let bytes = [UInt8](repeating: 0, count: 1024) + [UInt8](repeating: 7, count: byteCount - 1024)
        try test.write(bytes, to: "root.key", in: TestKeys.secrets)
        #expect {
            try test.open()
        } throws: { error in
            guard case .root(.damaged(_, let reason))? = error as? KeyStoreError else { return false }
            return reason == "it has \(byteCount) bytes, and a root key 1024"
        }
        #expect(try test.read("root.key", in: TestKeys.secrets) == bytes)
        #expect(try test.names().filter { $0 != "keyset.lock" } == [])
        // One that was made and never written to is taken, however short.
        for count in [0, 512, 1024] {
            let fresh = try TestKeys()
            try fresh.write([UInt8](repeating: 0, count: count), to: "root.key", in: TestKeys.secrets)
            let box = try fresh.open().seal("x", for: "a")
            #expect(try fresh.open().read(box, for: "a") == "x")
        }
    }

    /// Nor is another receipt of the same store.
    @Test func anotherReceiptIsNotTheOne() throws {
        let test = try TestKeys()
        let store = try test.open()
        let box = try store.seal("x", for: "a")
        _ = try store.seal("y", for: "b")
        _ = try store.shred(.entity("a"), reason: "")
        let second = try store.shred(.entity("b"), reason: "")
        try test.write(second.bytes, to: "00000001.json", in: "\(TestKeys.path)/receipts")
        #expect(throws: KeyStoreError.self) { try store.receipt(1) }
        #expect(throws: KeyStoreError.self) { try store.open(box, associatedData: Array("a".utf8)) }
        #expect(try store.receipt(2) == second)
    }

    /// Only names that the store gives are overwritten and removed, and nothing else keeps a key from being destroyed.
    @Test func whatOnlyBeginsLikeAnOldFileIsLeft() throws {
        let test = try TestKeys()
        let store = try test.open()
        _ = try store.seal("x", for: "a")
        let directory = try test.directory()
        try directory.makeDirectory("keyset-before-the-move", permissions: .ownerDirectory)
        let names = ["journal-notes.txt", "keyset-0123456789ABCDEF", "journal-0123456789abcdef0"]
        for name in names { try test.write(Array("mine".utf8), to: name) }
        let receipt = try store.shred(.entity("a"), reason: "")
        #expect(try store.verifyErasure(receipt).findings == [])
        #expect(!store.isDirty)
        for opened in [store, try test.open()] {
            #expect(!opened.isDirty)
            for name in names { #expect(try test.read(name) == Array("mine".utf8)) }
            #expect(try directory.exists("keyset-before-the-move"))
        }
        #expect(try ScopedKeyStore.survey(TestKeys.path, fileSystem: test.fileSystem).findings == [])
    }

    /// Everything with such a name is the store's, and is swept or written over.
    @Test(arguments: [
        "keyset", ".keyset.tmp", "keyset.lock", "receipts", "keyset-0123456789abcdef", "journal-0123456789abcdef",
    ]) func aRootKeyHasNoNameOfTheStores(name: String) throws {
        func isRefused(_ error: any Error) -> Bool {
            if case .root(.failed)? = error as? KeyStoreError { true } else { false }
        }
        let test = try TestKeys()
        for path in [TestKeys.path, "\(TestKeys.path)/.", "/\(TestKeys.path)"] {
            let root = RootKeyFile(in: path, name: name, fileSystem: test.fileSystem)
            #expect { try test.open(root: root) } throws: { isRefused($0) }
            #expect(try test.names() == [])
        }
        // Elsewhere it may be called what it likes.
        let root = test.root(name)
        let store = try test.open(root: root)
        let box = try store.seal("x", for: "a")
        let inside = RootKeyFile(in: TestKeys.path, name: name, fileSystem: test.fileSystem)
        #expect { try store.rewrap(inside) } throws: { isRefused($0) }
        #expect(try test.open(root: root).read(box, for: "a") == "x")
        // And in the store's directory, what the store does not call its own.
        try store.rewrap(RootKeyFile(in: TestKeys.path, name: "keyset-", fileSystem: test.fileSystem))
        #expect(try store.read(box, for: "a") == "x")
    }

    /// Without its receipt a destroyed key is destroyed all the same.
    @Test func whatAMissingReceiptIsOfIsDestroyed() throws {
        let test = try TestKeys()
        let store = try test.open()
        let box = try store.seal("x", for: "a")
        _ = try store.shred(.entity("a"), reason: "")
        try test.fileSystem.openDirectory("\(TestKeys.path)/receipts").remove("00000001.json")
        #expect {
            try store.read(box, for: "a")
        } throws: { error in
            guard case .malformedReceipt(let reason)? = error as? KeyStoreError else { return false }
            return reason.contains("is missing") && reason.contains("The key \(box.keyID) was destroyed")
        }
    }

    /// A tombstone whose receipt cannot be written is not all that there is to a destruction.
    @Test func withoutAReceiptADestructionIsNotFinished() throws {
        let test = try TestKeys()
        let store = try test.open()
        let box = try store.seal("x", for: "a")
        try test.write([], to: "receipts")
        #expect(throws: KeyStoreError.self) { try store.shred(.entity("a"), reason: "") }
        #expect(throws: KeyStoreError.destroying(box.keyID)) { try store.read(box, for: "a") }
        #expect(try store.keyRecords().map(\.state) == [.destroying] && store.keyRecords()[0].receipt == nil)
        // Who opens the store meanwhile is told what is in the way, until it is done.
        let opened = try test.open()
        guard case .io(_, let file)? = opened.unfinishedCause else {
            Issue.record("\(String(describing: opened.unfinishedCause))")
            return
        }
        #expect(opened.isDirty && file.hasPrefix("receipts"))
        try test.directory().remove("receipts")
        try opened.flush()
        #expect(opened.unfinishedCause == nil && !opened.isDirty)
        let receipt = try store.shred(.entity("a"), reason: "")
        #expect(try store.keyRecords().map(\.state) == [.destroyed] && store.keyRecords()[0].receipt == receipt.number)
    }
}
