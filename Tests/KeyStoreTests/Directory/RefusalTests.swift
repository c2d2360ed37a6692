import Canonical
import FileSystemSeam
import KeyStore
import Testing

@Suite("Keysets that are not opened")
struct RefusalTests {
    /// A store with two generations, live keys, a destroyed one and records in its journal.
    private static func used() throws -> (TestKeys, [SealedBox]) {
        let test = try TestKeys()
        let store = try test.open()
        let boxes = [try store.seal("a", for: "a"), try store.seal("b", for: "b")]
        _ = try store.shred(.entity("a"), reason: "")
        return (test, boxes + [try store.seal("c", for: "c")])
    }

    private static func failure(_ body: () throws -> Void) -> KeyStoreError? {
        do { try body() } catch let error as KeyStoreError { return error } catch {}
        return nil
    }

    @Test func everyFlippedByteOfTheCheckpointIsNoticed() throws {
        let (test, boxes) = try Self.used()
        let bytes = try test.read("keyset")
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 1 << UInt8(index % 8)
            try test.write(damaged, to: "keyset")
            let error = Self.failure { _ = try test.open() }
            guard case .corrupt("keyset", _, _)? = error else {
                Issue.record("byte \(index): \(error.map { "\($0)" } ?? "opened")")
                continue
            }
        }
        try test.write(bytes, to: "keyset")
        #expect(try test.open().read(boxes[2], for: "c") == "c")
    }

    @Test func everyFlippedByteOfTheJournalIsNoticed() throws {
        let (test, boxes) = try Self.used()
        let name = try test.journalName()
        let bytes = try test.read(name)
        #expect(bytes.count == 5 * 512)
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 1 << UInt8(index % 8)
            try test.write(damaged, to: name)
            let error = Self.failure { _ = try test.open() }
            guard case .corrupt(name, index / 512 * 512, _)? = error else {
                Issue.record("byte \(index): \(error.map { "\($0)" } ?? "opened")")
                continue
            }
        }
        try test.write(bytes, to: name)
        #expect(try test.open().read(boxes[2], for: "c") == "c")
    }

    @Test func everyFlippedByteOfTheRootKeyIsNoticed() throws {
        let (test, boxes) = try Self.used()
        let bytes = try test.read("root.key", in: TestKeys.secrets)
        #expect(bytes.count == 1024)
        var refused = 0
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 1 << UInt8(index % 8)
            try test.write(damaged, to: "root.key", in: TestKeys.secrets)
            // The slot that is not in use may be damaged: it is written again.
            var text = ""
            if let error = Self.failure({ text = try test.open().read(boxes[2], for: "c") }) {
                refused += 1
                #expect(error.code.contains("root"), "\(index): \(error)")
            } else {
                #expect(text == "c")
            }
        }
        #expect(refused == 512)
    }

    @Test func aTornEndOfTheJournalIsNot() throws {
        let (test, boxes) = try Self.used()
        let name = try test.journalName()
        let bytes = try test.read(name)
        for tail in [
            [UInt8](repeating: 7, count: 511), [1], [UInt8](repeating: 0, count: 512),
            [UInt8](repeating: 0, count: 1500),
        ] {
            try test.write(bytes + tail, to: name)
            let store = try test.open()
            #expect(try store.read(boxes[2], for: "c") == "c")
            let box = try store.seal("d", for: "d")
            #expect(try test.open().read(box, for: "d") == "d")
        }
        try test.write(bytes + [UInt8](repeating: 7, count: 512), to: name)
        #expect(Self.failure { _ = try test.open() } != nil)
    }

    @Test func shortFilesAreNoEmptyStores() throws {
        let (test, _) = try Self.used()
        let bytes = try test.read("keyset")
        for count in [0, 1, 8, 511, 1024, 1536, bytes.count - 1] {
            try test.write(Array(bytes[..<count]), to: "keyset")
            guard case .corrupt? = Self.failure({ _ = try test.open() }) else {
                Issue.record("\(count) bytes of the keyset were opened")
                continue
            }
        }
        try test.write(bytes, to: "keyset")
        let name = try test.journalName()
        let journal = try test.read(name)
        for count in [0, 511] {
            try test.write(Array(journal[..<count]), to: name)
            guard case .corrupt(name, 0, _)? = Self.failure({ _ = try test.open() }) else {
                Issue.record("\(count) bytes of the journal were opened")
                continue
            }
        }
    }

    @Test func aMissingJournalIsAnError() throws {
        let (test, _) = try Self.used()
        let name = try test.journalName()
        try test.directory().remove(name)
        #expect(Self.failure { _ = try test.open() } == .journalMissing(file: name))
    }

    /// A lost keyset is never an empty store, whatever it is that remembers it.
    @Test func aMissingKeysetIsALoss() throws {
        for kept in ["journal", "receipts", "root", "mark"] {
            let (test, _) = try Self.used()
            let mark = try test.open().position()
            let directory = try test.directory()
            try directory.remove("keyset")
            if kept != "journal" { try directory.remove(try test.journalName()) }
            if kept != "receipts" { try directory.removeRecursively("receipts") }
            if kept != "root" { try test.fileSystem.openDirectory(TestKeys.secrets).remove("root.key") }
            let error = Self.failure { _ = try test.open(highWater: kept == "mark" ? mark : nil) }
            guard case .keysetMissing? = error else {
                Issue.record("with \(kept): \(error.map { "\($0)" } ?? "opened")")
                continue
            }
        }
    }

    /// Where nothing remembers it a new store is made, and its answer to old boxes is not "shredded", also not later.
    @Test func aNewStoreDoesNotCallOldBoxesShredded() throws {
        let (test, boxes) = try Self.used()
        let directory = try test.directory()
        for name in try test.names() { try directory.removeRecursively(name) }
        try test.fileSystem.openDirectory(TestKeys.secrets).remove("root.key")
        let store = try test.open()
        for _ in 0..<2 {
            for (box, entity) in zip(boxes, ["a", "b", "c"]) {
                #expect(throws: KeyStoreError.unknownKey(box.keyID)) { try store.read(box, for: entity) }
            }
            for entity in ["a", "b", "c"] { _ = try store.seal("new", for: entity) }
        }
    }

    @Test func nothingIsMadeWhereAStoreIsExpected() throws {
        let test = try TestKeys()
        let options = KeyStoreOptions(createsWhenAbsent: false)
        guard case .keysetMissing? = Self.failure({ _ = try test.open(options: options) }) else {
            Issue.record("it was opened")
            return
        }
        #expect(try test.fileSystem.openDirectory("/").exists("keys") == false)
    }

    @Test func anotherGranularityIsRefused() throws {
        let (test, _) = try Self.used()
        let error = Self.failure { _ = try test.open(.event) }
        #expect(error == .wrongGranularity(path: "/keys", expected: .event, found: .entity))
    }

    @Test func anotherVersionIsRefused() throws {
        let (test, _) = try Self.used()
        var bytes = try test.read("keyset")
        bytes[8] = 2
        bytes.replaceSubrange((bytes.count - 32)..., with: Digest(hashing: Array(bytes.dropLast(32))).bytes)
        try test.write(bytes, to: "keyset")
        #expect(Self.failure { _ = try test.open() } == .unsupportedVersion(file: "keyset", version: 2))
    }

    /// With a right SHA-256 but without the key nobody writes a keyset.
    @Test func aForgedKeysetIsRefused() throws {
        let (test, _) = try Self.used()
        var bytes = try test.read("keyset")
        bytes[1536 + 52] = 4
        bytes.replaceSubrange((bytes.count - 32)..., with: Digest(hashing: Array(bytes.dropLast(32))).bytes)
        try test.write(bytes, to: "keyset")
        guard case .corrupt("keyset", _, _)? = Self.failure({ _ = try test.open() }) else {
            Issue.record("it was opened")
            return
        }
    }

    @Test func anotherRootKeyIsRefused() throws {
        let (test, _) = try Self.used()
        let other = try TestKeys()
        _ = try other.open().seal("x", for: "x")
        let foreign = try other.read("root.key", in: TestKeys.secrets)
        let own = try test.read("root.key", in: TestKeys.secrets)
        try test.write(foreign, to: "root.key", in: TestKeys.secrets)
        guard case .wrongRoot? = Self.failure({ _ = try test.open() }) else {
            Issue.record("it was opened")
            return
        }
        try test.fileSystem.openDirectory(TestKeys.secrets).remove("root.key")
        guard case .root(.missing)? = Self.failure({ _ = try test.open() }) else {
            Issue.record("it was opened")
            return
        }
        var passphrase = Array("guess".utf8)
        let root = try PassphraseRoot(wiping: &passphrase, fileSystem: test.fileSystem)
        guard case .wrongRoot? = Self.failure({ _ = try test.open(root: root) }) else {
            Issue.record("it was opened")
            return
        }
        try test.write(own, to: "root.key", in: TestKeys.secrets)
        _ = try test.open()
    }

    /// One root key serves one store.
    @Test func aRootKeyInUseIsNotTaken() throws {
        let (test, _) = try Self.used()
        #expect(throws: KeyStoreError.self) {
            try ScopedKeyStore.open("/other", root: test.root(), fileSystem: test.fileSystem)
        }
        _ = try test.open()
    }
}
