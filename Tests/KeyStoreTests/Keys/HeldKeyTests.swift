import FileSystemSeam
import KeyStore
import Testing

/// A key in hand stands in the journal, and something fails that makes the store read the journal again.
@Suite("A key in hand while the disk is full")
struct HeldKeyTests {
    private static let nonce = [UInt8](repeating: 5, count: 24)

    private static func fill(_ test: TestKeys, _ body: () throws -> Void) {
        test.disk.faults = FaultPlan.on(.write, 1, .error(.noSpace))
        #expect(throws: KeyStoreError.self) { try body() }
        test.disk.faults = FaultPlan()
    }

    @Test(arguments: [false, true]) func aHeldKeyGoesOnWorking(isRotated: Bool) throws {
        let test = try TestKeys()
        let store = try test.open()
        let box = try store.seal("x", for: "a")
        if isRotated { try store.rotate(.entity("a")) }
        let key = try #require(try store.key(.entity("a")))
        Self.fill(test) { _ = try store.seal("y", for: "b") }
        #expect(try store.read(box, for: "a") == "x")
        let text = try key.seal(nonce: Self.nonce, associatedData: [], plaintext: [7])
        let second = try store.seal("y", for: "b")
        #expect(try key.open(nonce: Self.nonce, associatedData: [], ciphertext: text) == [7])
        #expect(try store.read(second, for: "b") == "y")
        let reopened = try test.open()
        let again = try #require(try reopened.key(.entity("a")))
        #expect(try again.open(nonce: Self.nonce, associatedData: [], ciphertext: text) == [7])
        #expect(try reopened.read(second, for: "b") == "y")
    }

    /// Another process destroyed it before the journal was read again.
    @Test func aHeldKeyStopsWhenItIsDestroyed() throws {
        let test = try TestKeys()
        let store = try test.open()
        let box = try store.seal("x", for: "a")
        let key = try #require(try store.key(.entity("a")))
        Self.fill(test) { _ = try store.seal("y", for: "b") }
        _ = try test.open().shred(.entity("a"), reason: "")
        #expect(try store.read(box, for: "a") == "shredded")
        #expect(throws: KeyStoreError.keyUnavailable) {
            try key.seal(nonce: Self.nonce, associatedData: [], plaintext: [])
        }
    }

    @Test func memoryDoesNotGrowWithAttempts() throws {
        let test = try TestKeys()
        let store = try test.open()
        for number in 0..<10 { _ = try store.seal("x", for: "e\(number)") }
        Self.fill(test) { _ = try store.seal("y", for: "b") }
        let count = store.keyPlaceCount
        for _ in 0..<100 { Self.fill(test) { _ = try store.seal("y", for: "b") } }
        for _ in 0..<100 { Self.fill(test) { try store.rotate(.entity("e1")) } }
        #expect(store.keyPlaceCount == count)
        let box = try store.seal("y", for: "b")
        #expect(try test.open().read(box, for: "b") == "y")
    }

    /// The journal is damaged behind the store's back, and what was read before the damage is nobody's.
    @Test func memoryDoesNotGrowWithDamage() throws {
        let test = try TestKeys()
        let store = try test.open()
        _ = try store.seal("x", for: "a")
        let other = try test.open(options: KeyStoreOptions(journalRecordMaximum: 1))
        for number in 0..<5 { _ = try other.seal("x", for: "e\(number)") }
        let late = try test.open()
        for number in 5..<9 { _ = try late.seal("x", for: "e\(number)") }
        let name = try test.journalName()
        let whole = try test.read(name)
        var damaged = whole
        damaged[damaged.count - 1] ^= 1
        try test.write(damaged, to: name)
        let count = store.keyPlaceCount
        for _ in 0..<20 { #expect(throws: KeyStoreError.self) { try store.seal("x", for: "a") } }
        #expect(store.keyPlaceCount == count)
        try test.write(whole, to: name)
        #expect(try store.contains(.entity("e8")))
        _ = try store.seal("x", for: "e8")
    }
}
