import Canonical
import TestSupport
import Testing

/// Texts compared and hashed as the bytes they are.
@Suite struct TextBytesTests {
    private func hash(_ text: String) -> Int {
        var hasher = Hasher()
        TextBytes.hash(text, into: &hasher)
        return hasher.finalize()
    }

    @Test func twoSpellingsOfOneCharacterAreTwoTexts() {
        let composed = "caf\u{E9}"
        let decomposed = "cafe\u{301}"
        #expect(composed == decomposed)
        #expect(!TextBytes.isSame(composed, decomposed))
        #expect(hash(composed) != hash(decomposed))
    }

    @Test(arguments: 0...40) func everyByteCounts(_ count: Int) {
        let bytes = (0..<count).map { UInt8(ascii: "a") + UInt8($0 % 26) }
        let text = String(decoding: bytes, as: UTF8.self)
        // Another copy, on the heap where it is long.
        let copy = String(decoding: bytes + [], as: UTF8.self)
        #expect(TextBytes.isSame(text, copy))
        #expect(hash(text) == hash(copy))
        #expect(!TextBytes.isSame(text, text + "x") && !TextBytes.isSame(text + "x", text))
        for place in 0..<count {
            var other = bytes
            other[place] ^= 0x20
            let changed = String(decoding: other, as: UTF8.self)
            #expect(!TextBytes.isSame(text, changed), "byte \(place)")
            #expect(hash(text) != hash(changed), "byte \(place)")
        }
    }

    @Test func aTextAndItsBeginningDiffer() {
        #expect(!TextBytes.isSame("", "\0"))
        #expect(!TextBytes.isSame("abcdefgh", "abcdefgh\0"))
        #expect(hash("abcdefgh") != hash("abcdefgh\0"))
    }
}
