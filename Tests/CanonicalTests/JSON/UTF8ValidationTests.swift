import Canonical
import Testing

/// Only well-formed UTF-8 (the Unicode Standard, table 3-7) is accepted, in values and keys, at every alignment.
@Suite struct UTF8ValidationTests {
    /// Sequences with the offset of the first byte of the character that is wrong.
    static let malformed: [(bytes: [UInt8], offset: Int)] = [
        ([0x80], 0), ([0xBF], 0),  // a continuation alone
        ([0xC3], 0), ([0xC3, 0x28], 0),  // a lead alone
        ([0xC0, 0x80], 0), ([0xC0, 0xAF], 0), ([0xC1, 0xBF], 0),  // overlong, two bytes
        ([0xE0, 0x80, 0x80], 0), ([0xE0, 0x9F, 0xBF], 0),  // overlong, three bytes
        ([0xF0, 0x80, 0x80, 0x80], 0), ([0xF0, 0x8F, 0xBF, 0xBF], 0),  // overlong, four bytes
        ([0xED, 0xA0, 0x80], 0), ([0xED, 0xBF, 0xBF], 0),  // surrogates
        ([0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80], 0),  // a pair of them (CESU-8)
        ([0xF4, 0x90, 0x80, 0x80], 0), ([0xF5, 0x80, 0x80, 0x80], 0),  // beyond U+10FFFF
        ([0xFE], 0), ([0xFF], 0), ([0xF8, 0x88, 0x80, 0x80, 0x80], 0),
        ([0xE2, 0x82], 0), ([0xE2, 0x28, 0xA1], 0), ([0xE2, 0x82, 0x28], 0),  // cut short
        ([0xF0, 0x9F, 0x98], 0), ([0xF0, 0x28, 0x8C, 0xBC], 0), ([0xF0, 0x90, 0x28, 0xBC], 0),
        ([0xF0, 0x90, 0x8C, 0x28], 0),
        ([0xC3, 0xA9, 0xC3], 2), ([0x61, 0xE2, 0x82, 0xAC, 0xE2, 0x82], 4),  // after good ones
    ]

    @Test(arguments: malformed.indices) func malformedBytesAreRefused(_ index: Int) throws {
        let (bytes, offset) = Self.malformed[index]
        for padding in 0..<17 {
            let before = [UInt8](repeating: UInt8(ascii: "a"), count: padding)
            let string = [UInt8(ascii: "\"")] + before + bytes + Array("\"".utf8)
            let error = try #require(refusal(string))
            #expect(error.kind == .invalidUTF8)
            #expect(error.byteOffset == 1 + padding + offset)

            let key = Array("{\"".utf8) + before + bytes + Array("bcdefghijkl\":1}".utf8)
            #expect(refusal(key)?.kind == .invalidUTF8)

            let afterEscape = Array("[\"\\n".utf8) + before + bytes + Array("\"]".utf8)
            #expect(refusal(afterEscape)?.kind == .invalidUTF8)
        }
    }

    @Test func malformedBytesAtTheEndOfTheTextAreRefused() {
        for (bytes, _) in Self.malformed {
            #expect(refusal([UInt8(ascii: "\"")] + bytes) != nil)
            #expect(refusal(bytes) != nil)
        }
    }

    @Test func everyScalarPassesUnchanged() throws {
        // One string with every Unicode scalar that needs no escape.
        var scalars = String.UnicodeScalarView("\"".unicodeScalars)
        for code in UInt32(0x20)...0x10_FFFF {
            guard let scalar = UnicodeScalar(code), scalar != "\"", scalar != "\\" else { continue }
            scalars.append(scalar)
        }
        scalars.append("\"")
        let text = Array(String(scalars).utf8)
        #expect(try JSONDocument(parsing: text).canonicalBytes(.jcs) == text)
        #expect(CanonicalForm.jcs.isCanonical(text))
    }

    @Test func everyTwoByteSequenceIsJudgedLikeTheStandardLibrary() {
        for first in UInt8(0x80)...0xFF {
            for second in UInt8(0x20)...0xFF where second != UInt8(ascii: "\"") && second != UInt8(ascii: "\\") {
                let isValid = String(validating: [first, second], as: UTF8.self) != nil
                #expect((refusal([0x22, first, second, 0x22]) == nil) == isValid)
            }
        }
    }

    @Test func threeAndFourByteSequencesAreJudgedLikeTheStandardLibrary() {
        // Every lead with the edges of every continuation range.
        let edges: [UInt8] = [0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0]
        for lead in UInt8(0xE0)...0xFF {
            for second in edges {
                for third in edges {
                    let three = [lead, second, third]
                    #expect(
                        (refusal([0x22] + three + [0x22]) == nil)
                            == (String(validating: three, as: UTF8.self) != nil)
                    )
                    for fourth in edges {
                        let four = three + [fourth]
                        #expect(
                            (refusal([0x22] + four + [0x22]) == nil)
                                == (String(validating: four, as: UTF8.self) != nil)
                        )
                    }
                }
            }
        }
    }

    @Test func noncharactersAreAnOption() throws {
        let allowed = [0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF].compactMap(UnicodeScalar.init).map(
            String.init
        )
        #expect(allowed.count == 6)
        let neighbours = ["\u{FDCF}", "\u{FDF0}", "\u{FFFD}", "\u{10000}", "\u{1FFFD}", "\u{10FFFD}"]
        let strict = JSONOptions(noncharacters: .reject)
        for text in allowed {
            #expect(refusal("[\"\(text)\"]") == nil)
            let error = try #require(refusal("[\"\(text)\"]", strict))
            #expect(error.kind == .noncharacter)
            #expect(error.byteOffset == 2)
            let units = text.utf16.map { "\\u" + Hex.encode([UInt8($0 >> 8), UInt8($0 & 0xFF)]) }.joined()
            #expect(refusal("[\"\(units)\"]") == nil)
            #expect(refusal("[\"\(units)\"]", strict)?.kind == .noncharacter)
            #expect(refusal("{\"\(text)\":1}", strict)?.kind == .noncharacter)
        }
        for text in neighbours { #expect(refusal("[\"\(text)\"]", strict) == nil) }
    }
}
