import Canonical
import Testing

/// Types that describe themselves are written like the text they would be parsed from.
@Suite struct CanonicalWriterTests {
    struct Point: CanonicalEncodable {
        var x: Int
        var label: String?
        var weight: Double = 0.5
        var tags: [String] = []
        var inner: [Point] = []

        func encode(to writer: inout CanonicalWriter) {
            writer.beginObject()
            writer.member("x", x)
            writer.member("label", label)
            writer.member("weight", weight)
            writer.member("tags", tags)
            writer.member("isFar", x > 100)
            writer.key("inner")
            writer.beginArray()
            for point in inner { writer.value(point) }
            writer.endArray()
            writer.endObject()
        }
    }

    static let point = Point(x: -3, label: "p\n", tags: ["a", "é"], inner: [Point(x: 200), Point(x: 0, label: "")])

    @Test func theDeclaredFormKeepsTheOrderAndOmitsNil() throws {
        #expect(
            String(decoding: try Self.point.canonicalBytes(.declared), as: UTF8.self)
                == #"{"x":-3,"label":"p\n","weight":0.5,"tags":["a","é"],"isFar":false,"inner":["#
                + #"{"x":200,"weight":0.5,"tags":[],"isFar":true,"inner":[]},"#
                + #"{"x":0,"label":"","weight":0.5,"tags":[],"isFar":false,"inner":[]}]}"#
        )
    }

    @Test func jcsBringsMembersIntoOrderAtEveryDepth() throws {
        #expect(
            String(decoding: try Self.point.canonicalBytes(.jcs), as: UTF8.self)
                == #"{"inner":[{"inner":[],"isFar":true,"tags":[],"weight":0.5,"x":200},"#
                + #"{"inner":[],"isFar":false,"label":"","tags":[],"weight":0.5,"x":0}],"isFar":false,"#
                + #""label":"p\n","tags":["a","é"],"weight":0.5,"x":-3}"#
        )
    }

    @Test func whatIsWrittenIsCanonical() throws {
        for form in CanonicalForm.allCases {
            let bytes = try Self.point.canonicalBytes(form)
            #expect(form.isCanonical(bytes))
            #expect(try JSONDocument(parsing: bytes, options: form.parsingOptions).canonicalBytes(form) == bytes)
            #expect(try Self.point.canonicalDigest(form) == Digest(hashing: bytes))
            #expect(
                try Self.point.canonicalDigest(form, algorithm: .blake3) == Digest(hashing: bytes, algorithm: .blake3)
            )
        }
    }

    @Test func optionalMembersAreOmittedNotNulled() throws {
        let text = try written(.declared) { writer in
            writer.beginObject()
            writer.member("a", nil as String?)
            writer.member("b", nil as Int?)
            writer.member("c", "x" as String?)
            writer.member("d", 4 as UInt64?)
            writer.key("e")
            writer.null()
            writer.endObject()
        }
        #expect(text == #"{"c":"x","d":4,"e":null}"#)
    }

    @Test func documentsAndValuesCanBePartsOfWhatIsWritten() throws {
        let document = try JSONDocument(parsing: Array(#"{ "b" : 1.0, "a" : 2 }"#.utf8))
        let value = document.value
        for form in CanonicalForm.allCases {
            let text = try written(form) { writer in
                writer.beginArray()
                writer.value(document)
                writer.value(value)
                writer.beginObject()
                writer.member("z", document)
                writer.member("y", value)
                writer.endObject()
                writer.endArray()
            }
            let part = form == .jcs ? #"{"a":2,"b":1}"# : #"{"b":1.0,"a":2}"#
            let last = form == .jcs ? "{\"y\":\(part),\"z\":\(part)}" : "{\"z\":\(part),\"y\":\(part)}"
            #expect(text == "[\(part),\(part),\(last)]")
        }
    }

    @Test func jcsNoticesAKeyWrittenTwice() throws {
        for count in [2, 40] {
            #expect(throws: CanonicalError.duplicateKey("k1")) {
                try written(.jcs) { writer in
                    writer.beginArray()
                    writer.beginObject()
                    for place in 0..<count { writer.member("k\(place)", place) }
                    writer.member("k1", 0)
                    writer.endObject()
                    writer.endArray()
                }
            }
        }
    }

    @Test func theFirstErrorIsTheOneThatIsThrown() throws {
        #expect(throws: CanonicalError.notFinite(key: "n")) {
            try written(.jcs) { writer in
                writer.beginObject()
                writer.member("n", Double.nan)
                writer.member("n", Double.infinity)
                writer.endObject()
            }
        }
    }

    @Test func anErrorNamesTheInnermostKeyAroundTheNumber() throws {
        // After an inner object ended, the key around the number is again that of the outer one.
        #expect(throws: CanonicalError.notFinite(key: "outer")) {
            try written(.declared) { writer in
                writer.beginObject()
                writer.key("outer")
                writer.beginArray()
                writer.beginObject()
                writer.member("inner", 1)
                writer.endObject()
                writer.value(Double.nan)
                writer.endArray()
                writer.endObject()
            }
        }
        #expect(throws: CanonicalError.notFinite(key: "")) {
            try written(.jcs) { writer in
                writer.beginArray()
                writer.beginObject()
                writer.member("a", 1)
                writer.endObject()
                writer.value(-Double.infinity)
                writer.endArray()
            }
        }
        #expect(CanonicalError.notFinite(key: "a").description.contains("\"a\""))
        #expect(CanonicalError.duplicateKey("b").description.contains("\"b\""))
    }

    @Test func aHashingWriterThrowsTheSameErrors() throws {
        struct Bad: CanonicalEncodable {
            func encode(to writer: inout CanonicalWriter) { writer.value(Double.nan) }
        }
        #expect(throws: CanonicalError.notFinite(key: "")) { try Bad().canonicalDigest(.declared) }
    }

    @Test func manyMembersOutOfOrderAreSorted() throws {
        let text = try written(.jcs) { writer in
            writer.beginObject()
            for place in stride(from: 99, through: 10, by: -1) {
                writer.key("k\(place)")
                writer.beginObject()
                writer.member("b", place)
                writer.member("a", [String](repeating: "x", count: place % 3))
                writer.endObject()
            }
            writer.endObject()
        }
        #expect(CanonicalForm.jcs.isCanonical(Array(text.utf8)))
        #expect(try JSONValue(parsing: text)["k42"]?["b"] == .integer(42))
    }
}
