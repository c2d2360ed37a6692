import Canonical
import TestSupport
import Testing

/// One object has each key once; keys are compared unescaped, byte by byte.
@Suite struct DuplicateKeyTests {
    @Test(arguments: [
        (#"{"a":1,"a":1}"#, 7),
        (#"{"a":1,"b":2,"a":3}"#, 13),
        (#"{"":1,"":2}"#, 6),
        (#"[{"x":{"a":1,"a":2}}]"#, 13),  // nested in a value
        (#"{"a":1,"\u0061":2}"#, 7),  // after unescaping
        (#"{"\u0061":1,"a":2}"#, 12),
        (#"{"\u00e9":1,"é":2}"#, 12),
        (#"{"\ud83d\ude00":1,"😀":2}"#, 18),
        (#"{"\/":1,"/":2}"#, 8),
        (#"{"a":1,"b":{"a":1},"b":2}"#, 19),
        (#"{"longer key that needs words":1,"x":{},"longer key that needs words":2}"#, 40),
    ])
    func aSecondKeyIsRefusedAtItsPlace(_ text: String, _ offset: Int) throws {
        let error = try #require(refusal(text))
        #expect(error.kind == .duplicateKey)
        #expect(error.byteOffset == offset)
    }

    @Test(arguments: [
        #"{"a":{"a":{"a":1}}}"#,  // the same key at different depths
        #"[{"a":1},{"a":2}]"#,
        "{\"\u{E9}\":1,\"e\u{301}\":2}",  // composed and decomposed: Swift's == calls these equal
        "{\"\u{212B}\":1,\"\u{C5}\":2,\"A\u{30A}\":3}",
        #"{"a":1,"A":2}"#,
        #"{"a":1,"a ":2,"a\u0000":3,"":4}"#,
        #"{"abcdefghX12345678":1,"abcdefghY12345678":2,"abcdefgh12345678":3}"#,  // the same eight bytes at both ends
        #"{"abcd1efg":1,"abcd2efg":2,"abcd3efg":3}"#,
        #"{"1":1,"01":2,"1.0":3}"#,
    ])
    func differentKeysAreKeptApart(_ text: String) throws {
        #expect(refusal(text) == nil)
        #expect(try JSONValue(parsing: text) == JSONValue(parsing: text))
    }

    @Test(arguments: [2, 3, 8, 20, 21, 31, 32, 33, 34, 64, 65, 500, 3000])
    func aDuplicateIsFoundInAnObjectOfAnySize(_ count: Int) throws {
        // Every pair of places for small objects, a few for large ones.
        var generator = SplitMix64(seed: UInt64(count))
        for _ in 0..<(count < 100 ? 40 : 6) {
            let first = Int.random(in: 0..<(count - 1), using: &generator)
            let second = Int.random(in: (first + 1)..<count, using: &generator)
            var keys = (0..<count).map { "key\($0 &* 7919 % 10007)" }
            #expect(refusal(Self.object(keys)) == nil)
            keys[second] = keys[first]
            let text = Self.object(keys)
            let error = try #require(refusal(text))
            #expect(error.kind == .duplicateKey)
            #expect(error.byteOffset == Self.offset(of: second, keys))
        }
    }

    @Test func anEscapeAnywhereInAKeyOfAnyLengthChangesNothing() throws {
        for length in 1...40 {
            let plain = String("abcdefghijklmnopqrstuvwxyz0123456789ABCD".prefix(length))
            for place in 0..<length {
                var units = plain.map(String.init)
                units[place] = "\\u00" + Hex.encode(Array(units[place].utf8))
                let escaped = units.joined()
                // Something follows the decoded key in memory, and something else the plain one.
                for keys in [[plain, escaped, "x\\n"], [escaped, "\\ty", plain], [escaped, "z\\r", escaped]] {
                    let text = "{" + keys.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
                    #expect(refusal(text)?.kind == .duplicateKey, "\(text)")
                }
            }
        }
    }

    @Test func theFirstSecondKeyOfTheTextIsReported() throws {
        // In an object of many keys, too, where they are found in another order.
        for count in [10, 100] {
            var keys = (0..<count).map { "k\(1000 - $0)" }
            keys[count - 1] = keys[count - 2]
            keys[5] = keys[4]
            #expect(try #require(refusal(Self.object(keys))).byteOffset == Self.offset(of: 5, keys))
        }
    }

    @Test func lastWinsKeepsTheLastValueAtItsPlace() throws {
        let options = JSONOptions(duplicateKeys: .lastWins)
        let text = #"{"a":1,"b":[1,{"x":1,"x":2}],"a":{"c":1},"d":4,"\u0061":3}"#
        let value = try JSONValue(parsing: text, options: options)
        #expect(value.object?.members.map(\.key) == ["b", "d", "a"])
        #expect(value["a"] == .integer(3))
        #expect(try canonical(text, .jcs, options) == #"{"a":3,"b":[1,{"x":2}],"d":4}"#)
        #expect(try canonical(text, .declared, options) == #"{"b":[1,{"x":2}],"d":4,"a":3}"#)
        #expect(!CanonicalForm.jcs.isCanonical(Array(#"{"a":1,"a":2}"#.utf8), options: options))
    }

    @Test(arguments: [5, 32, 33, 100]) func lastWinsHoldsForManyKeys(_ count: Int) throws {
        let options = JSONOptions(duplicateKeys: .lastWins)
        let keys = (0..<count).map { "k\($0 % 5)" }
        let value = try JSONValue(parsing: Self.object(keys), options: options)
        #expect(value.object?.members.count == 5)
        for place in 0..<5 {
            let last = count - 1 - (count - 1 - place) % 5
            #expect(value["k\(place)"] == .integer(last))
        }
    }

    @Test func theOptionDoesNotChangeTextsWithoutDuplicates() throws {
        let text = #"{"b":{"a":1,"c":2},"a":[{"a":1},{"a":2}]}"#
        #expect(try canonical(text, .jcs, JSONOptions(duplicateKeys: .lastWins)) == canonical(text))
    }

    private static func object(_ keys: [String]) -> String {
        "{" + keys.enumerated().map { "\"\($1)\":\($0)" }.joined(separator: ",") + "}"
    }

    private static func offset(of place: Int, _ keys: [String]) -> Int {
        1 + keys[..<place].enumerated().reduce(0) { $0 + $1.element.utf8.count + 4 + "\($1.offset)".utf8.count }
    }
}
