import FileSystemSeam
import KeyStore
import Testing

/// A copy of a store, root key included, was put back, and somebody went on with it: its counters come as far as those
/// of the store, or further, and other keys were destroyed in it.
@Suite("A copy that went on by itself")
struct ForkTests {
    /// The store's files and its root key.
    private struct Copy {
        private let files: [(name: String, path: String, bytes: [UInt8])]

        init(of test: TestKeys) throws {
            var files: [(name: String, path: String, bytes: [UInt8])] = []
            for name in try test.names() where name != "keyset.lock" && name != "receipts" {
                files.append((name, TestKeys.path, try test.read(name)))
            }
            files.append(("root.key", TestKeys.secrets, try test.read("root.key", in: TestKeys.secrets)))
            if try test.names().contains("receipts") {
                let receipts = "\(TestKeys.path)/receipts"
                for entry in try test.fileSystem.openDirectory(receipts).entries() {
                    files.append((entry.name, receipts, try test.read(entry.name, in: receipts)))
                }
            }
            self.files = files
        }

        /// Everything of the store is taken away first; each file comes with an inode of its own.
        func putBack(in test: TestKeys) throws {
            let directory = try test.directory()
            for name in try test.names() where name != "keyset.lock" { try directory.removeRecursively(name) }
            _ = try test.fileSystem.openDirectory("\(TestKeys.path)/receipts", creating: .ownerDirectory)
            for file in files { try test.write(file.bytes, to: file.name, in: file.path) }
        }
    }

    private static func isRolledBack(_ error: any Error) -> Bool {
        if case .rolledBack? = error as? KeyStoreError { true } else { false }
    }

    private static let others = ["another scope", "more scopes", "the same scope"]

    /// Destroys something in the copy.
    private static func goOn(_ other: String, in test: TestKeys) throws {
        let fork = try test.open()
        switch other {
        case "another scope": _ = try fork.shred(.entity("b"), reason: "")
        case "more scopes": for entity in ["b", "c"] { _ = try fork.shred(.entity(entity), reason: "") }
        default: _ = try fork.shred(.entity("a"), reason: "another time")
        }
    }

    private static func used() throws -> (TestKeys, ScopedKeyStore, SealedBox) {
        let test = try TestKeys()
        let store = try test.open()
        let box = try store.seal("x", for: "a")
        for entity in ["b", "c"] { _ = try store.seal("y", for: entity) }
        return (test, store, box)
    }

    @Test(arguments: others) func whoHasTheStoreOpenRefusesIt(_ other: String) throws {
        let (test, store, box) = try Self.used()
        let copy = try Copy(of: test)
        let receipt = try store.shred(.entity("a"), reason: "")
        let whole = try Copy(of: test)
        try copy.putBack(in: test)
        try Self.goOn(other, in: test)
        for _ in 0..<2 {
            #expect(performing: { try store.read(box, for: "a") }, throws: Self.isRolledBack)
            #expect(performing: { try store.seal("z", for: "d") }, throws: Self.isRolledBack)
        }
        // What it knows it still knows, once the store is back.
        try whole.putBack(in: test)
        #expect(try store.open(box, associatedData: Array("a".utf8)) == .shredded(receipt))
    }

    /// What was acknowledged here is missing there, and stays in memory.
    @Test func aKeyThatIsMissingThereStaysInHand() throws {
        let (test, store, _) = try Self.used()
        let copy = try Copy(of: test)
        let box = try store.seal("z", for: "d")
        let key = try #require(try store.key(.entity("d")))
        let whole = try Copy(of: test)
        try copy.putBack(in: test)
        try Self.goOn("another scope", in: test)
        #expect(performing: { try store.read(box, for: "d") }, throws: Self.isRolledBack)
        _ = try key.seal(nonce: [UInt8](repeating: 0, count: 24), associatedData: [], plaintext: [])
        try whole.putBack(in: test)
        #expect(try store.read(box, for: "d") == "z")
    }

    @Test(arguments: others) func theHighWaterMarkRefusesIt(_ other: String) throws {
        let (test, store, box) = try Self.used()
        let copy = try Copy(of: test)
        _ = try store.shred(.entity("a"), reason: "")
        let mark = try store.position()
        store.close()
        let whole = try Copy(of: test)
        try copy.putBack(in: test)
        try Self.goOn(other, in: test)
        #expect(performing: { try test.open(highWater: mark) }, throws: Self.isRolledBack)
        // The counters alone do not know.
        let counters = KeysetPosition(generation: mark.generation, sequence: mark.sequence)
        #expect(try test.open(highWater: counters).read(box, for: "a") == (other == Self.others[2] ? "shredded" : "x"))
        // The store itself passes, also further on.
        try whole.putBack(in: test)
        let next = try test.open(highWater: mark)
        for entity in ["b", "c"] { _ = try next.shred(.entity(entity), reason: "") }
        #expect(try test.open(highWater: mark).read(box, for: "a") == "shredded")
    }

    /// The receipts since the mark are what it is followed along.
    @Test func aMarkWithoutItsReceiptsIsRefused() throws {
        let (test, store, _) = try Self.used()
        _ = try store.shred(.entity("a"), reason: "")
        let mark = try store.position()
        for entity in ["b", "c"] { _ = try store.shred(.entity(entity), reason: "") }
        let receipts = "\(TestKeys.path)/receipts"
        let second = try test.read("00000002.json", in: receipts)
        for number in 2...3 {
            let name = "0000000\(number).json"
            let bytes = try test.read(name, in: receipts)
            try test.write(number == 2 ? Array(second.dropLast()) : second, to: name, in: receipts)
            #expect {
                try test.open(highWater: mark)
            } throws: { error in
                if case .malformedReceipt? = error as? KeyStoreError { true } else { false }
            }
            try test.write(bytes, to: name, in: receipts)
        }
        _ = try test.open(highWater: mark)
    }

    /// Two histories have a first receipt, each signed by the store.
    @Test func itsReceiptIsNotTheStores() throws {
        let (test, store, _) = try Self.used()
        let boxes = try ["b", "c"].map { try store.seal("x", for: $0) }
        let copy = try Copy(of: test)
        let foreign = try store.shred(.entity("a"), reason: "")
        store.close()
        try copy.putBack(in: test)
        let fork = try test.open()
        let receipts = "\(TestKeys.path)/receipts"
        let own = try fork.shred(.entity("b"), reason: "")
        for isLast in [true, false] {
            if !isLast { _ = try fork.shred(.entity("c"), reason: "") }
            try test.write(foreign.bytes, to: "00000001.json", in: receipts)
            for opened in [fork, try test.open()] {
                for act in [
                    { _ = try opened.shred(.entity("b"), reason: "again") },
                    { _ = try opened.open(boxes[0], associatedData: Array("b".utf8)) },
                ] {
                    #expect {
                        try act()
                    } throws: { error in
                        if case .malformedReceipt? = error as? KeyStoreError { true } else { false }
                    }
                }
                if isLast { #expect(throws: KeyStoreError.self) { try opened.receipt(1) } }
                #expect(try opened.verifyErasure(foreign).findings.contains(.otherReceipt))
                #expect(try opened.verifyErasure(own).isErased)
            }
            let findings = try ScopedKeyStore.survey(TestKeys.path, fileSystem: test.fileSystem).findings
            #expect(findings.count == 1)
            try test.write(own.bytes, to: "00000001.json", in: receipts)
            #expect(try ScopedKeyStore.survey(TestKeys.path, fileSystem: test.fileSystem).findings == [])
        }
        #expect(try fork.read(boxes[1], for: "c") == "shredded")
    }

    /// The same scope was destroyed in both, first of all: only the receipts that came after tell which receipt is the
    /// store's.
    @Test(arguments: [false, true]) func itsReceiptOfTheSameKeyIsNotTheStores(isMissing: Bool) throws {
        let (test, store, _) = try Self.used()
        let copy = try Copy(of: test)
        let foreign = try store.shred(.entity("a"), reason: "in the copy")
        store.close()
        try copy.putBack(in: test)
        let own = try test.open()
        let receipt = try own.shred(.entity("a"), reason: "")
        #expect(try own.verifyErasure(foreign).findings == [.otherReceipt])
        for entity in ["b", "c"] { _ = try own.shred(.entity(entity), reason: "") }
        if isMissing { try test.fileSystem.openDirectory("\(TestKeys.path)/receipts").remove("00000003.json") }
        #expect(try own.verifyErasure(foreign).findings == (isMissing ? [] : [.otherReceipt]))
        #expect(try own.verifyErasure(receipt).isErased)
    }
}
