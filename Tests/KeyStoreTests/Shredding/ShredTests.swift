import Canonical
import FileSystemSeam
import KeyStore
import Testing

@Suite("Destroying keys")
struct ShredTests {
    @Test func whatWasSealedIsShreddedAndNothingElse() throws {
        let test = try TestKeys()
        let store = try test.open()
        let first = try store.seal("1", for: "a")
        try store.rotate(.entity("a"))
        let second = try store.seal("2", for: "a")
        let other = try store.seal("3", for: "b")
        let receipt = try store.shred(.entity("a"), reason: "asked for")
        #expect(!store.isDirty)
        #expect(Set(receipt.keyIDs) == [first.keyID, second.keyID])
        #expect(receipt.number == 1 && receipt.previous == nil && receipt.reason == "asked for")
        #expect(receipt.assurance == .effaced)
        #expect(receipt.residualRisks.contains([.copiesElsewhere, .deviceRemapping]))
        #expect(receipt.generationAfter == receipt.generationBefore + 1)
        for opened in [store, try test.open()] {
            #expect(try opened.open(first, associatedData: Array("a".utf8)) == .shredded(receipt))
            #expect(try opened.read(second, for: "a") == "shredded")
            #expect(try opened.read(other, for: "b") == "3")
            #expect(try !opened.contains(.entity("a")))
            #expect(try opened.verifyErasure(receipt).findings == [])
        }
    }

    /// Reading old data says shredded, not tampered and not opened, whatever was minted later.
    @Test func aNewKeyDoesNotOpenOldBoxes() throws {
        let test = try TestKeys()
        let store = try test.open()
        let old = try store.seal("old", for: "a")
        _ = try store.shred(.entity("a"), reason: "")
        let new = try store.seal("new", for: "a")
        for opened in [store, try test.open()] {
            #expect(try opened.read(old, for: "a") == "shredded")
            #expect(try opened.read(new, for: "a") == "new")
        }
        let second = try store.shred(.entity("a"), reason: "again")
        #expect(second.keyIDs == [new.keyID])
        #expect(second.number == 2)
        #expect(second.previous == Digest(hashing: try store.receipt(1).bytes))
        #expect(try store.read(old, for: "a") == "shredded")
        #expect(try store.shred(.entity("a"), reason: "a third time") == second)
    }

    @Test func unknownScopesAreNotShredded() throws {
        let test = try TestKeys()
        let store = try test.open()
        #expect(throws: KeyStoreError.unknownScope) { try store.shred(.entity("nobody"), reason: "") }
        let long = String(repeating: "x", count: 241)
        _ = try store.seal("", for: "a")
        #expect(throws: KeyStoreError.self) { try store.shred(.entity("a"), reason: long) }
        #expect(try store.contains(.entity("a")))
        #expect(!store.isDirty)
    }

    /// A key that somebody holds stops working.
    @Test func aKeyInHandStopsWorking() throws {
        let test = try TestKeys()
        let store = try test.open()
        let key = try store.mint(.entity("a"))
        let nonce = [UInt8](repeating: 1, count: 24)
        try store.flush()
        _ = try key.seal(nonce: nonce, associatedData: [], plaintext: [])
        _ = try store.shred(.entity("a"), reason: "")
        #expect(throws: KeyStoreError.keyUnavailable) { try key.seal(nonce: nonce, associatedData: [], plaintext: []) }
    }

    /// Another process that has the keyset in memory does not use a key after its destruction.
    @Test func anotherProcessNoticesBeforeEveryUse() throws {
        let test = try TestKeys()
        let (here, there) = (try test.open(), try test.open())
        let box = try here.seal("x", for: "a")
        let kept = try here.seal("y", for: "b")
        #expect(try there.read(box, for: "a") == "x")
        let held = try #require(try there.key(.entity("a")))
        let survivor = try #require(try there.key(.entity("b")))
        _ = try here.shred(.entity("a"), reason: "")
        #expect(try there.read(box, for: "a") == "shredded")
        #expect(throws: KeyStoreError.keyUnavailable) {
            try held.seal(nonce: [UInt8](repeating: 0, count: 24), associatedData: [], plaintext: [])
        }
        _ = try survivor.seal(nonce: [UInt8](repeating: 0, count: 24), associatedData: [], plaintext: [])
        #expect(try there.seal("new", for: "a").keyID != box.keyID)
        #expect(try there.read(kept, for: "b") == "y")
    }

    /// Each operation of a shred fails once: the scope is never used again, and going on finishes it.
    @Test func aFailedStageIsResumed() throws {
        var (failures, pending) = (0, 0)
        for operation in [
            FileSystemError.Operation.write, .sync, .syncDirectory, .rename, .link, .remove, .open, .entries,
        ] {
            for occurrence in 1...20 {
                let test = try TestKeys()
                let store = try test.open()
                let box = try store.seal("x", for: "a")
                let kept = try store.seal("y", for: "b")
                test.disk.faults = FaultPlan.on(operation, occurrence, .error(.inputOutput))
                var receipt: ShredReceipt?
                var wasDecided = false
                do throws(KeyStoreError) {
                    receipt = try store.shred(.entity("a"), reason: "r")
                } catch {
                    failures += 1
                    var cause = error
                    if case .shredPending(box.keyID, let inner) = error {
                        pending += 1
                        cause = inner
                    }
                    #expect(["io", "lock", "keyset_missing"].contains(cause.code), "\(error)")
                    wasDecided = cause != error
                }
                test.disk.faults = FaultPlan()
                if receipt == nil {
                    if store.isDirty {
                        #expect(throws: KeyStoreError.destroying(box.keyID)) { try store.read(box, for: "a") }
                        #expect(throws: KeyStoreError.destroying(box.keyID)) { try store.seal("z", for: "a") }
                        #expect(try !store.contains(.entity("a")))
                    }
                    // What is decided somebody else finishes, too.
                    if wasDecided, occurrence % 2 == 0 {
                        #expect(try test.open().read(box, for: "a") == "shredded", "\(operation) \(occurrence)")
                    }
                    receipt = try store.shred(.entity("a"), reason: "r")
                }
                for opened in [store, try test.open()] {
                    #expect(try opened.read(box, for: "a") == "shredded", "\(operation) \(occurrence)")
                    #expect(try opened.read(kept, for: "b") == "y")
                    #expect(try opened.verifyErasure(receipt!).findings == [], "\(operation) \(occurrence)")
                }
            }
        }
        #expect(failures > 20 && pending > 10)
    }

    @Test func aReceiptIsNotEasilyForged() throws {
        let test = try TestKeys()
        let store = try test.open()
        _ = try store.seal("x", for: "a")
        let receipt = try store.shred(.entity("a"), reason: "because")
        #expect(try ShredReceipt(parsing: receipt.bytes) == receipt)
        #expect(try test.read("00000001.json", in: "/keys/receipts") == receipt.bytes)
        for index in receipt.bytes.indices {
            var bytes = receipt.bytes
            bytes[index] ^= 1
            #expect(throws: KeyStoreError.self) { try ShredReceipt(parsing: bytes) }
        }
        #expect(throws: KeyStoreError.self) { try ShredReceipt(parsing: receipt.bytes + [10]) }
    }

    @Test func receiptsNameWhatTheFileSystemCannotDo() throws {
        for (type, options, journals, risk) in [
            ("btrfs", ["rw"], nil, ResidualRisks.copyOnWrite), ("ext4", ["rw", "data=journal"], nil, .dataJournaling),
            ("ext4", ["rw"], true, .dataJournaling), ("ext4", ["rw"], nil, .unknownFileSystem),
            ("what", ["rw"], nil, .unknownFileSystem),
        ] as [(String, [String], Bool?, ResidualRisks)] {
            let test = try TestKeys()
            test.disk.mountFacts.fileSystemType = type
            test.disk.mountFacts.fileSystemOptions = options
            test.disk.mountFacts.journalsData = journals
            let store = try test.open()
            _ = try store.seal("x", for: "a")
            let receipt = try store.shred(.entity("a"), reason: "")
            #expect(receipt.residualRisks.contains(risk))
            #expect(receipt.assurance == .unlinkedOnly)
        }
    }

    /// What is overwritten in memory may stand in swap.
    @Test(arguments: [["rw"], ["rw", "noswap"]]) func aRootKeyInMemoryMayBeInSwap(options: [String]) throws {
        let test = try TestKeys()
        test.disk.mountFacts.fileSystemType = "tmpfs"
        test.disk.mountFacts.fileSystemOptions = options
        let store = try test.open()
        _ = try store.seal("x", for: "a")
        let isLocked = store.memoryProtections?.contains(.locked) == true
        let receipt = try store.shred(.entity("a"), reason: "")
        #expect(receipt.residualRisks.contains(.memoryNotLocked) == (!options.contains("noswap") || !isLocked))
        #expect(receipt.assurance == .effaced)
    }

    /// As long as the old secret cannot be destroyed there is no receipt and no tombstone, however often it is tried,
    /// and the keys are not used.
    @Test func nothingIsCalledDestroyedThatIsNot() throws {
        let test = try TestKeys()
        let root = StubbornRoot(test.root())
        root.allow(true)
        let store = try test.open(root: root)
        let box = try store.seal("x", for: "a")
        let kept = try store.seal("y", for: "b")
        root.allow(false)
        #expect(throws: KeyStoreError.self) { try store.shred(.entity("a"), reason: "r") }
        for _ in 1...3 {
            #expect(throws: KeyStoreError.self) { try store.flush() }
            #expect(throws: KeyStoreError.self) { try store.shred(.entity("a"), reason: "r") }
            let again = try test.open(root: root)
            for opened in [store, again] {
                #expect(opened.isDirty)
                #expect(throws: KeyStoreError.destroying(box.keyID)) { try opened.read(box, for: "a") }
                #expect(try opened.keyRecords(of: .entity("a")).map(\.state) == [.destroying])
                #expect(try opened.read(kept, for: "b") == "y")
            }
            #expect(try !test.names().contains("receipts"))
        }
        root.allow(true)
        let receipt = try store.shred(.entity("a"), reason: "r")
        #expect(receipt.number == 1)
        #expect(try store.verifyErasure(receipt).isErased && !store.isDirty)
    }

    /// What is overwritten is overwritten: whoever held a file of the older generation open finds zeros in it.
    @Test func theOldGenerationIsOverwrittenInPlace() throws {
        let test = try TestKeys()
        let store = try test.open()
        _ = try store.seal("x", for: "a")
        let directory = try test.directory()
        var held: [(name: String, file: any File, size: Int)] = []
        for name in ["keyset", try test.journalName()] {
            let file = try directory.open(name, .read, permissions: .ownerFile)
            let size = Int(try file.status().size)
            #expect(try file.readAll(maximumBytes: 1 << 20).contains { $0 != 0 })
            held.append((name, file, size))
        }
        _ = try store.shred(.entity("a"), reason: "")
        for (name, file, size) in held {
            let bytes = try file.readAll(maximumBytes: 1 << 20)
            #expect(bytes.count >= size && bytes.allSatisfy { $0 == 0 }, "\(name)")
        }
    }

    /// No nonce stands twice, neither within a checkpoint nor in the next one.
    @Test func everyWrappingHasANonceOfItsOwn() throws {
        let test = try TestKeys()
        let store = try test.open(options: KeyStoreOptions(journalRecordMaximum: 1))
        var nonces: [[UInt8]] = []
        for entity in ["a", "b", "c", "d"] {
            _ = try store.seal("x", for: entity)
            let checkpoint = try test.read("keyset")
            for start in stride(from: 1024 + 512, to: checkpoint.count - 64, by: 144) {
                nonces.append(Array(checkpoint[start + 72..<start + 96]))
            }
        }
        #expect(nonces.count >= 6 && Set(nonces).count == nonces.count)
        #expect(nonces.allSatisfy { $0.contains { $0 != 0 } })
    }

    /// An older copy of the keyset opens with no secret that is left.
    @Test func anOldCopyOfTheKeysetStaysClosed() throws {
        let test = try TestKeys()
        let store = try test.open()
        let box = try store.seal("x", for: "a")
        let names = try test.names().filter { $0.hasPrefix("journal-") || $0 == "keyset" }
        let copies = try names.map { ($0, try test.read($0)) }
        _ = try store.shred(.entity("a"), reason: "")
        for (name, bytes) in copies { try test.write(bytes, to: name) }
        #expect { try test.open() } throws: { error in
            if case .rolledBack? = error as? KeyStoreError { true } else { false }
        }
        // Who had it open goes by what he knows.
        #expect(try store.read(box, for: "a") == "shredded")
    }

    /// The root key's copy with it: only the high-water mark knows.
    @Test func aWholeOldCopyIsUnmaskedByTheHighWaterMark() throws {
        let test = try TestKeys()
        let store = try test.open()
        let box = try store.seal("x", for: "a")
        let names = try test.names().filter { $0.hasPrefix("journal-") || $0 == "keyset" }
        let copies = try names.map { ($0, try test.read($0)) }
        let rootCopy = try test.read("root.key", in: TestKeys.secrets)
        _ = try store.shred(.entity("a"), reason: "")
        let mark = try store.position()
        for (name, bytes) in copies { try test.write(bytes, to: name) }
        try test.write(rootCopy, to: "root.key", in: TestKeys.secrets)
        #expect { try test.open(highWater: mark) } throws: { error in
            if case .rolledBack(_, _, known: mark)? = error as? KeyStoreError { true } else { false }
        }
        // Without the mark nothing can tell: that is what the receipt's risks say.
        #expect(try test.open().read(box, for: "a") == "x")
    }
}
