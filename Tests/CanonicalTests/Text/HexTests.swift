import Canonical
import Testing

@Suite struct HexTests {
    @Test func everyByteHasOneTextAndComesBack() {
        let bytes = (0...255).map { UInt8($0) }
        let text = Hex.encode(bytes)
        #expect(text.utf8.count == 512)
        #expect(text.hasPrefix("000102030405060708090a0b0c0d0e0f10"))
        #expect(text.hasSuffix("fdfeff"))
        #expect(Hex.decode(text) == bytes)
        #expect(Hex.encode([]) == "")
        #expect(Hex.decode("") == [])
    }

    @Test(arguments: ["0", "abc", "0F", "FF", "0x00", " 00", "00 ", "0g", "0/", "0:", "0`", "é", "00\u{0}"])
    func anythingElseIsRefused(_ text: String) {
        #expect(Hex.decode(text) == nil)
    }
}
