import Canonical
import Foundation
import TestSupport
import Testing

@Suite struct Base64Tests {
    /// RFC 4648 section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func theStandardsOwnVectors(_ plain: String, _ text: String) {
        #expect(Base64.encode(Array(plain.utf8), .standard) == text)
        #expect(Base64.decode(text, .standard) == Array(plain.utf8))
        let unpadded = text.replacingOccurrences(of: "=", with: "")
        #expect(Base64.encode(Array(plain.utf8), .urlUnpadded) == unpadded)
        #expect(Base64.decode(unpadded, .urlUnpadded) == Array(plain.utf8))
    }

    @Test func theAlphabetsDifferInTheLastTwoCharacters() {
        #expect(Base64.encode([0xfb, 0xff], .standard) == "+/8=")
        #expect(Base64.encode([0xfb, 0xff], .urlUnpadded) == "-_8")
        #expect(Base64.decode("-_8=", .standard) == nil)
        #expect(Base64.decode("+/8", .urlUnpadded) == nil)
    }

    @Test func agreesWithFoundationOnEveryLengthUpTo200() {
        var generator = SplitMix64(seed: 1)
        for length in 0...200 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let text = Base64.encode(bytes, .standard)
            #expect(text == Data(bytes).base64EncodedString())
            #expect(Base64.decode(text, .standard) == bytes)
            #expect(Base64.decode(Base64.encode(bytes, .urlUnpadded), .urlUnpadded) == bytes)
        }
    }

    @Test(arguments: [
        "Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zh==", "Zm9=", "Zm8", "Zm9v=", "Zm9v====", "Zg==Zg==", "Z=g=",
        "=Zg=",
        "Zm9v\n", " Zm9v", "Zm 9", "Zm9\u{0}", "Zm9é", "Z", "Zm9vY", "Zm9-", "Zm9_",
    ])
    func paddedTextIsReadStrictly(_ text: String) {
        #expect(Base64.decode(text, .standard) == nil)
    }

    @Test(arguments: ["Zg==", "Zm8=", "Z", "Zm9vY", "Zh", "Zm9", "Zm9v\n", "Zm9+", "Zm9/", "Zm9 "])
    func unpaddedTextIsReadStrictly(_ text: String) {
        #expect(Base64.decode(text, .urlUnpadded) == nil)
    }

    @Test func ofAllFourCharacterTextsOnlyThoseThatEncodingWritesAreRead() {
        var accepted = 0
        let alphabet = Array("ABgwQ/+=-_".utf8)
        for first in alphabet {
            for second in alphabet {
                for third in alphabet {
                    for fourth in alphabet {
                        let text = String(decoding: [first, second, third, fourth], as: UTF8.self)
                        for variant in Base64.Variant.allCases {
                            guard let bytes = Base64.decode(text, variant) else { continue }
                            accepted += 1
                            #expect(Base64.encode(bytes, variant) == text)
                        }
                    }
                }
            }
        }
        #expect(accepted > 0)
    }
}
