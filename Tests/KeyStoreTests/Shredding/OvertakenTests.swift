import FileSystemSeam
import KeyStore
import Testing

/// A key that was minted and not flushed, and another process that made the scope's key durable first.
@Suite("A minted key that another process overtook")
struct OvertakenTests {
    private static let nonce = [UInt8](repeating: 5, count: 24)
    private static let full = KeyStoreOptions(journalRecordMaximum: 1)

    /// Whatever is done in between, the flush that the minter acknowledges by is the one that says so.
    @Test(arguments: ["nothing", "seal", "seal the same", "rotate", "shred", "shred the same", "rewrap", "position"])
    func theMintersFlushTells(_ act: String) throws {
        let test = try TestKeys()
        let root = test.root()
        let (here, there) = (try test.open(root: root), try test.open())
        let other = try here.seal("other", for: "y")
        let key = try here.mint(.entity("x"))
        _ = try key.seal(nonce: Self.nonce, associatedData: [], plaintext: [1])
        let theirs = try there.seal("theirs", for: "x")
        switch act {
        case "seal": _ = try here.seal("more", for: "y")
        case "seal the same": #expect(try here.seal("more", for: "x").keyID == theirs.keyID)
        case "rotate": try here.rotate(.entity("y"))
        case "shred": _ = try here.shred(.entity("y"), reason: "")
        case "shred the same": _ = try here.shred(.entity("x"), reason: "")
        case "rewrap": try here.rewrap(root)
        case "position": _ = try here.position()
        default: break
        }
        #expect(here.isDirty)
        #expect(throws: KeyStoreError.mintConflict) { try here.flush() }
        // Said once, and then forgotten.
        #expect(!here.isDirty)
        try here.flush()
        #expect(throws: KeyStoreError.keyUnavailable) {
            try key.seal(nonce: Self.nonce, associatedData: [], plaintext: [])
        }
        for store in [here, try test.open()] {
            #expect(try store.read(theirs, for: "x") == (act == "shred the same" ? "shredded" : "theirs"))
            #expect(try store.read(other, for: "y") == (act == "shred" ? "shredded" : "other"))
        }
    }

    /// The flush fails after its checkpoint came to stand. Another process uses the key, and destroys it.
    @Test(arguments: [1, 70]) func aDestroyedOneIsNotAlive(_ count: Int) throws {
        let test = try TestKeys()
        let here = try test.open(options: Self.full)
        let keys = try (0..<count).map { try here.mint(.entity("e\($0)")) }
        // The first is for the new journal's name, the second for the checkpoint's.
        test.disk.faults = FaultPlan.on(.syncDirectory, 2, .error(.inputOutput))
        #expect(throws: KeyStoreError.self) { try here.flush() }
        test.disk.faults = FaultPlan()
        let there = try test.open()
        let box = try there.seal("theirs", for: "e0")
        _ = try there.shred(.entity("e0"), reason: "")
        #expect(try !here.contains(.entity("e0")))
        #expect(try here.key(.entity("e0")) == nil)
        #expect(throws: KeyStoreError.keyUnavailable) {
            try keys[0].seal(nonce: Self.nonce, associatedData: [], plaintext: [])
        }
        // A key of the scope can be minted again, and is another one.
        let fresh = try here.mint(.entity("e0"))
        let text = try fresh.seal(nonce: Self.nonce, associatedData: [], plaintext: [7])
        #expect(throws: KeyStoreError.mintConflict) { try here.flush() }
        #expect(!here.isDirty)
        #expect(try here.read(box, for: "e0") == "shredded")
        let reopened = try test.open()
        let again = try #require(try reopened.key(.entity("e0")))
        #expect(try again.open(nonce: Self.nonce, associatedData: [], ciphertext: text) == [7])
        for number in 1..<count { #expect(try here.contains(.entity("e\(number)"))) }
    }

    /// A destruction that could not be begun is of the keys there were, not of one that was made since.
    @Test func aFailedDestructionForgetsWhatIsDestroyed() throws {
        let test = try TestKeys()
        let here = try test.open()
        let old = try here.seal("old", for: "a")
        test.disk.faults = FaultPlan.on(.write, 1, .error(.noSpace))
        #expect(throws: KeyStoreError.self) { try here.shred(.entity("a"), reason: "r") }
        test.disk.faults = FaultPlan()
        #expect(here.isDirty)
        #expect(try !here.contains(.entity("a")))
        let there = try test.open()
        let receipt = try there.shred(.entity("a"), reason: "theirs")
        let new = try there.seal("new", for: "a")
        #expect(try here.read(new, for: "a") == "new")
        #expect(try here.contains(.entity("a")))
        #expect(try here.seal("more", for: "a").keyID == new.keyID)
        #expect(!here.isDirty)
        try here.flush()
        for store in [here, there, try test.open()] {
            #expect(try store.read(new, for: "a") == "new")
            #expect(try store.open(old, associatedData: Array("a".utf8)) == .shredded(receipt))
        }
    }

    /// Asked for again after somebody finished it and a key was made since: that is another request, as the
    /// documentation says.
    @Test func aRepeatedDestructionIsARequestOfItsOwn() throws {
        let test = try TestKeys()
        let here = try test.open()
        let old = try here.seal("old", for: "a")
        // The intent is durable: it is the first write, and this is that of the next generation's secret.
        test.disk.faults = FaultPlan.on(.write, 2, .error(.noSpace))
        #expect {
            try here.shred(.entity("a"), reason: "r")
        } throws: { error in
            guard case .shredPending(old.keyID, .root(.io(let cause, _)))? = error as? KeyStoreError else {
                return false
            }
            return cause.code == .noSpace && "\(error)".contains("cannot be taken back")
        }
        test.disk.faults = FaultPlan()
        let there = try test.open()
        let new = try there.seal("new", for: "a")
        // To go on is not to ask again.
        try here.flush()
        #expect(try here.read(new, for: "a") == "new")
        #expect(try here.keyRecords(of: .entity("a")).map(\.receipt) == [nil, 1])
        #expect(try here.shred(.entity("a"), reason: "r").number == 2)
        #expect(try there.read(new, for: "a") == "shredded")
    }

    /// An intent that a killed process left is decided only once it is durable.
    @Test func anIntentThatNobodySyncedIsNotDecided() throws {
        let test = try TestKeys()
        let there = try test.open()
        _ = try there.seal("x", for: "a")
        let here = try test.open()
        // The first sync is of what stood there before, the second that of the intent.
        test.disk.faults = FaultPlan.on(.sync, 2, .killed)
        #expect(throws: KeyStoreError.self) { try here.shred(.entity("a"), reason: "r") }
        test.disk.faults = FaultPlan.on(.sync, 1, .error(.inputOutput))
        #expect {
            try there.shred(.entity("a"), reason: "r")
        } throws: { error in
            if case .io? = error as? KeyStoreError { true } else { false }
        }
        test.disk.faults = FaultPlan()
        #expect(try there.shred(.entity("a"), reason: "r").number == 1)
    }

    /// The same when somebody only rotated: the scope's destruction is still owed.
    @Test func aFailedDestructionOfARotatedScopeIsFinished() throws {
        let test = try TestKeys()
        let here = try test.open()
        let old = try here.seal("old", for: "a")
        test.disk.faults = FaultPlan.on(.write, 1, .error(.noSpace))
        #expect(throws: KeyStoreError.self) { try here.shred(.entity("a"), reason: "r") }
        test.disk.faults = FaultPlan()
        let there = try test.open()
        try there.rotate(.entity("a"))
        #expect(throws: KeyStoreError.destroying(old.keyID)) { try here.read(old, for: "a") }
        #expect(here.isDirty)
        try here.flush()
        #expect(!here.isDirty)
        #expect(try there.read(old, for: "a") == "shredded")
    }

    /// A rotation fails late: the new key may stand, and is then as good as any.
    @Test(arguments: [FileSystemError.Operation.syncDirectory, .sync, .open, .fileStatus, .rename, .write, .link])
    func aRotationThatFailsLeavesAUsableKey(_ operation: FileSystemError.Operation) throws {
        var failures = 0
        for occurrence in 1...9 {
            let test = try TestKeys()
            let store = try test.open(options: Self.full)
            let old = try store.seal("old", for: "a")
            test.disk.faults = FaultPlan.on(operation, occurrence, .error(.inputOutput))
            do { try store.rotate(.entity("a")) } catch { failures += 1 }
            test.disk.faults = FaultPlan()
            let new = try store.seal("new", for: "a")
            #expect(try store.key(.entity("a")) != nil)
            for opened in [store, try test.open()] {
                #expect(try opened.read(old, for: "a") == "old", "\(operation) \(occurrence)")
                #expect(try opened.read(new, for: "a") == "new", "\(operation) \(occurrence)")
            }
            try store.rotate(.entity("a"))
        }
        #expect(failures > 0)
    }
}
