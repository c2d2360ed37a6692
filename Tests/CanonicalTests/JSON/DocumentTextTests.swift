import Canonical
import Testing

@Suite("The text of single values")
struct DocumentTextTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-1.50e+3", "\"\"", #""a\"b\\""#, #""\\""#, "[]", "{}", "[1,[2,\"]\"],3]",
        #"{"a":"}","b":{"c":["\"{"]}}"#, "[ 1 , 2 ]", #""\u00e9 é""#,
    ])
    func aDocumentsTextIsWhatWasWritten(text: String) throws {
        let around = "{\"first\" : \(text) ,\"second\":[ \(text) , 7 ] }"
        let document = try JSONDocument(parsing: Array(around.utf8))
        var found: [String] = []
        document.forEachMember(of: document.root) { _, value in
            found.append(String(decoding: document.source[document.byteRange(of: value)], as: UTF8.self))
            guard document.kind(at: value) == .array, found.count == 2 else { return }
            document.forEachElement(of: value) {
                found.append(String(decoding: document.source[document.byteRange(of: $0)], as: UTF8.self))
            }
        }
        #expect(found == [text, "[ \(text) , 7 ]", text, "7"])
    }

    @Test func stringsAreComparedDecoded() throws {
        let document = try JSONDocument(parsing: Array(#"{"type":1,"ty\u0070e2":2,"é":3,"":4}"#.utf8))
        let names = ["type", "type2", "é", "", "typ", "typf", "e\u{301}"]
        var matches: [[Int]] = []
        document.forEachMember(of: document.root) { key, _ in
            matches.append(names.indices.filter { document.isString(names[$0], at: key) })
        }
        #expect(matches == [[0], [1], [2], [3]])
    }

    @Test func oneParserReadsManyTexts() throws {
        var parser = JSONDocumentParser(options: JSONOptions(integers: .exact64))
        let kept = try parser.parse(Array(#"{"a":"\u00e9","b":[1,2,18446744073709551615]}"#.utf8))
        let value = kept.value
        for text in ["[]", #"{"longer than before":["\t",{"x":null}]}"#, "7"] {
            let again = try parser.parse(Array(text.utf8))
            #expect(try again.value == JSONValue(parsing: text))
            #expect(throws: JSONError.self) { try parser.parse(Array("[1,".utf8)) }
        }
        // A document that is kept is not disturbed by later texts.
        #expect(kept.value == value)
        #expect(value["b"]?.array?.last?.number == .unsigned(.max))
    }

    @Test func theWriterTellsHowFarItIs() throws {
        var writer = CanonicalWriter(form: .declared)
        writer.beginObject()
        writer.member("a", "é")
        writer.key("n")
        let start = writer.writtenByteCount
        writer.value(0)
        let end = writer.writtenByteCount
        writer.member("z", 1)
        writer.endObject()
        let bytes = try writer.finish()
        #expect(bytes[start..<end] == [UInt8(ascii: "0")])
        #expect(String(decoding: bytes[..<start], as: UTF8.self) == #"{"a":"é","n":"#)
    }
}
