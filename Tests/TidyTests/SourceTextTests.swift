import Testing

@Suite("Comments and strings are blanked")
struct SourceTextTests {
    private func code(_ text: String) -> [String] { SourceText(text).code.map(String.init) }

    @Test func commentsGoAndLinesStay() {
        #expect(code("a // b {\nc /* d\n{ /* e */ } */ f") == ["a       ", "c     ", "               f"])
    }

    @Test func whatStandsBetweenQuotesGoes() {
        #expect(code(#"let a = "{ // \" {" + b"#) == [#"let a = "         " + b"#])
        #expect(code("let a = #\"\\\" {\"# + b") == ["let a =  \"    \"  + b"])
        #expect(code("let a = \"\"\"\n  { \"\n  \"\"\" }") == ["let a = \"\"\"", "     ", "  \"\"\" }"])
    }

    @Test func interpolationsAreCode() {
        #expect(code(#""x \(f("{", (1))) {" }"#) == [#""    f(" ", (1))   " }"#])
    }

    @Test func linesAreNeverLost() throws {
        let text = "a\n\n\"b\"\n/*\n\n*/\nc"
        #expect(SourceText(text).lines.count == 7)
        #expect(SourceText(text).code.count == 7)
    }
}
