import FileSystemSeam
import KeyStore
import Testing

/// Another process wrote a key and was killed before it was durable. Who is given that key has it made durable by a
/// flush.
@Suite("A key that another process left half durable")
struct GivenKeyTests {
    private static let nonce = [UInt8](repeating: 5, count: 24)

    private static func give(_ store: ScopedKeyStore, _ isMint: Bool) throws -> PayloadKey {
        isMint ? try store.mint(.entity("a")) : try #require(try store.key(.entity("a")))
    }

    /// Its record was written, and never synced.
    @Test(arguments: [false, true], [false, true]) func itsRecordIsSynced(isMint: Bool, isOpenBefore: Bool) throws {
        let test = try TestKeys()
        let there = try test.open()
        let early = isOpenBefore ? try test.open() : nil
        _ = try there.mint(.entity("a"))
        test.disk.faults = FaultPlan.on(.sync, 1, .lyingSync)
        try there.flush()
        test.disk.faults = FaultPlan()
        let here = try early ?? test.open()
        #expect(!here.isDirty)
        let key = try Self.give(here, isMint)
        let text = try key.seal(nonce: Self.nonce, associatedData: [], plaintext: [7])
        #expect(here.isDirty)
        test.disk.faults = FaultPlan.on(.sync, 1, .error(.inputOutput))
        #expect(throws: KeyStoreError.self) { try here.flush() }
        test.disk.faults = FaultPlan()
        #expect(here.isDirty)
        // In a new file, since that sync failed.
        let journal = try test.journalName()
        try here.flush()
        #expect(try test.journalName() != journal)
        #expect(!here.isDirty)
        let reopened = try test.open()
        let again = try #require(try reopened.key(.entity("a")))
        #expect(try again.open(nonce: Self.nonce, associatedData: [], ciphertext: text) == [7])
    }

    /// It stands in a checkpoint whose name may not be durable.
    @Test(arguments: [false, true]) func itsCheckpointIsPublishedAgain(isMint: Bool) throws {
        let test = try TestKeys()
        let here = try test.open()
        let there = try test.open(options: KeyStoreOptions(journalRecordMaximum: 1))
        _ = try there.mint(.entity("a"))
        test.disk.faults = FaultPlan.on(.syncDirectory, 2, .error(.inputOutput))
        #expect(throws: KeyStoreError.self) { try there.flush() }
        test.disk.faults = FaultPlan()
        _ = try Self.give(here, isMint)
        #expect(here.isDirty)
        let before = try test.read("keyset")
        try here.flush()
        #expect(!here.isDirty)
        #expect(try test.read("keyset") != before)
        let generation = try here.position().generation
        #expect(try there.position().generation == generation)
    }

    /// What is known to be durable makes nothing dirty, and costs a flush nothing.
    @Test func aDurableOneIsAsItWas() throws {
        let test = try TestKeys()
        let there = try test.open()
        _ = try there.seal("x", for: "a")
        let here = try test.open()
        _ = try here.position()
        _ = try Self.give(here, true)
        _ = try Self.give(here, false)
        #expect(!here.isDirty)
        // Destroying it in this very store leaves nothing to report.
        let late = try test.open()
        _ = try Self.give(late, false)
        #expect(late.isDirty)
        _ = try late.shred(.entity("a"), reason: "")
        #expect(!late.isDirty)
        try late.flush()
    }

    /// It is destroyed before the flush: what was sealed with it must not be acknowledged.
    @Test func aDestroyedOneIsTold() throws {
        let test = try TestKeys()
        let there = try test.open()
        _ = try there.seal("x", for: "a")
        let here = try test.open()
        let key = try Self.give(here, true)
        _ = try there.shred(.entity("a"), reason: "")
        #expect(throws: KeyStoreError.mintConflict) { try here.flush() }
        #expect(throws: KeyStoreError.keyUnavailable) {
            try key.seal(nonce: Self.nonce, associatedData: [], plaintext: [])
        }
        #expect(!here.isDirty)
        try here.flush()
    }
}
