import FileSystemSeam
import KeyStore
import Testing

/// Somebody puts another file at the journal's name while stores are open, as tools do that restore or copy: what is
/// written into the one that lost its name is found by nobody.
@Suite("A journal that was replaced")
struct ReplacedJournalTests {
    private static func replace(_ test: TestKeys, dropping records: Int = 0) throws {
        let name = try test.journalName()
        let bytes = try test.read(name)
        try test.write(Array(bytes.dropLast(512 * records)), to: "copy")
        let directory = try test.directory()
        try directory.rename("copy", to: name, in: directory, exclusive: false)
    }

    @Test func whatIsSealedAfterwardsOpens() throws {
        let test = try TestKeys()
        let store = try test.open()
        let first = try store.seal("1", for: "a")
        let key = try #require(try store.key(.entity("a")))
        try Self.replace(test)
        #expect(try store.read(first, for: "a") == "1")
        let second = try store.seal("2", for: "b")
        for opened in [store, try test.open()] {
            #expect(try opened.read(first, for: "a") == "1")
            #expect(try opened.read(second, for: "b") == "2")
        }
        _ = try key.seal(nonce: [UInt8](repeating: 0, count: 24), associatedData: [], plaintext: [])
    }

    /// With fewer records: what was acknowledged is gone, and that is said.
    @Test func anOlderOneIsRefused() throws {
        let test = try TestKeys()
        let store = try test.open()
        let box = try store.seal("1", for: "a")
        let key = try #require(try store.key(.entity("a")))
        let name = try test.journalName()
        let whole = try test.read(name)
        try Self.replace(test, dropping: 1)
        for _ in 0..<2 {
            #expect {
                try store.seal("2", for: "b")
            } throws: { error in
                if case .rolledBack? = error as? KeyStoreError { true } else { false }
            }
        }
        // The keys in memory stay, and all is well when the records are back.
        _ = try key.seal(nonce: [UInt8](repeating: 0, count: 24), associatedData: [], plaintext: [])
        try test.write(whole, to: name)
        #expect(try store.read(box, for: "a") == "1")
        let second = try store.seal("2", for: "b")
        #expect(try test.open().read(second, for: "b") == "2")
    }

    /// With as many: a copy of before went on by itself, in another process.
    @Test func oneThatWentOnByItselfIsRefused() throws {
        let test = try TestKeys()
        let store = try test.open()
        _ = try store.seal("1", for: "a")
        let name = try test.journalName()
        let (before, directory) = (try test.read(name), try test.directory())
        let box = try store.seal("2", for: "b")
        let key = try #require(try store.key(.entity("b")))
        let whole = try test.read(name)
        try test.write(before, to: "copy")
        try directory.rename("copy", to: name, in: directory, exclusive: false)
        _ = try test.open().seal("3", for: "c")
        for _ in 0..<2 {
            #expect {
                try store.seal("4", for: "d")
            } throws: { error in
                if case .corrupt? = error as? KeyStoreError { true } else { false }
            }
        }
        // What was acknowledged is still in memory, and on the disk when the file is back.
        _ = try key.seal(nonce: [UInt8](repeating: 0, count: 24), associatedData: [], plaintext: [])
        try test.write(whole, to: name)
        #expect(try store.read(box, for: "b") == "2")
    }

    @Test func oneThatIsGoneIsMissing() throws {
        let test = try TestKeys()
        let store = try test.open()
        let box = try store.seal("1", for: "a")
        let name = try test.journalName()
        try test.directory().remove(name)
        let missing = KeyStoreError.journalMissing(file: name)
        #expect(throws: missing) { try store.seal("2", for: "b") }
        #expect(throws: missing) { try store.seal("2", for: "a") }
        #expect(throws: missing) { try store.read(box, for: "a") }
    }
}
