import FileSystemSeam
import KeyStore
import TestSupport
import Testing

/// What could not be cleaned up is not forgotten.
@Suite("Leftovers of older generations")
struct LeftoverTests {
    /// Opening succeeds where only the cleaning fails, and says so.
    @Test func anOpenedStoreTellsOfThem() throws {
        let test = try TestKeys()
        let root = StubbornRoot(test.root())
        root.allow(true)
        let box = try test.open(root: root).seal("x", for: "a")
        root.allow(false)
        let store = try test.open(root: root)
        #expect(store.isDirty)
        #expect(try store.read(box, for: "a") == "x")
        #expect(throws: KeyStoreError.self) { try store.flush() }
        #expect(store.isDirty)
        root.allow(true)
        try store.flush()
        #expect(!store.isDirty)
    }

    /// The same for a checkpoint that was published by a seal.
    @Test func aPublicationTellsOfThem() throws {
        let test = try TestKeys()
        let root = StubbornRoot(test.root())
        root.allow(true)
        let store = try test.open(root: root, options: KeyStoreOptions(journalRecordMaximum: 1))
        root.allow(false)
        let box = try store.seal("x", for: "a")
        #expect(store.isDirty)
        #expect(try test.names().contains { $0.hasPrefix("keyset-") })
        root.allow(true)
        try store.flush()
        #expect(!store.isDirty)
        #expect(try !test.names().contains { $0.hasPrefix("keyset-") })
        #expect(try test.open(root: root).read(box, for: "a") == "x")
    }

    /// A checkpoint that did not come to stand is overwritten, as one that did.
    @Test(arguments: [SystemCall.Name.renameat, .fdatasync])
    func aCheckpointThatFailedIsOverwritten(_ call: SystemCall.Name) throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/keys"
        let held = Condition<(any File)?>(nil)
        let fileSystem = PosixFileSystem { made in
            guard made.name == call, held.withLock({ $0 == nil }),
                let directory = try? PosixFileSystem.shared.openDirectory(path),
                let file = try? directory.open(".keyset.tmp", .read, permissions: .ownerFile)
            else { return nil }
            held.withLock { $0 = file }
            return .failure(.inputOutput)
        }
        let root = RootKeyFile(in: temporary.path, fileSystem: PosixFileSystem.shared)
        let made = try ScopedKeyStore.open(path, root: root, fileSystem: PosixFileSystem.shared)
        _ = try made.seal([1], scope: .entity("a"), associatedData: [])
        let store = try ScopedKeyStore.open(path, root: root, fileSystem: fileSystem)
        #expect(throws: KeyStoreError.self) { try store.rewrap(root) }
        let file = try #require(held.withLock { $0 })
        let bytes = try file.readAll(maximumBytes: 1 << 20)
        #expect(bytes.count > 1024 && bytes.allSatisfy { $0 == 0 })
        #expect(try !PosixFileSystem.shared.openDirectory(path).exists(".keyset.tmp"))
        _ = try store.seal([2], scope: .entity("b"), associatedData: [])
    }

    /// Who tries again and again on a full disk does not fill it further.
    @Test func attemptsThatFailLeaveNoJournals() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/keys"
        let isFull = Condition(false)
        let fileSystem = PosixFileSystem { made in
            guard made.name == .fdatasync, isFull.withLock({ $0 }),
                let directory = try? PosixFileSystem.shared.openDirectory(path),
                (try? directory.exists(".keyset.tmp")) == true
            else { return nil }
            return .failure(.noSpace)
        }
        let root = RootKeyFile(in: temporary.path, fileSystem: PosixFileSystem.shared)
        let options = KeyStoreOptions(journalRecordMaximum: 1)
        let store = try ScopedKeyStore.open(path, root: root, fileSystem: fileSystem, options: options)
        func journals() throws -> [String] {
            try PosixFileSystem.shared.openDirectory(path).entries().map(\.name).filter { $0.hasPrefix("journal-") }
        }
        isFull.withLock { $0 = true }
        for _ in 0..<8 { #expect(throws: KeyStoreError.self) { try store.seal("x", for: "a") } }
        #expect(try journals().count == 1)
        isFull.withLock { $0 = false }
        let box = try store.seal("x", for: "a")
        #expect(try store.read(box, for: "a") == "x")
        #expect(try journals().count == 1)
    }

    private static let operations: [FileSystemError.Operation] = [.write, .sync, .rename, .link, .syncDirectory]

    private static func isLeftover(_ name: String) -> Bool { name.hasPrefix("keyset-") || name == ".keyset.tmp" }

    /// A publication that fails leaves files, too: they speak against no erasure, and a flush destroys them.
    @Test(arguments: operations, [false, true])
    func whatAFailedPublicationLeavesIsToldAndDestroyed(_ operation: FileSystemError.Operation, isFlushed: Bool) throws
    {
        var failures = 0
        for occurrence in 1... {
            let test = try TestKeys()
            let root = test.root()
            let store = try test.open(root: root)
            for entity in ["a", "b"] { _ = try store.seal("x", for: entity) }
            let receipt = try store.shred(.entity("a"), reason: "")
            test.disk.faults = .on(operation, occurrence, .error(.inputOutput))
            let isDone = (try? store.rewrap(root)) != nil
            test.disk.faults = FaultPlan()
            if isDone { break }
            failures += 1
            let names = try test.names()
            let hasLeftovers = names.contains(where: Self.isLeftover) || names.count { $0.hasPrefix("journal-") } > 1
            if hasLeftovers { #expect(store.isDirty, "\(occurrence): \(names)") }
            if isFlushed {
                try store.flush()
            } else {
                let verification = try store.verifyErasure(receipt)
                #expect(verification.isErased, "\(occurrence): \(verification.findings)")
            }
            #expect(!store.isDirty, "\(occurrence)")
            _ = try test.journalName()
            #expect(try !test.names().contains(where: Self.isLeftover), "\(occurrence): \(names)")
            #expect(try store.verifyErasure(receipt).isErased, "\(occurrence)")
        }
        #expect(failures > 0)
    }

    /// So does one of another process that is killed.
    @Test func whatAKilledPublicationLeavesSpeaksAgainstNoErasure() throws {
        var kills = 0
        for operation in Self.operations {
            for occurrence in 1... {
                let test = try TestKeys()
                let store = try test.open()
                for entity in ["a", "b"] { _ = try store.seal("x", for: entity) }
                let receipt = try store.shred(.entity("a"), reason: "")
                let root = test.root("root.key", test.disk.boot())
                let other = try test.open(root: root)
                test.disk.faults = .on(operation, occurrence, .killed)
                let isDone = (try? other.rewrap(root)) != nil
                test.disk.faults = FaultPlan()
                if isDone { break }
                kills += 1
                let verification = try store.verifyErasure(receipt)
                #expect(verification.isErased, "\(operation) \(occurrence): \(verification.findings)")
                #expect(try !test.names().contains(where: Self.isLeftover), "\(operation) \(occurrence)")
            }
        }
        #expect(kills > 0)
    }

    /// What cannot be destroyed is a finding, for as long as it stands there.
    @Test func whatResistsIsAFinding() throws {
        let test = try TestKeys()
        let root = StubbornRoot(test.root())
        root.allow(true)
        let store = try test.open(root: root)
        _ = try store.seal("x", for: "a")
        let receipt = try store.shred(.entity("a"), reason: "")
        let name = "keyset-00000000000000aa"
        try test.write([1], to: name)
        root.allow(false)
        #expect(try store.verifyErasure(receipt).findings == [.leftover(file: name)])
        #expect(store.isDirty)
        root.allow(true)
        #expect(try store.verifyErasure(receipt).isErased)
        #expect(!store.isDirty)
        #expect(try !test.names().contains(name))
    }

    /// Who opened a store and only used it knows how far the keyset was, and keeps what he has of it.
    @Test(arguments: [false, true]) func aCutJournalIsNotTakenForTheKeyset(hasUsed: Bool) throws {
        let test = try TestKeys()
        let there = try test.open()
        let first = try there.seal("first", for: "a")
        let second = try there.seal("second", for: "b")
        let here = try test.open()
        if hasUsed { #expect(try here.read(second, for: "b") == "second") }
        let name = try test.journalName()
        let whole = try test.read(name)
        try test.write(whole.dropLast(512), to: name)
        for box in [first, second] {
            #expect {
                try here.open(box, associatedData: Array("a".utf8))
            } throws: { error in
                if case .rolledBack? = error as? KeyStoreError { true } else { false }
            }
        }
        // Its keys are all there when the journal is put back.
        try test.write(whole, to: name)
        #expect(try here.read(first, for: "a") == "first")
        #expect(try here.read(second, for: "b") == "second")
    }
}
