import Canonical
import Foundation
import TestSupport
import Testing

/// Numbers are read to the nearest double, integers as the options say.
@Suite struct NumberReadingTests {
    private func number(_ text: String, _ integers: JSONOptions.Integers = .double) throws -> JSONNumber {
        try #require(try JSONValue(parsing: text, options: JSONOptions(integers: integers)).number)
    }

    @Test(arguments: [
        ("0", JSONNumber.unsigned(0)), ("-1", .negative(-1)), ("10", .unsigned(10)),
        ("9007199254740992", .unsigned(9_007_199_254_740_992)),
        ("-9007199254740992", .negative(-9_007_199_254_740_992)),
        ("-0", .double(-0.0)), ("0.0", .double(0)), ("1.0", .double(1)), ("1e2", .double(100)),
        ("1E+2", .double(100)), ("1e-2", .double(0.01)), ("0e0", .double(0)), ("0e99999", .double(0)),
        ("123.456", .double(123.456)), ("-0.000001", .double(-0.000001)),
        ("1.7976931348623157e308", .double(.greatestFiniteMagnitude)),
        ("4.9406564584124654e-324", .double(.leastNonzeroMagnitude)),
        ("2.2250738585072011e-308", .double(Double(bitPattern: 0x000F_FFFF_FFFF_FFFF))),
        ("1e-400", .double(0)), ("-1e-400", .double(-0.0)), ("1e-99999999999", .double(0)),
    ])
    func aNumberIsReadAs(_ text: String, _ expected: JSONNumber) throws {
        let read = try number(text)
        #expect(read == expected)
        #expect(read.doubleValue.bitPattern == expected.doubleValue.bitPattern)
    }

    @Test func integersBeyondTheSafeRangeFollowTheOption() throws {
        let texts = ["9007199254740993", "-9007199254740993", "18446744073709551615", "18446744073709551616"]
        for text in texts {
            #expect(try number(text, .double) == .double(Double(text)!))
            let error = try #require(refusal("[ \(text)]", JSONOptions(integers: .safe53)))
            #expect(error.kind == .unsafeInteger)
            #expect(error.byteOffset == 2)
        }
        #expect(try number("9007199254740993", .exact64) == .unsigned(9_007_199_254_740_993))
        #expect(try number("18446744073709551615", .exact64) == .unsigned(.max))
        #expect(try number("-9223372036854775808", .exact64) == .negative(.min))
        #expect(try number("-9223372036854775809", .exact64) == .double(-9223372036854775808))
        #expect(try number("18446744073709551616", .exact64) == .double(18446744073709551616))
        #expect(try number("123456789012345678901", .exact64) == .double(123456789012345683968))
    }

    @Test func nothingAboveTheSafeRangeIsRoundedSilently() throws {
        // The largest integer that no double skips is accepted, the next is not, on both sides of zero.
        let options = JSONOptions(integers: .safe53)
        for sign in ["", "-"] {
            #expect(refusal("\(sign)9007199254740992", options) == nil)
            #expect(refusal("\(sign)9007199254740993", options)?.kind == .unsafeInteger)
            #expect(refusal("\(sign)9007199254740994", options)?.kind == .unsafeInteger)
        }
        // A double that was written as one is not an integer to be kept exactly.
        #expect(refusal("[1e300,9007199254740993.0,-0]", options) == nil)
    }

    @Test func exactIntegersSurviveBothForms() throws {
        let text = "[18446744073709551615,-9223372036854775808,9007199254740993]"
        #expect(try canonical(text, .declared) == text)
        #expect(try canonical(text, .jcs, JSONOptions(integers: .exact64)) == text)
        #expect(try canonical(text, .jcs) == "[18446744073709552000,-9223372036854776000,9007199254740992]")
    }

    /// The form decides where the options do not say how integers are read.
    @Test(arguments: [
        "9007199254740993", "18446744073709551615", "-9223372036854775808", "[-9007199254740993,1.0]",
        "{\"b\":9223372036854775807,\"a\":1e+22}",
    ])
    func theDeclaredFormsKeepIntegersWithoutBeingAsked(_ text: String) throws {
        let bytes = Array(text.utf8)
        for options in [JSONOptions(), JSONOptions(maximumDepth: 16)] {
            let document = try JSONDocument(parsing: bytes, options: options)
            #expect(CanonicalForm.declared.isCanonical(bytes, options: options))
            #expect(document.canonicalBytes(.declared) == bytes)
            #expect(document.digest(.declared) == Digest(hashing: bytes))
            #expect(document.digest(.declaredRyu, emptying: document.root) == Digest(hashing: Array("\"\"".utf8)))
            var canonicalizer = Canonicalizer(form: .declared, options: options)
            #expect(try canonicalizer.canonicalBytes(of: bytes.span) == bytes)
            #expect(String(decoding: document.canonicalBytes(.jcs), as: UTF8.self) == (try canonical(text, .jcs)))
        }
        // Who asks for doubles gets them.
        let rounded = try canonical("9007199254740993", .declared, JSONOptions(integers: .double))
        #expect(rounded == "9007199254740992.0")
    }

    @Test func signsAndKindsOfIntegers() throws {
        #expect(try number("7").unsignedValue == 7)
        #expect(try number("7").signedValue == 7)
        #expect(try number("-7").unsignedValue == nil)
        #expect(try number("-7").signedValue == -7)
        #expect(try number("7.0").unsignedValue == nil)
        #expect(try number("18446744073709551615", .exact64).signedValue == nil)
        #expect(try number("-9223372036854775808", .exact64).doubleValue == -9223372036854775808)
    }

    /// Decimal numbers that lie close to the middle between two doubles, from the literature on reading them.
    static let hard = [
        "9007199254740993.0", "9007199254740992.999999999999999999999", "9007199254740993.00000000000000000001",
        "2.2250738585072011e-308", "2.2250738585072012e-308", "2.4703282292062327e-324",
        "2.4703282292062328e-324", "6.631236846766476e-316", "3.2378839133029012895883524125015321748630e-319",
        "1.7976931348623158e308", "8.98846567431158e307", "5e-324", "7.4109846876186981e-324",
        "0.500000000000000166533453693773481063544750213623046875",
        "1.00000000000000011102230246251565404236316680908203125",
        "1.00000000000000011102230246251565404236316680908203124",
        "1.00000000000000011102230246251565404236316680908203126",
        "3.518437208883201171875e13", "62.5364939768271845828", "8.10109172351e-10",
        "1.50000000000000011102230246251565",
        "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042880",
    ]

    @Test(arguments: hard) func hardNumbersAreReadToTheNearestDouble(_ text: String) throws {
        let expected = strtod(text, nil)
        #expect(try number(text).doubleValue.bitPattern == expected.bitPattern)
        #expect(try number("-" + text).doubleValue.bitPattern == (-expected).bitPattern)
    }

    @Test func randomNumbersAreReadLikeTheCLibraryReadsThem() throws {
        var generator = SplitMix64(seed: 11)
        for _ in 0..<20_000 {
            var text = generator.oneIn(2) ? "-" : ""
            text +=
                generator.oneIn(3)
                ? "0"
                : String(UInt64.random(in: 1...(1 << UInt64.random(in: 1...63, using: &generator)), using: &generator))
            if generator.oneIn(2) {
                text += "." + String(repeating: "0", count: Int.random(in: 0...6, using: &generator))
                text += String(
                    UInt64.random(in: 0...(1 << UInt64.random(in: 1...63, using: &generator)), using: &generator)
                )
            }
            if generator.oneIn(2) { text += "e\(Int.random(in: -345...290, using: &generator))" }
            let expected = strtod(text, nil)
            guard expected.isFinite else {
                #expect(refusal(text)?.kind == .numberOverflow)
                continue
            }
            let read = try number(text, .exact64).doubleValue
            #expect(read.bitPattern == expected.bitPattern, "\(text)")
        }
    }

    @Test func everyDoubleComesBackFromItsShortestDigits() throws {
        var generator = SplitMix64(seed: 12)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            let text = try written(.jcs) { $0.value(value) }
            #expect(try number(text).doubleValue == value)
        }
    }

    @Test func aNumberOfManyDigitsIsReadInLinearTime() throws {
        let digits = String(repeating: "123456789", count: 20_000)
        #expect(try number("0." + digits).doubleValue == 0.123456789123456789)
        #expect(refusal(digits)?.kind == .numberOverflow)
        #expect(try number("0." + String(repeating: "0", count: 100_000) + "1").doubleValue == 0)
        #expect(try number("1" + String(repeating: "0", count: 300) + ".5e-300").doubleValue == 1)
    }
}
