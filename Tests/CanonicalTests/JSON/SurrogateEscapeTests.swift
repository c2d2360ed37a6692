import Canonical
import Testing

/// `\u` escapes stand for UTF-16 units; only whole characters are accepted, and nothing is replaced.
@Suite struct SurrogateEscapeTests {
    @Test(arguments: [
        #"["\ud800"]"#, #"["\udbff"]"#, #"["\udc00"]"#, #"["\udfff"]"#,  // half a pair
        #"["\udc00\ud800"]"#, #"["\ude00\ud83d"]"#,  // reversed
        #"["\ud800\ud800"]"#, #"["\ud83d\ud83d\ude00"]"#,  // two leading halves
        #"["\ud800a"]"#, #"["\ud800\n"]"#, #"["\ud800\u0041"]"#, #"["\ud800\\udc00"]"#,  // no second half
        #"["\uD800 \uDC00"]"#,
    ])
    func aLoneOrReversedSurrogateIsRefused(_ text: String) throws {
        let error = try #require(refusal(text))
        #expect(error.kind == .loneSurrogate)
        #expect(error.byteOffset == 2)
    }

    @Test func aLoneSurrogateInAKeyIsRefused() throws {
        let error = try #require(refusal(#"{"a":1,"x\udead":2}"#))
        #expect(error.kind == .loneSurrogate)
        #expect(error.byteOffset == 9)
    }

    @Test func thePlaceIsThatOfTheFirstHalfThatIsWrong() throws {
        #expect(try #require(refusal(#"["\ud83d\ude00\ud83d"]"#)).byteOffset == 14)
    }

    @Test(arguments: [#""\ud800"#, #""\ud800\"#, #""\ud800\u"#, #""\ud800\udc0"#, #""\ud800\udc00"#])
    func aPairCutByTheEndOfTheTextIsRefused(_ text: String) {
        #expect(refusal(text) != nil)
    }

    @Test func everyPairBecomesItsCharacter() throws {
        for code in stride(from: UInt32(0x1_0000), through: 0x10_FFFF, by: 0x101) {
            let scalar = try #require(UnicodeScalar(code))
            let escaped = String(scalar).utf16.map { "\\u" + Hex.encode([UInt8($0 >> 8), UInt8($0 & 0xFF)]) }
            #expect(try canonical("\"\(escaped.joined())\"") == "\"\(scalar)\"")
        }
    }

    @Test func everyUnitOutsideTheSurrogatesBecomesItsCharacter() throws {
        for unit in UInt16(0x20)...0xFFFF {
            guard let scalar = UnicodeScalar(unit), scalar != "\"", scalar != "\\" else { continue }
            let digits = Hex.encode([UInt8(unit >> 8), UInt8(unit & 0xFF)])
            let value = try JSONValue(parsing: "\"\\u\(digits.uppercased())\"")
            #expect(value.string?.unicodeScalars.elementsEqual([scalar]) == true)
        }
    }

    @Test func escapesAreDecodedOnceAndOnlyOnce() throws {
        // A backslash that came out of an escape does not begin another one.
        #expect(try JSONValue(parsing: #""\\ud83d\\ude00""#).string == #"\ud83d\ude00"#)
        #expect(try canonical(#""\\ud83d\\ude00""#) == #""\\ud83d\\ude00""#)
        #expect(try canonical(#""\u005cn""#) == #""\\n""#)
        #expect(try canonical(#""\u005c\u0075d800""#) == #""\\ud800""#)
    }

    @Test func aPairMayStandInAKeyAndBesidePlainText() throws {
        #expect(try canonical(#"{"a\ud83d\ude02b":"\ud834\udd1e"}"#) == "{\"a😂b\":\"𝄞\"}")
        #expect(try canonical("\"abcdefgh\\ud83d\\ude02ijklmnopqrst😂\"") == "\"abcdefgh😂ijklmnopqrst😂\"")
    }
}
