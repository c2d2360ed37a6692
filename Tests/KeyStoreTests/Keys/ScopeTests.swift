import Canonical
import KeyStore
import Testing

@Suite("Scopes, selectors and what boxes are bound to")
struct ScopeTests {
    @Test func bytesAreAsDocumented() {
        #expect(Hex.encode(KeyScope.entity("user-7").bytes) == "01757365722d37")
        #expect(Hex.encode(KeyScope.category(3).bytes) == "0203")
        #expect(Hex.encode(KeyScope.category(ofKind: 0xa001).bytes) == "020a")
        #expect(Hex.encode(KeyScope.kind(0x3001).bytes) == "033001")
        #expect(Hex.encode(KeyScope.event(7).bytes) == "0400000000000000000000000000000007")
        let high: UInt128 = 0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10
        #expect(Hex.encode(KeyScope.event(high).bytes) == "040102030405060708090a0b0c0d0e0f10")
    }

    /// NFC and NFD of one name look the same and are two entities.
    @Test func namesAreBytes() {
        #expect(KeyScope.entity("\u{e9}") != KeyScope.entity("e\u{301}"))
        #expect(KeyScope.entity("") != KeyScope.category(0))
    }

    /// Of two people one must not be left out because their names look alike.
    @Test func selectorsAreBytes() {
        let (one, other) = (KeySelector.entity("\u{e9}"), KeySelector.entity("e\u{301}"))
        #expect(one != other)
        #expect(Set([one, other, .entity("\u{e9}")]).count == 2)
        #expect(KeySelector.category(3) != .kind(3) && KeySelector.event(3) == .event(3))
        #expect(Set([KeySelector.category(3), .kind(3), .event(3), .event(4), .category(3)]).count == 4)
    }

    @Test func theScopeOfAnEventFollowsTheGranularity() {
        func scope(_ granularity: KeyGranularity) -> KeyScope {
            .of(entity: "e", kind: 0x5123, eventID: 9, in: granularity)
        }
        #expect(scope(.entity) == .entity("e"))
        #expect(scope(.category) == .category(5))
        #expect(scope(.typeID) == .kind(0x5123))
        #expect(scope(.event) == .event(9))
    }

    @Test func associatedDataIsAsDocumented() {
        let data = payloadAssociatedData(entity: "a", scope: .entity("a"), kind: 0x0102, eventID: 7)
        #expect(Hex.encode(data) == "010100000061" + "020000000161" + "0201" + "00000000000000000000000000000007")
    }

    /// Where one field ends and the next begins cannot be shifted.
    @Test func associatedDataIsUnambiguous() {
        let one = payloadAssociatedData(entity: "ab", scope: .entity("c"), kind: 0, eventID: 0)
        let other = payloadAssociatedData(entity: "a", scope: .entity("bc"), kind: 0, eventID: 0)
        #expect(one != other)
    }

    @Test func descriptionsDoNotNameTheEntity() {
        #expect(!"\(KeyScope.entity("alice"))".contains("alice"))
    }
}

@Suite("Boxes as they are stored")
struct SealedBoxTests {
    @Test func aBoxComesBackAsItWas() throws {
        let bytes = [1] + (0..<16).map { UInt8($0) } + (16..<40).map { UInt8($0) } + [UInt8](repeating: 9, count: 18)
        let box = try SealedBox(parsing: bytes)
        #expect(box.keyID.description == "000102030405060708090a0b0c0d0e0f")
        #expect(box.nonce == (16..<40).map { UInt8($0) })
        #expect(box.ciphertext.count == 18)
        #expect(box.bytes == bytes)
    }

    @Test func whatIsTooShortDoesNotOpen() {
        for count in 0..<(41 + 16) {
            #expect(throws: KeyStoreError.authenticationFailed) {
                try SealedBox(parsing: [1] + [UInt8](repeating: 0, count: count).dropLast(count > 0 ? 1 : 0))
            }
        }
        #expect(throws: KeyStoreError.unsupportedBox(version: 2)) {
            try SealedBox(parsing: [2] + [UInt8](repeating: 0, count: 100))
        }
    }
}
