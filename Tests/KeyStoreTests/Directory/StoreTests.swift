import FileSystemSeam
import KeyStore
import Testing

@Suite("A key store")
struct StoreTests {
    private static let nonce = [UInt8](repeating: 5, count: 24)

    @Test func aNewStoreIsCleanAndAMintMakesItDirtyUntilAFlush() throws {
        let test = try TestKeys()
        let store = try test.open()
        #expect(!store.isDirty)
        #expect(try !store.contains(.entity("a")))
        #expect(try store.key(.entity("a")) == nil)
        let key = try store.mint(.entity("a"))
        #expect(store.isDirty)
        #expect(try store.contains(.entity("a")))
        let box = try key.seal(nonce: Self.nonce, associatedData: [1], plaintext: [2, 3])
        try store.flush()
        #expect(!store.isDirty)
        let reloaded = try test.open()
        let again = try #require(try reloaded.key(.entity("a")))
        #expect(try again.open(nonce: Self.nonce, associatedData: [1], ciphertext: box) == [2, 3])
    }

    @Test func aKeyThatWasNotFlushedIsNotThere() throws {
        let test = try TestKeys()
        do {
            let store = try test.open()
            _ = try store.mint(.entity("a"))
        }
        #expect(try test.open().key(.entity("a")) == nil)
    }

    /// A flush that publishes a checkpoint and fails there leaves the old keyset whole, byte for byte.
    @Test(arguments: [FileSystemError.Operation.rename, .write, .sync, .link])
    func aFailedPublicationLeavesTheOldKeyset(operation: FileSystemError.Operation) throws {
        let test = try TestKeys()
        let options = KeyStoreOptions(journalRecordMaximum: 1)
        let first = try test.open(options: options)
        let old = try first.mint(.entity("old"))
        let ciphertext = try old.seal(nonce: Self.nonce, associatedData: [], plaintext: [7])
        try first.flush()

        let store = try test.open(options: options)
        _ = try store.mint(.entity("new"))
        let before = try test.read("keyset")
        test.disk.faults = FaultPlan.on(operation, 1, .error(.inputOutput))
        #expect { try store.flush() } throws: { error in
            switch error as? KeyStoreError {
            case .io(let error, _): error.code == .inputOutput
            case .root(.io(let error, _)): error.code == .inputOutput
            default: false
            }
        }
        test.disk.faults = FaultPlan()
        #expect(store.isDirty)
        #expect(try test.read("keyset") == before)

        let reloaded = try test.open(options: options)
        let key = try #require(try reloaded.key(.entity("old")))
        #expect(try key.open(nonce: Self.nonce, associatedData: [], ciphertext: ciphertext) == [7])
        #expect(try reloaded.key(.entity("new")) == nil)

        // The next one clears it, and both are there.
        try store.flush()
        #expect(!store.isDirty)
        let last = try test.open(options: options)
        #expect(try last.key(.entity("new")) != nil)
        let again = try #require(try last.key(.entity("old")))
        #expect(try again.open(nonce: Self.nonce, associatedData: [], ciphertext: ciphertext) == [7])
    }

    /// The same when the key would go to the journal.
    @Test(arguments: [FileSystemError.Operation.write, .sync])
    func aFailedJournalWriteKeepsItDirty(operation: FileSystemError.Operation) throws {
        let test = try TestKeys()
        let store = try test.open()
        let box = try store.seal("one", for: "a")
        _ = try store.mint(.entity("b"))
        let journal = try test.journalName()
        test.disk.faults = FaultPlan.on(operation, 1, .error(.inputOutput))
        #expect(throws: KeyStoreError.self) { try store.flush() }
        test.disk.faults = FaultPlan()
        #expect(store.isDirty)
        #expect(try test.open().key(.entity("b")) == nil)
        // Sealing flushes first, into a fresh file: the poisoned one is never synced again.
        let second = try store.seal("two", for: "b")
        #expect(!store.isDirty)
        #expect(try test.journalName() != journal)
        let reloaded = try test.open()
        #expect(try reloaded.read(box, for: "a") == "one")
        #expect(try reloaded.read(second, for: "b") == "two")
    }

    @Test func nothingIsSealedWhileTheFenceFails() throws {
        let test = try TestKeys()
        let store = try test.open()
        for _ in 0..<3 {
            test.disk.faults = FaultPlan.on(.sync, 1, .error(.inputOutput))
            #expect(throws: KeyStoreError.self) { try store.seal("x", for: "a") }
            test.disk.faults = FaultPlan()
            #expect(store.isDirty)
        }
        let box = try store.seal("x", for: "a")
        #expect(try test.open().read(box, for: "a") == "x")
    }

    /// Many keys at once go into a new checkpoint; when that fails all of them are still to be made durable.
    @Test func manyKeysAreFlushedTogether() throws {
        let test = try TestKeys()
        let store = try test.open()
        let kept = try store.seal("kept", for: "kept")
        let generation = try store.position().generation
        let keys = try (0..<100).map { try store.mint(.entity("e\($0)")) }
        let box = try keys[50].seal(nonce: Self.nonce, associatedData: [], plaintext: [1])
        test.disk.faults = FaultPlan.on(.rename, 1, .error(.inputOutput))
        #expect(throws: KeyStoreError.self) { try store.flush() }
        test.disk.faults = FaultPlan()
        #expect(store.isDirty)
        // Another process makes one of the keys first.
        let other = try test.open()
        let first = try other.seal("first", for: "e7")
        #expect(throws: KeyStoreError.mintConflict) { try store.flush() }
        #expect(!store.isDirty)
        #expect(try store.position().generation == generation + 1)
        let reloaded = try test.open()
        for opened in [store, reloaded] {
            #expect(try opened.read(kept, for: "kept") == "kept")
            #expect(try opened.read(first, for: "e7") == "first")
            for number in 0..<100 { #expect(try opened.contains(.entity("e\(number)"))) }
            let key = try #require(try opened.key(.entity("e50")))
            #expect(try key.open(nonce: Self.nonce, associatedData: [], ciphertext: box) == [1])
        }
        #expect(throws: KeyStoreError.keyUnavailable) {
            try keys[7].seal(nonce: Self.nonce, associatedData: [], plaintext: [])
        }
    }

    @Test func boxesOpenAfterRotationAndCheckpoints() throws {
        let test = try TestKeys()
        let options = KeyStoreOptions(journalRecordMaximum: 4)
        var boxes: [(SealedBox, String)] = []
        let store = try test.open(options: options)
        for round in 0..<12 {
            let entity = "e\(round % 3)"
            if round >= 3 { try store.rotate(.entity(entity)) }
            boxes.append((try store.seal("\(round)", for: entity), entity))
        }
        #expect(Set(boxes.map(\.0.keyID)).count == 12)
        for opened in [store, try test.open()] {
            for (round, box) in boxes.enumerated() { #expect(try opened.read(box.0, for: box.1) == "\(round)") }
        }
        #expect(try test.names().filter { $0.hasPrefix("keyset-") || $0.hasPrefix(".") } == [])
        #expect(try store.position().generation > 2)
    }

    @Test func anAlteredOrMovedBoxDoesNotOpen() throws {
        let test = try TestKeys()
        let store = try test.open()
        let box = try store.seal("secret", for: "a")
        #expect(throws: KeyStoreError.authenticationFailed) { try store.open(box, associatedData: [1]) }
        for index in 17..<box.bytes.count {
            var bytes = box.bytes
            bytes[index] ^= 1
            #expect(throws: KeyStoreError.authenticationFailed) { try store.read(SealedBox(parsing: bytes), for: "a") }
        }
        var bytes = box.bytes
        bytes[1] ^= 1
        let unknown = try SealedBox(parsing: bytes)
        #expect(throws: KeyStoreError.unknownKey(unknown.keyID)) { try store.read(unknown, for: "a") }
    }

    @Test func nothingWorksAfterClose() throws {
        let test = try TestKeys()
        let store = try test.open()
        let key = try store.mint(.entity("a"))
        store.close()
        store.close()
        #expect(throws: KeyStoreError.closed) { try key.seal(nonce: Self.nonce, associatedData: [], plaintext: []) }
        #expect(throws: KeyStoreError.closed) { try store.seal("a", for: "a") }
        // The key that was minted is lost: who acknowledges by a flush must be told.
        #expect(throws: KeyStoreError.closed) { try store.flush() }
    }

    /// A scope of another granularity is refused wherever one is given.
    @Test func scopesOfAnotherGranularityAreRefused() throws {
        let test = try TestKeys()
        let store = try test.open(.typeID)
        let expected = KeyStoreError.selectorMismatch(store: .typeID, selector: .category)
        #expect(throws: expected) { try store.mint(.category(1)) }
        #expect(throws: expected) { try store.contains(.category(1)) }
        #expect(throws: expected) { try store.key(.category(1)) }
        #expect(throws: expected) { try store.rotate(.category(1)) }
        #expect(throws: expected) { try store.seal([], scope: .category(1), associatedData: []) }
        let box = try store.seal([1], scope: .kind(0x1234), associatedData: [])
        #expect(throws: expected) { try store.shred(.category(1), reason: "") }
        #expect(throws: KeyStoreError.selectorMismatch(store: .typeID, selector: .entity)) {
            try store.shred(.entity("x"), reason: "")
        }
        #expect(try store.open(box, associatedData: []) == .plaintext([1]))
    }

    @Test(arguments: KeyGranularity.allCases) func everyGranularityWorks(granularity: KeyGranularity) throws {
        let test = try TestKeys()
        let scope = KeyScope.of(entity: "e", kind: 0x2345, eventID: 77, in: granularity)
        let box = try test.open(granularity).seal([9], scope: scope, associatedData: [])
        #expect(try test.open(granularity).open(box, associatedData: []) == .plaintext([9]))
    }
}
