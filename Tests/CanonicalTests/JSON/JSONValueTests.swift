import Canonical
import Testing

/// Values keep the order of their members and compare byte by byte.
@Suite struct JSONValueTests {
    @Test func membersKeepTheOrderOfTheText() throws {
        let value = try JSONValue(parsing: #"{"z":1,"a":{"y":2,"b":3},"m":[]}"#)
        #expect(value.object?.members.map(\.key) == ["z", "a", "m"])
        #expect(value["a"]?.object?.members.map(\.key) == ["y", "b"])
        #expect(
            String(decoding: try value.canonicalBytes(.declared), as: UTF8.self) == #"{"z":1,"a":{"y":2,"b":3},"m":[]}"#
        )
    }

    @Test func everyKindIsReadAndAsksForItself() throws {
        let value = try JSONValue(parsing: #" [ null , true , false , -1.5 , "s\u00e9\n" , [ ] , { } ] "#)
        #expect(
            value
                == .array([
                    .null, .bool(true), .bool(false), .number(.double(-1.5)), .string("sé\n"), .array([]),
                    .object(JSONObject()),
                ])
        )
        let elements = try #require(value.array)
        #expect(elements[1].bool == true && elements[2].bool == false && elements[0].bool == nil)
        #expect(elements[3].number?.doubleValue == -1.5 && elements[4].number == nil)
        #expect(elements[4].string == "sé\n" && elements[3].string == nil)
        #expect(elements[5].array == [] && elements[6].array == nil)
        #expect(elements[6].object == JSONObject() && elements[5].object == nil)
        #expect(elements[5]["a"] == nil && value["a"] == nil)
    }

    @Test func normalisationFormsAreDifferentStringsAndKeys() throws {
        let composed = "\u{E9}", decomposed = "e\u{301}"
        #expect(composed == decomposed, "Swift's == merges them; the tests below must not use it")
        #expect(JSONValue.string(composed) != .string(decomposed))
        var object: JSONObject = [composed: 1]
        #expect(object[decomposed] == nil)
        object[decomposed] = 2
        #expect(object.members.count == 2)
        #expect(object != [composed: 1])
        let text = "{\"\(composed)\":1,\"\(decomposed)\":2}"
        #expect(try JSONValue(parsing: text) == .object(object))
        #expect(try canonical(text) == "{\"\(decomposed)\":2,\"\(composed)\":1}")
    }

    @Test func settingAMemberChangesAppendsOrRemoves() {
        var object: JSONObject = ["a": 1, "b": 2]
        object["a"] = .string("x")
        object["c"] = .null
        object["b"] = nil
        object["nothing"] = nil
        #expect(object.members.map(\.key) == ["a", "c"])
        #expect(object["a"] == .string("x"))
        #expect(object["c"] == .null)
    }

    @Test func orderCountsInComparisons() {
        #expect(JSONObject(dictionaryLiteral: ("a", 1), ("b", 2)) != ["b": 2, "a": 1])
        #expect(JSONValue.array([1, 2]) != .array([2, 1]))
        #expect(JSONValue.number(.double(0)) == .number(.double(-0.0)))
        #expect(JSONValue.integer(1) != .number(.double(1)))
        #expect(JSONValue.integer(-1) == .number(.negative(-1)))
        #expect(JSONValue.null != .bool(false))
    }

    @Test func aLiteralWithOneKeyTwiceStopsTheProgram() async {
        await #expect(processExitsWith: .failure) {
            let object: JSONObject = ["a": .null, "a": .null]
            _ = object.members.count
        }
    }

    @Test func theDocumentKeepsItsTextAndGivesItsDigest() throws {
        let text = Array(#"{ "b": 1, "a": 2 }"#.utf8)
        let document = try JSONDocument(parsing: text)
        #expect(document.source == text)
        #expect(document.digest(.jcs) == Digest(hashing: Array(#"{"a":2,"b":1}"#.utf8)))
        #expect(
            document.digest(.declared, algorithm: .blake3)
                == Digest(hashing: Array(#"{"b":1,"a":2}"#.utf8), algorithm: .blake3)
        )
    }
}
