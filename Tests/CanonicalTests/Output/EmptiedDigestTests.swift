import Canonical
import TestSupport
import Testing

/// The digest of a text that holds its own digest: one value is taken for an empty string.
@Suite struct EmptiedDigestTests {
    @Test func anyValueIsTakenForAnEmptyString() throws {
        for value in [#""sha256:00""#, "\"\"", "null", "17", #"{"a":[1,2]}"#, "[1,{}]", #""\u00e9""#] {
            for text in [#"{"a":1,"own":VALUE,"z":[ 2 ]}"#, #"{ "own" : VALUE }"#, #"{"z":{"own":3},"own":VALUE}"#] {
                let document = try parse(text.replacing("VALUE", with: value))
                let expected = try parse(text.replacing("VALUE", with: "\"\""))
                for form in CanonicalForm.allCases {
                    #expect(try emptied("own", document, form) == expected.digest(form), "\(text) \(value)")
                }
            }
        }
    }

    @Test func itIsWhatAWriterMakesOfTheMembers() throws {
        for seed in 0..<200 as Range<UInt64> {
            var generator = RandomDocument(seed: seed)
            var object = JSONObject()
            for name in ["first", "own", "last"] { object[name] = generator.value() }
            let bytes = try JSONValue.object(object).canonicalBytes(.declared)
            object["own"] = .string("")
            let expected = try JSONValue.object(object).canonicalDigest(.declared)
            let document = try JSONDocument(parsing: bytes, options: CanonicalForm.declared.parsingOptions)
            #expect(try emptied("own", document, .declared) == expected, "seed \(seed)")
        }
    }

    @Test func keysAreFoundByTheirBytesAfterUnescaping() throws {
        let document = try parse(#"{"\u006fwn":1,"cafe\u0301":2}"#)
        var found: [Bool] = []
        document.forEachMember(of: document.root) { key, _ in
            found.append(document.isString("own", at: key))
            found.append(document.isString("caf\u{E9}", at: key))
            found.append(document.isString("cafe\u{301}", at: key))
        }
        #expect(found == [true, false, false, false, false, true])
        #expect(document.count(at: document.root) == 2)
    }

    private func parse(_ text: String) throws -> JSONDocument { try JSONDocument(parsing: Array(text.utf8)) }

    private func emptied(_ name: String, _ document: JSONDocument, _ form: CanonicalForm) throws -> Digest {
        var place: JSONDocument.Place?
        document.forEachMember(of: document.root) { if document.isString(name, at: $0) { place = $1 } }
        return document.digest(form, emptying: try #require(place))
    }
}
