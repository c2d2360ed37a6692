import FileSystemSeam
import KeyStore
import Testing

/// A store takes no more keys than a checkpoint can hold that is read again.
@Suite("The most keys")
struct KeyMaximumTests {
    private static var few: KeyStoreOptions {
        var options = KeyStoreOptions()
        options.keyMaximum = 3
        return options
    }

    private static let tooMany = KeyStoreError.tooManyKeys(maximum: 3)

    @Test(arguments: [false, true]) func theKeyMaximumIsNotExceeded(isFlushed: Bool) throws {
        let test = try TestKeys()
        let store = try test.open(options: Self.few)
        for entity in ["a", "b", "c"] {
            _ = try store.mint(.entity(entity))
            if isFlushed { try store.flush() }
        }
        #expect(throws: Self.tooMany) { try store.mint(.entity("d")) }
        #expect(throws: Self.tooMany) { try store.seal("x", for: "d") }
        let box = try store.seal("x", for: "a")
        #expect(throws: Self.tooMany) { try store.rotate(.entity("a")) }
        #expect(!store.isDirty)
        // The others go on, and can be destroyed; a destroyed key's entry stays.
        let kept = try store.seal("y", for: "b")
        _ = try store.shred(.entity("a"), reason: "")
        for opened in [store, try test.open(options: Self.few)] {
            #expect(try opened.read(box, for: "a") == "shredded")
            #expect(try opened.read(kept, for: "b") == "y")
            #expect(throws: Self.tooMany) { try opened.mint(.entity("a")) }
            #expect(try opened.keyRecords().count == 3)
        }
    }

    /// Another process fills the store while a key is not durable: that one is given up, and its minter told.
    @Test func theKeyMaximumIsNotExceededByTwoProcesses() throws {
        let test = try TestKeys()
        let (here, there) = (try test.open(options: Self.few), try test.open(options: Self.few))
        _ = try here.seal("x", for: "a")
        let keys = [try here.mint(.entity("b")), try here.mint(.entity("c"))]
        let box = try there.seal("z", for: "d")
        #expect(throws: KeyStoreError.mintConflict) { try here.flush() }
        #expect(!here.isDirty)
        // The first that was minted has the room that was left.
        let nonce = [UInt8](repeating: 0, count: 24)
        _ = try keys[0].seal(nonce: nonce, associatedData: [], plaintext: [])
        #expect(throws: KeyStoreError.keyUnavailable) {
            try keys[1].seal(nonce: nonce, associatedData: [], plaintext: [])
        }
        #expect(throws: Self.tooMany) { try here.mint(.entity("c")) }
        for opened in [here, try test.open(options: Self.few)] {
            #expect(try opened.keyRecords().count == 3)
            #expect(try opened.contains(.entity("b")) && opened.contains(.entity("d")))
            #expect(try opened.read(box, for: "d") == "z")
        }
    }

    @Test func allFitIntoACheckpointThatIsRead() {
        #expect(KeyStoreOptions().keyMaximum == 16_666_655)
    }
}
