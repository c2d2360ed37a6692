import FileSystemSeam
import KeyStore
import Testing

/// Moving to a root key that is the one of before, or had a part of the store already.
@Suite("Rewrapping")
struct RewrapTests {
    private static let full = KeyStoreOptions(journalRecordMaximum: 1)

    /// Two objects for one root key are one root key: its secrets are renewed and not destroyed.
    @Test func aSecondObjectOfTheSameRootRenewsItsSecret() throws {
        let test = try TestKeys()
        let store = try test.open()
        let box = try store.seal("x", for: "a")
        let before = try test.root().inventory(of: nil).generations
        try store.rewrap(test.root())
        let after = try test.root().inventory(of: nil).generations
        #expect(after.count == 1 && after.isDisjoint(with: before))
        #expect(!store.isDirty)
        for opened in [store, try test.open()] {
            #expect(try opened.read(box, for: "a") == "x")
            #expect(try opened.seal("y", for: "a").keyID == box.keyID)
        }
        #expect(try store.shred(.entity("a"), reason: "").residualRisks.isDisjoint(with: .earlierRoot))
    }

    /// A copy of the key file is another one: the file it was made from held the secret, too, and is overwritten.
    @Test func aCopyOfTheRootIsAnotherOne() throws {
        let test = try TestKeys()
        let store = try test.open()
        let box = try store.seal("x", for: "a")
        try test.write(try test.read("root.key", in: TestKeys.secrets), to: "copy.key", in: TestKeys.secrets)
        try store.rewrap(test.root("copy.key"))
        #expect(try test.root().inventory(of: nil).generations == [])
        for opened in [store, try test.open(root: test.root("copy.key"))] {
            #expect(try opened.read(box, for: "a") == "x")
        }
        #expect(try store.shred(.entity("a"), reason: "").residualRisks.isDisjoint(with: .earlierRoot))
    }

    /// The file that was copied cannot be overwritten, or overwriting it says little: receipts name it.
    @Test(arguments: [true, false]) func andIsNamedWhenItMayLive(isStubborn: Bool) throws {
        let test = try TestKeys()
        let root = StubbornRoot(test.root())
        root.allow(true)
        let store = try test.open(root: root)
        _ = try store.seal("x", for: "a")
        try test.write(try test.read("root.key", in: TestKeys.secrets), to: "copy.key", in: TestKeys.secrets)
        root.allow(!isStubborn)
        if isStubborn {
            #expect(throws: KeyStoreError.self) { try store.rewrap(test.root("copy.key")) }
            #expect(try test.root().inventory(of: nil).generations != [])
        } else {
            test.disk.mountFacts.fileSystemType = "btrfs"
            try store.rewrap(test.root("copy.key"))
            test.disk.mountFacts.fileSystemType = "ext4"
        }
        #expect(try store.shred(.entity("a"), reason: "").residualRisks.contains(.earlierRoot))
    }

    /// Nothing is lost either when the publication fails while both slots hold a secret.
    @Test(arguments: [0, 1, 2, 3], [FileSystemError.Operation.rename, .syncDirectory, .sync, .link])
    func aFailedRenewalKeepsTheSecret(generations: Int, operation: FileSystemError.Operation) throws {
        for occurrence in 1...3 {
            let test = try TestKeys()
            let root = StubbornRoot(test.root())
            root.allow(true)
            let store = try test.open(root: root, options: Self.full)
            root.allow(false)
            for number in 0..<generations { _ = try store.seal("x", for: "e\(number)") }
            let box = try store.seal("x", for: "last")
            test.disk.faults = FaultPlan.on(operation, occurrence, .error(.inputOutput))
            try? store.rewrap(test.root())
            test.disk.faults = FaultPlan()
            store.close()
            #expect(try test.open().read(box, for: "last") == "x", "\(operation) \(occurrence)")
        }
    }

    /// The other root key was prepared once for a generation that the first one reached since: it is not the one in
    /// use.
    @Test(arguments: [1, 2, 3]) func anAttemptThatFailedCanBeMadeAgain(generations: Int) throws {
        let test = try TestKeys()
        let store = try test.open(options: Self.full)
        let box = try store.seal("x", for: "a")
        test.disk.faults = FaultPlan.on(.rename, 2, .error(.inputOutput))
        #expect(throws: KeyStoreError.self) { try store.rewrap(test.root("second.key")) }
        test.disk.faults = FaultPlan()
        #expect(try test.root("second.key").inventory(of: nil).generations.count == 1)
        for number in 0..<generations { _ = try store.seal("x", for: "e\(number)") }
        try store.rewrap(test.root("second.key"))
        #expect(try test.root().inventory(of: nil).generations == [])
        #expect(try test.open(root: test.root("second.key")).read(box, for: "a") == "x")
        #expect(try store.read(box, for: "a") == "x")
    }

    /// A key file that holds two secrets serves a store: nothing is made anew over them.
    @Test func aKeyFileInUseIsNotPreparedFromTheStart() throws {
        let test = try TestKeys()
        let root = StubbornRoot(test.root())
        root.allow(true)
        let store = try test.open(root: root, options: Self.full)
        root.allow(false)
        _ = try store.seal("x", for: "a")
        let inventory = try root.inventory(of: nil)
        #expect(inventory.generations.count == 2)
        let bytes = try test.read("root.key", in: TestKeys.secrets)
        let id = try #require(inventory.store)
        #expect {
            try test.root().prepare(9, keeping: nil, for: id)
        } throws: { error in
            if case .damaged? = error as? RootKeyError { true } else { false }
        }
        #expect(try test.read("root.key", in: TestKeys.secrets) == bytes)
    }

    /// What served the store before is used up: it is not to be restored, but replaced.
    @Test func theWayBackTakesANewFile() throws {
        let test = try TestKeys()
        let store = try test.open()
        let box = try store.seal("x", for: "a")
        try store.rewrap(test.root("second.key"))
        #expect {
            try store.rewrap(test.root())
        } throws: { error in
            guard case .root(.failed(_, let reason))? = error as? KeyStoreError else { return false }
            return reason.contains("served a store before") && reason.contains("not there yet")
        }
        try store.rewrap(test.root("third.key"))
        #expect(try test.open(root: test.root("third.key")).read(box, for: "a") == "x")
    }
}
