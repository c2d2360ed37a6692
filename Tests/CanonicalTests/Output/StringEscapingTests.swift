import Canonical
import Testing

/// RFC 8785, section 3.2.2.2: the fewest escapes; serde_json writes the same.
@Suite(.serialized) struct StringEscapingTests {
    @Test(arguments: CanonicalForm.allCases) func controlsHaveTheirOneSpelling(_ form: CanonicalForm) throws {
        let short: [UInt8: String] = [0x08: #"\b"#, 0x09: #"\t"#, 0x0A: #"\n"#, 0x0C: #"\f"#, 0x0D: #"\r"#]
        for code in UInt8(0)..<0x20 {
            let digits = Hex.encode([code])
            let expected = short[code] ?? "\\u00\(digits)"
            let character = String(UnicodeScalar(code))
            #expect(try written(form) { $0.value(character) } == "\"\(expected)\"")
            #expect(try canonical("\"\\u00\(digits.uppercased())\"", form) == "\"\(expected)\"")
            let around = "12345678\(character)12345678"
            #expect(try written(form) { $0.value(around) } == "\"12345678\(expected)12345678\"")
            #expect(
                try written(form) {
                    $0.beginObject(); $0.member(character, 1); $0.endObject()
                } == "{\"\(expected)\":1}"
            )
        }
    }

    @Test(arguments: CanonicalForm.allCases) func quoteAndBackslashAreEscaped(_ form: CanonicalForm) throws {
        #expect(try written(form) { $0.value("\"\\") } == #""\"\\""#)
        #expect(try canonical(#""\u0022\u005C""#, form) == #""\"\\""#)
    }

    @Test(arguments: CanonicalForm.allCases) func everythingElsePassesUnchanged(_ form: CanonicalForm) throws {
        // DEL, the line and paragraph separators, the slash, C1 controls and noncharacters are not escaped.
        for text in [
            "\u{7F}", "/", "\u{2028}", "\u{2029}", "\u{80}", "\u{9F}", "\u{FFFE}", "é", "😀", "<>&'", "\u{FEFF}",
        ] {
            #expect(try written(form) { $0.value(text) } == "\"\(text)\"")
            #expect(try canonical("\"\(text)\"", form) == "\"\(text)\"")
        }
        #expect(
            try canonical(#""\u007f\/\u2028\u2029\u0080\uFEFF""#, form) == "\"\u{7F}/\u{2028}\u{2029}\u{80}\u{FEFF}\""
        )
    }

    @Test func nothingIsNormalised() throws {
        #expect(try canonical(#""A\u030a""#).utf8.elementsEqual("\"A\u{30A}\"".utf8))
        #expect(try canonical(#""\u00c5""#).utf8.elementsEqual("\"\u{C5}\"".utf8))
        #expect(try canonical("\"\u{212B}\"").utf8.elementsEqual("\"\u{212B}\"".utf8))
    }
}
