import Canonical
import TestSupport
import Testing

/// RFC 8785, section 3.2.3: keys are sorted by their UTF-16 code units.
@Suite struct KeyOrderTests {
    @Test func aSupplementaryKeyComesBeforeOneFromThePrivateUseAreaOn() throws {
        // By code points or UTF-8 bytes, U+FB33 and U+E000 would come before U+1F602; by UTF-16 they follow.
        #expect(try canonical("{\"\u{FB33}\":1,\"😂\":2,\"\u{E000}\":3}") == "{\"😂\":2,\"\u{E000}\":3,\"\u{FB33}\":1}")
        #expect(try canonical("{\"a\u{FFFF}\":1,\"a\u{10000}\":2}") == "{\"a\u{10000}\":2,\"a\u{FFFF}\":1}")
        #expect(try canonical("{\"\u{D7FF}\":1,\"\u{10FFFF}\":2}") == "{\"\u{D7FF}\":1,\"\u{10FFFF}\":2}")
    }

    @Test func escapedKeysAreSortedByWhatTheyStandFor() throws {
        #expect(try canonical(#"{"b":1,"\u0061":2}"#) == #"{"a":2,"b":1}"#)
        #expect(
            try canonical(#"{"\n":1,"\u0000":2,"!":3,"\\":4,"\"":5}"#) == #"{"\u0000":2,"\n":1,"!":3,"\"":5,"\\":4}"#
        )
        #expect(try canonical(#"{"\ufb33":1,"\ud83d\ude02":2}"#) == "{\"😂\":2,\"\u{FB33}\":1}")
    }

    @Test func aPrefixComesFirst() throws {
        #expect(try canonical(#"{"ab":1,"a":2,"":3,"a\u0000":4}"#) == #"{"":3,"a":2,"a\u0000":4,"ab":1}"#)
        #expect(
            try canonical(#"{"abcdefghi":1,"abcdefgh":2,"abcdefg":3,"abcdefgh\u0000":4}"#)
                == #"{"abcdefg":3,"abcdefgh":2,"abcdefgh\u0000":4,"abcdefghi":1}"#
        )
    }

    @Test(arguments: [1, 2, 5, 19, 20, 21, 32, 33, 40, 100, 1000])
    func theOrderIsThatOfUTF16Arrays(_ count: Int) throws {
        var generator = SplitMix64(seed: UInt64(count) + 500)
        for _ in 0..<(count > 200 ? 2 : 30) {
            var object = JSONObject()
            while object.members.count < count {
                object[RandomDocument.key(using: &generator)] = .integer(object.members.count)
            }
            let expected = object.members.sorted { Array($0.key.utf16).lexicographicallyPrecedes(Array($1.key.utf16)) }
            let declared = try JSONValue.object(object).canonicalBytes(.declared)
            for bytes in [
                try JSONDocument(parsing: declared).canonicalBytes(.jcs),
                try JSONValue.object(object).canonicalBytes(.jcs),
            ] {
                let members = try #require(try JSONValue(parsing: bytes).object).members
                #expect(members.map { Array($0.key.utf8) } == expected.map { Array($0.key.utf8) })
                #expect(members.map(\.value) == expected.map(\.value))
            }
        }
    }

    @Test func nestedObjectsAreSortedEachForItself() throws {
        #expect(
            try canonical(#"{"b":[{"d":1,"c":{"y":1,"x":{"2":0,"1":[]}}}],"a":{"z":1,"y":2}}"#)
                == #"{"a":{"y":2,"z":1},"b":[{"c":{"x":{"1":[],"2":0},"y":1},"d":1}]}"#
        )
    }

    @Test func theDeclaredFormsKeepTheOrder() throws {
        let text = "{\"\u{FB33}\":1,\"😂\":2,\"b\":{\"d\":1,\"c\":2},\"a\":3}"
        #expect(try canonical(text, .declared) == text)
        #expect(try canonical(text, .declaredRyu) == text)
    }
}
