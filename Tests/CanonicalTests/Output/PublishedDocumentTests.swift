import Canonical
import Testing

/// The documents that RFC 8785's authors publish.
@Suite struct PublishedDocumentTests {
    @Test(
        .needsPublishedVectors,
        arguments: ["arrays", "french", "structures", "unicode", "values", "weird"]
    )
    func theInputBecomesTheOutput(_ name: String) throws {
        let input = try PublishedVectors.bytes("jcs/input/\(name).json")
        let expected = try PublishedVectors.bytes("jcs/output/\(name).json")
        let hexadecimal = try PublishedVectors.lines("jcs/outhex/\(name).txt").joined(separator: " ")
        #expect(try JSONDocument(parsing: input).canonicalBytes(.jcs) == expected)
        #expect(try JSONValue(parsing: input).canonicalBytes(.jcs) == expected)
        #expect(Hex.decode(hexadecimal.filter { $0 != " " }) == expected)
        #expect(CanonicalForm.jcs.isCanonical(expected))
        #expect(!CanonicalForm.jcs.isCanonical(input))
        #expect(try JSONDocument(parsing: expected).digest(.jcs) == Digest(hashing: expected))
    }

    @Test func theExampleOfTheRFC() throws {
        // RFC 8785, section 3.2: numbers, a string with escapes, literals, and members out of order.
        let input = #"""
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """#
        let expected =
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
            + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(try canonical(input) == expected)
        #expect(try String(decoding: JSONValue(parsing: input).canonicalBytes(.jcs), as: UTF8.self) == expected)
    }

    @Test func theSortingExampleOfTheRFC() throws {
        // RFC 8785, section 3.2.3.
        let input = #"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#
        let order = try #require(try JSONValue(parsing: canonical(input)).object).members.map {
            Int($0.value.number!.doubleValue)
        }
        #expect(order == [2, 4, 6, 7, 1, 5, 3])
    }
}
