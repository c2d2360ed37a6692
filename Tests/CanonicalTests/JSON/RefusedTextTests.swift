import Canonical
import Testing

/// What RFC 8259 does not allow is refused, and the error tells the place.
@Suite struct RefusedTextTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let text: String
        let kind: JSONError.Kind
        let offset: Int

        init(_ text: String, _ kind: JSONError.Kind, at offset: Int) {
            self.text = text
            self.kind = kind
            self.offset = offset
        }

        var testDescription: String { text.debugDescription }
    }

    static let cases: [Case] = [
        // Endings.
        Case("", .unexpectedEnd, at: 0),
        Case(" \n", .unexpectedEnd, at: 2),
        Case("[", .unexpectedEnd, at: 1),
        Case("[1", .unexpectedEnd, at: 2),
        Case("[1,", .unexpectedEnd, at: 3),
        Case("{", .unexpectedEnd, at: 1),
        Case("{\"a\"", .unexpectedEnd, at: 4),
        Case("{\"a\" ", .unexpectedEnd, at: 5),
        Case("{\"a\":", .unexpectedEnd, at: 5),
        Case("{\"a\":1", .unexpectedEnd, at: 6),
        Case("{\"a\":1,", .unexpectedEnd, at: 7),
        Case("\"", .unexpectedEnd, at: 1),
        Case("\"abcdefghijk", .unexpectedEnd, at: 12),
        Case("\"\\", .unexpectedEnd, at: 2),
        Case("\"\\u00", .unexpectedEnd, at: 5),
        Case("\"\\n", .unexpectedEnd, at: 3),
        Case("nul", .unexpectedEnd, at: 3),
        Case("-", .unexpectedEnd, at: 1),
        Case("1.", .unexpectedEnd, at: 2),
        Case("1e", .unexpectedEnd, at: 2),
        Case("1e+", .unexpectedEnd, at: 3),
        // Commas, colons, brackets.
        Case("[1,]", .unexpectedByte(UInt8(ascii: "]")), at: 3),
        Case("[,1]", .unexpectedByte(UInt8(ascii: ",")), at: 1),
        Case("[1,,2]", .unexpectedByte(UInt8(ascii: ",")), at: 3),
        Case("[1 2]", .unexpectedByte(UInt8(ascii: "2")), at: 3),
        Case("{\"a\":1,}", .unexpectedByte(UInt8(ascii: "}")), at: 7),
        Case("{,}", .unexpectedByte(UInt8(ascii: ",")), at: 1),
        Case("{\"a\" 1}", .unexpectedByte(UInt8(ascii: "1")), at: 5),
        Case("{\"a\"::1}", .unexpectedByte(UInt8(ascii: ":")), at: 5),
        Case("{\"a\":1 \"b\":2}", .unexpectedByte(UInt8(ascii: "\"")), at: 7),
        Case("{1:2}", .unexpectedByte(UInt8(ascii: "1")), at: 1),
        Case("{a:2}", .unexpectedByte(UInt8(ascii: "a")), at: 1),
        Case("[1}", .unexpectedByte(UInt8(ascii: "}")), at: 2),
        Case("[}", .unexpectedByte(UInt8(ascii: "}")), at: 1),
        Case("{\"a\":1]", .unexpectedByte(UInt8(ascii: "]")), at: 6),
        Case("{]", .unexpectedByte(UInt8(ascii: "]")), at: 1),
        Case("]", .unexpectedByte(UInt8(ascii: "]")), at: 0),
        Case("{\"a\":}", .unexpectedByte(UInt8(ascii: "}")), at: 5),
        // Something after the value.
        Case("1 2", .trailingBytes, at: 2),
        Case("{}}", .trailingBytes, at: 2),
        Case("[] ,", .trailingBytes, at: 3),
        Case("null\u{0}", .trailingBytes, at: 4),
        Case("truex", .trailingBytes, at: 4),
        // Comments, other quotes, other white space.
        Case("/**/1", .unexpectedByte(UInt8(ascii: "/")), at: 0),
        Case("[1//\n]", .unexpectedByte(UInt8(ascii: "/")), at: 2),
        Case("# 1", .unexpectedByte(UInt8(ascii: "#")), at: 0),
        Case("'a'", .unexpectedByte(UInt8(ascii: "'")), at: 0),
        Case("\u{B}1", .unexpectedByte(0x0B), at: 0),
        Case("\u{C}1", .unexpectedByte(0x0C), at: 0),
        Case("\u{A0}1", .unexpectedByte(0xC2), at: 0),
        Case("\u{0}", .unexpectedByte(0), at: 0),
        // Words.
        Case("True", .unexpectedByte(UInt8(ascii: "T")), at: 0),
        Case("trUe", .unexpectedByte(UInt8(ascii: "U")), at: 2),
        Case("[nil]", .unexpectedByte(UInt8(ascii: "i")), at: 2),
        Case("[fals]", .unexpectedByte(UInt8(ascii: "]")), at: 5),
        Case("undefined", .unexpectedByte(UInt8(ascii: "u")), at: 0),
        Case("NaN", .unexpectedByte(UInt8(ascii: "N")), at: 0),
        Case("Infinity", .unexpectedByte(UInt8(ascii: "I")), at: 0),
        // Numbers.
        Case("-Infinity", .invalidNumber, at: 0),
        Case("-NaN", .invalidNumber, at: 0),
        Case("+1", .unexpectedByte(UInt8(ascii: "+")), at: 0),
        Case(".5", .unexpectedByte(UInt8(ascii: ".")), at: 0),
        Case("-.5", .invalidNumber, at: 0),
        Case("[5.]", .invalidNumber, at: 1),
        Case("[5.e1]", .invalidNumber, at: 1),
        Case("[1e]", .invalidNumber, at: 1),
        Case("[1e+]", .invalidNumber, at: 1),
        Case("[1E-x]", .invalidNumber, at: 1),
        Case("01", .invalidNumber, at: 0),
        Case("[-01]", .invalidNumber, at: 1),
        Case("00", .invalidNumber, at: 0),
        Case("[--1]", .invalidNumber, at: 1),
        Case("0x10", .trailingBytes, at: 1),
        Case("1_000", .trailingBytes, at: 1),
        Case("1.5.5", .trailingBytes, at: 3),
        Case("1e5e5", .trailingBytes, at: 3),
        Case("1e400", .numberOverflow, at: 0),
        Case("[-1e400]", .numberOverflow, at: 1),
        Case("1e99999999999999999999", .numberOverflow, at: 0),
        Case("1.8e308", .numberOverflow, at: 0),
        Case("1" + String(repeating: "0", count: 309), .numberOverflow, at: 0),
        Case("1" + String(repeating: "0", count: 309) + ".5", .numberOverflow, at: 0),
        // Strings.
        Case("\"\u{0}\"", .controlCharacter(0), at: 1),
        Case("\"a\nb\"", .controlCharacter(0x0A), at: 2),
        Case("\"abcdefgh\t\"", .controlCharacter(0x09), at: 9),
        Case("\"abcdefg\u{1F}ijklmnopqrs\"", .controlCharacter(0x1F), at: 8),
        Case("{\"a\u{1}\":1}", .controlCharacter(1), at: 3),
        Case("\"\\n\u{1}\"", .controlCharacter(1), at: 3),
        Case("\"\\x41\"", .invalidEscape, at: 1),
        Case("\"\\'\"", .invalidEscape, at: 1),
        Case("\"\\0\"", .invalidEscape, at: 1),
        Case("\"\\U0041\"", .invalidEscape, at: 1),
        Case("\"\\\n\"", .invalidEscape, at: 1),
        Case("\"\\u00g0\"", .invalidEscape, at: 5),
        Case("\"\\u+041\"", .invalidEscape, at: 3),
        Case("\"\\u 041\"", .invalidEscape, at: 3),
        Case("\"\\u{41}\"", .invalidEscape, at: 3),
        // A byte-order mark.
        Case("\u{FEFF}1", .byteOrderMark, at: 0),
        Case("\u{FEFF}", .byteOrderMark, at: 0),
        Case("1\u{FEFF}", .trailingBytes, at: 1),
    ]

    @Test(arguments: cases) func badTextIsRefusedAtItsPlace(_ refused: Case) throws {
        let error = try #require(refusal(refused.text))
        #expect(error.kind == refused.kind)
        #expect(error.byteOffset == refused.offset)
    }

    @Test(arguments: cases) func badTextIsRefusedInEveryContext(_ refused: Case) {
        // What is wrong alone is wrong after a good value, too, and behind white space of every length.
        for padding in 1...9 {
            let text = String(repeating: " ", count: padding) + refused.text
            #expect(refusal(text) != nil)
            #expect(CanonicalForm.jcs.isCanonical(Array(text.utf8)) == false)
        }
    }

    @Test func everyControlCharacterIsRefusedAtEveryDistanceFromTheEnds() {
        for code in UInt8(0)..<0x20 {
            for before in 0..<10 {
                for after in 0..<10 {
                    var text = [UInt8](repeating: UInt8(ascii: "a"), count: before + after + 3)
                    text[0] = UInt8(ascii: "\"")
                    text[before + 1] = code
                    text[before + after + 2] = UInt8(ascii: "\"")
                    let error = refusal(text)
                    let isRefused = error?.kind == .controlCharacter(code) && error?.byteOffset == before + 1
                    if !isRefused { Issue.record("byte \(code) after \(before) and before \(after) others") }
                }
            }
        }
    }

    @Test func lineAndColumnCountFromOne() throws {
        let error = try #require(refusal("{\n  \"a\": 1,\n  \"b\": 01\n}"))
        #expect(error.line == 3)
        #expect(error.column == 8)
        #expect(error.byteOffset == 19)
        #expect(error.description == "line 3, column 8 (byte 19): not a JSON number")
    }

    @Test func columnsCountBytesNotCharacters() throws {
        let error = try #require(refusal("[\"é\",x]"))
        #expect(error.byteOffset == 6)
        #expect(error.column == 7)
    }

    @Test func theEndOfTheTextIsAPlaceToo() throws {
        let error = try #require(refusal("[1,\n"))
        #expect(error.kind == .unexpectedEnd)
        #expect((error.line, error.column) == (2, 1))
    }

    @Test(arguments: cases) func everyErrorIsOneSentenceWithItsPlace(_ refused: Case) throws {
        let sentence = try #require(refusal(refused.text)).description
        #expect(sentence.hasPrefix("line "))
        #expect(sentence.contains("(byte \(refused.offset)): "))
        #expect(!sentence.contains("\n"))
    }

    @Test func unprintableBytesAreNamedInHexadecimal() throws {
        #expect(try #require(refusal("\u{B}1")).description.hasSuffix("unexpected byte 0x0b"))
        #expect(try #require(refusal("[1 \"\"]")).description.hasSuffix("unexpected '\"'"))
    }
}
