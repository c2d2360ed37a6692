import Canonical
import Testing

/// A text is canonical when writing it anew changes nothing.
@Suite struct IsCanonicalTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-1", "1.5", "1e+21", "\"\"", "\"a\\n\\u0000é\"", "[]", "{}", "[1,2]",
        "[[],{}]", "{\"\":0}", "{\"a\":[1,{\"b\":null}],\"c\":\"d\"}", "{\"😂\":1,\"\u{FB33}\":2}", "123456789012345",
        "9007199254740992", "18446744073709552000",
    ])
    func itsOwnFormHolds(_ text: String) {
        #expect(CanonicalForm.jcs.isCanonical(Array(text.utf8)))
    }

    @Test(arguments: [
        " null", "null ", "[1, 2]", "[ ]", "{ }", "{\"a\" :1}", "{\"a\": 1}", "{\n}", "[1\t]",
        "1.0", "1e2", "1E+21", "1e21", "-0", "0.0", "0.10", "1e-6", "9007199254740993", "100000000000000000000000",
        "\"\\/\"", "\"\\u0041\"", "\"\\u000A\"", "\"\\u001F\"", "\"\\u00e9\"", "\"\\u007f\"", "\"\\u2028\"",
        "{\"b\":1,\"a\":2}", "{\"\u{FB33}\":1,\"😂\":2}", "{\"a\":1,\"a\":2}", "{\"a\":{\"c\":1,\"b\":2}}",
        "", "[", "nul", "[1,]", "\u{FEFF}1",
        // White space that an escape's shorter spelling would make up for.
        "[\"\\u0041\"     ]", " \"\\u000a\"", "[1.0 ]",
    ])
    func everythingElseDoesNot(_ text: String) {
        #expect(!CanonicalForm.jcs.isCanonical(Array(text.utf8)))
    }

    @Test func theDeclaredFormsHaveNumbersOfTheirOwnAndAnyOrder() {
        let both = Array(#"{"b":1.0,"a":-0.0,"c":18446744073709551615}"#.utf8)
        #expect(CanonicalForm.declared.isCanonical(both) && CanonicalForm.declaredRyu.isCanonical(both))
        #expect(!CanonicalForm.jcs.isCanonical(both))
        #expect(CanonicalForm.declared.isCanonical(Array("[1e+16]".utf8)))
        #expect(!CanonicalForm.declared.isCanonical(Array("[1e16]".utf8)))
        #expect(CanonicalForm.declaredRyu.isCanonical(Array("[1e16]".utf8)))
        #expect(!CanonicalForm.declaredRyu.isCanonical(Array("[1e+16]".utf8)))
        #expect(!CanonicalForm.declared.isCanonical(Array("[-0]".utf8)))
    }

    @Test func theOptionsDecideWhatIsRead() {
        let text = Array("9007199254740993".utf8)
        #expect(!CanonicalForm.jcs.isCanonical(text))
        #expect(CanonicalForm.jcs.isCanonical(text, options: JSONOptions(integers: .exact64)))
        #expect(!CanonicalForm.declared.isCanonical(text, options: JSONOptions(integers: .safe53)))
        #expect(CanonicalForm.declared.isCanonical(text))
    }
}
