import Canonical
import Testing

/// Decoders of this package read a document in place.
@Suite struct DocumentPlaceTests {
    private let document: JSONDocument
    private let text = #"{"n":null,"t":true, "f":false,"num":-12,"s":"a\u00e9","list":[1,[2],{"x":3}],"o":{"k":4}}"#

    init() throws { document = try JSONDocument(parsing: Array(text.utf8)) }

    @Test func membersComeInOrderWithTheirKinds() {
        var keys: [String] = []
        var kinds: [JSONDocument.Kind] = []
        document.forEachMember(of: document.root) { key, value in
            keys.append(document.string(at: key))
            kinds.append(document.kind(at: value))
            #expect(document.kind(at: key) == .string)
        }
        #expect(keys == ["n", "t", "f", "num", "s", "list", "o"])
        #expect(kinds == [.null, .bool, .bool, .number, .string, .array, .object])
        #expect(
            kinds.map(\.name).joined(separator: ", ")
                == "null, a boolean, a boolean, a number, a string, an array, an object"
        )
    }

    @Test func everyPlaceKnowsWhereItBegins() {
        let bytes = Array(text.utf8)
        document.forEachMember(of: document.root) { key, value in
            #expect(bytes[document.byteOffset(of: key)] == UInt8(ascii: "\""))
            let first: UInt8? =
                switch document.string(at: key) {
                case "n": UInt8(ascii: "n")
                case "t": UInt8(ascii: "t")
                case "f": UInt8(ascii: "f")
                case "num": UInt8(ascii: "-")
                case "s": UInt8(ascii: "\"")
                case "list": UInt8(ascii: "[")
                case "o": UInt8(ascii: "{")
                default: nil
                }
            #expect(bytes[document.byteOffset(of: value)] == first)
        }
        #expect(document.byteOffset(of: document.root) == 0)
    }

    @Test func valuesAreReadAtTheirPlace() throws {
        var elements: [JSONDocument.Kind] = []
        document.forEachMember(of: document.root) { key, value in
            switch document.string(at: key) {
            case "t": #expect(document.bool(at: value) == true)
            case "f": #expect(document.bool(at: value) == false)
            case "num":
                #expect(document.number(at: value) == .negative(-12))
                #expect(document.bool(at: value) == nil)
            case "s":
                #expect(document.string(at: value) == "aé")
                #expect(document.stringByteCount(at: value) == 3)
                #expect(document.number(at: value) == nil)
            case "list":
                document.forEachElement(of: value) { elements.append(document.kind(at: $0)) }
                #expect(document.value(at: value) == .array([1, [2], .object(["x": 3])]))
            default: break
            }
        }
        #expect(elements == [.number, .array, .object])
    }

    @Test func anErrorThrownInsideEndsTheWalk() {
        struct Stop: Error {}
        var visited = 0
        #expect(throws: Stop.self) {
            try document.forEachMember(of: document.root) { _, _ in
                visited += 1
                if visited == 3 { throw Stop() }
            }
        }
        #expect(visited == 3)
    }

    @Test func linesAndColumnsAreCountedOnDemand() throws {
        let document = try JSONDocument(parsing: Array("{\n \"a\":\n1}".utf8))
        var places: [[Int]] = []
        document.forEachMember(of: document.root) { key, value in
            for place in [key, value] {
                let (line, column) = document.lineAndColumn(ofByte: document.byteOffset(of: place))
                places.append([line, column])
            }
        }
        #expect(places == [[2, 2], [3, 1]])
    }

    @Test func droppedMembersAreNotVisited() throws {
        let document = try JSONDocument(
            parsing: Array(#"{"a":{"deep":[1,2]},"b":1,"a":2}"#.utf8),
            options: JSONOptions(duplicateKeys: .lastWins)
        )
        var keys: [String] = []
        document.forEachMember(of: document.root) { key, _ in keys.append(document.string(at: key)) }
        #expect(keys == ["b", "a"])
    }
}
