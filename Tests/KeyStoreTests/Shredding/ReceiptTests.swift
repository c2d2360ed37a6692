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
}
