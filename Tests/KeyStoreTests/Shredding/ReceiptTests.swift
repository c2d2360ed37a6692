import FileSystemSeam
import KeyStore
import Testing

/// A receipt is asked for by its number, of a store in which others go on.
@Suite("Receipts by their numbers")
struct ReceiptTests {
    private static func isMalformed(_ error: any Error) -> Bool {
        if case .malformedReceipt? = error as? KeyStoreError { true } else { false }
    }

    /// As with any other call, who is given the receipt of a destruction has noticed it.
    @Test func whoAsksForAReceiptNoticesTheDestruction() throws {
        let test = try TestKeys()
        let here = try test.open()
        let key = try here.mint(.entity("a"))
        try here.flush()
        let nonce = [UInt8](repeating: 5, count: 24)
        _ = try key.seal(nonce: nonce, associatedData: [], plaintext: [1])
        let issued = try test.open().shred(.entity("a"), reason: "elsewhere")
        #expect(try here.receipt(1) == issued)
        #expect(throws: KeyStoreError.self) { try key.seal(nonce: nonce, associatedData: [], plaintext: [1]) }
    }

    /// Its file stands there, durably, a moment before the keyset says that it is issued.
    @Test func aReceiptThatIsNotIssuedIsNotGiven() throws {
        var wasSeen = false
        for occurrence in 1...20 {
            let test = try TestKeys()
            let here = try test.open()
            _ = try here.seal("x", for: "a")
            let there = try test.open()
            test.disk.faults = .on(.sync, occurrence, .error(.inputOutput))
            let isDone = (try? there.shred(.entity("a"), reason: "")) != nil
            test.disk.faults = FaultPlan()
            let stands = (try? test.read("00000001.json", in: "\(TestKeys.path)/receipts")) != nil
            if isDone || !stands { continue }
            wasSeen = true
            #expect {
                try here.receipt(1)
            } throws: { error in
                Self.isMalformed(error)
            }
            try there.flush()
            #expect(try here.receipt(1).number == 1)
        }
        #expect(wasSeen)
    }

    @Test(arguments: [0, 2, .max] as [UInt64]) func aNumberThatWasNotIssuedIsRefused(_ number: UInt64) throws {
        let test = try TestKeys()
        let store = try test.open()
        _ = try store.seal("x", for: "a")
        _ = try store.shred(.entity("a"), reason: "")
        #expect {
            try store.receipt(number)
        } throws: { error in
            Self.isMalformed(error)
        }
        store.close()
        #expect(throws: KeyStoreError.closed) { try store.receipt(1) }
    }

    /// The receipt of a scope with many keys is long, and longer where its reason is of characters that JSON writes with
    /// six others.
    @Test func aLongReceiptIsRead() throws {
        let test = try TestKeys()
        let store = try test.open()
        let box = try store.seal("x", for: "a")
        for _ in 0..<200 { try store.rotate(.entity("a")) }
        let receipt = try store.shred(.entity("a"), reason: String(repeating: "\u{1}", count: 240))
        #expect(receipt.keyIDs.count == 201)
        #expect(try store.receipt(1) == receipt)
        #expect(try store.read(box, for: "a") == "shredded")
        #expect(try ScopedKeyStore.survey(TestKeys.path, fileSystem: test.fileSystem).findings.isEmpty)
    }

    /// What is longer than any receipt of the store is not read: reading it as JSON takes many times its length.
    @Test(arguments: [100_000, 1 << 40] as [Int64]) func whatIsLongerThanAnyReceiptIsNotRead(size: Int64) throws {
        let test = try TestKeys()
        let store = try test.open()
        let box = try store.seal("x", for: "a")
        _ = try store.shred(.entity("a"), reason: "")
        let receipts = try test.fileSystem.openDirectory("\(TestKeys.path)/receipts")
        let file = try receipts.open("00000001.json", .write, permissions: .ownerFile)
        try file.truncate(to: size)
        let reason = "receipts/00000001.json is longer than 4131 bytes, as no receipt of this store is"
        for act in [
            { _ = try store.receipt(1) }, { _ = try store.read(box, for: "a") },
            { _ = try test.open().read(box, for: "a") },
        ] {
            #expect {
                try act()
            } throws: { error in
                guard case .malformedReceipt(let told)? = error as? KeyStoreError else { return false }
                return told.contains(reason)
            }
        }
        let survey = try ScopedKeyStore.survey(TestKeys.path, fileSystem: test.fileSystem)
        #expect(
            survey.findings == [.badReceipt(number: 1, file: "receipts/00000001.json", reason: reason)],
            "\(survey.findings)"
        )
    }
}
