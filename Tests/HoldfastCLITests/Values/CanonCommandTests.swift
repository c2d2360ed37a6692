import Canonical
import FileSystemSeam
import HoldfastCLI
import TestSupport
import Testing

@Suite("holdfast canon")
struct CanonCommandTests {
    @Test func standardInputBecomesCanonicalBytesWithoutALineFeed() {
        for words in [["canon"], ["canon", "-"], ["canon", "--form", "jcs"], ["canon", "--form=jcs", "-"]] {
            let run = CommandRun(words, input: Array(" { \"b\" : 1.0, \"a\" : [ 1e2, \"\\u00e9\" ] }\n".utf8))
            #expect(run.code == .done)
            #expect(run.output == "{\"a\":[100,\"é\"],\"b\":1}")
            #expect(run.error.isEmpty)
        }
    }

    @Test func aTerminalGetsALineFeed() {
        let terminal = Console.Terminal(isOutput: true)
        #expect(CommandRun(["canon"], input: Array("[ 1 ]".utf8), terminal: terminal).output == "[1]\n")
    }

    @Test func declaredKeepsTheOrderAndTheIntegers() {
        let run = CommandRun("canon", "--form", "declared", input: "{\"b\": 18446744073709551615, \"a\": 1.0}")
        #expect(run.output == "{\"b\":18446744073709551615,\"a\":1.0}")
    }

    @Test(arguments: [
        ("jcs", "double", "9007199254740992"), ("jcs", "exact64", "9007199254740993"),
        ("declared", "exact64", "9007199254740993"), ("declared", "double", "9007199254740992.0"),
    ])
    func integersFollowTheOption(form: String, integers: String, expected: String) {
        let run = CommandRun("canon", "--form", form, "--integers", integers, input: "9007199254740993")
        #expect(run.code == .done)
        #expect(run.output == expected)
    }

    @Test func safe53RefusesInsteadOfRounding() {
        let run = CommandRun("canon", "--integers", "safe53", input: "[1, 9007199254740993]")
        run.expectError(.malformedInput, "standard input: line 1, column 5 (byte 4)", "2^53")
    }

    @Test func aFileIsRead() throws {
        let temporary = try TemporaryDirectory()
        try TestFile.write("[ 1 ]", temporary.path + "/a.json")
        #expect(CommandRun("canon", temporary.path + "/a.json").output == "[1]")
    }

    @Test func jsonOutputCarriesTheText() throws {
        let run = CommandRun("canon", "--json", input: "{\"b\":\"é\",\"a\":2}")
        let json = try run.json()
        #expect(json["canonical"]?.string == "{\"a\":2,\"b\":\"é\"}")
        #expect(json["byte_count"]?.number?.unsignedValue == 16)
        #expect(json["form"]?.string == "jcs")
    }

    @Test(arguments: [
        ("", "is empty"), ("{", "the text ends"), ("{\"a\":1,\"a\":2}", "key twice"), ("[1,]", "unexpected"),
        ("\u{FEFF}1", "byte-order mark"), ("\"\\ud800\"", "surrogate"), ("1 2", "follows the value"),
        ("1e400", "too large"), (String(repeating: "[", count: 100_000), "deeper than"),
    ])
    func whatIsNotJSONIsRefusedWithoutOutput(text: String, complaint: String) {
        CommandRun("canon", input: text).expectError(.malformedInput, "standard input", complaint)
    }

    @Test func invalidUTF8IsRefused() {
        CommandRun(["canon"], input: [0x22, 0xFF, 0x22]).expectError(.malformedInput, "not valid UTF-8")
    }

    @Test func anErrorInJSONNamesThePlace() throws {
        let run = CommandRun("canon", "--json", input: "{\n\"a\":1,}")
        #expect(run.code == .malformedInput)
        let error = try run.jsonError()
        #expect(error["code"]?.string == "malformed_json")
        #expect(error["line"]?.number?.unsignedValue == 2)
        #expect(error["column"]?.number?.unsignedValue == 7)
        #expect(error["byte_offset"]?.number?.unsignedValue == 8)
        #expect(error["message"]?.string?.contains("line 2, column 7") == true)
        #expect(run.error.hasPrefix("error: standard input: line 2"))
    }

    @Test func shortReadsMakeNoDifference() {
        let streams = BufferedStreams(input: Array("{\"b\":\"\u{1F600}é\",\"a\":[]}".utf8))
        streams.readMaximum = 1
        #expect(CommandRun(["canon"], streams: streams).output == "{\"a\":[],\"b\":\"\u{1F600}é\"}")
    }

    @Test func aLongValueComesThroughWhole() {
        let long = String(repeating: "x", count: 10_000_000)
        let run = CommandRun("canon", input: "{ \"a\" : \"\(long)\" }")
        #expect(run.code == .done)
        #expect(run.outputBytes.count == long.utf8.count + 8)
    }
}
