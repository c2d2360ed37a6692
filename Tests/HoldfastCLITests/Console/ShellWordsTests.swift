import HoldfastCLI
import Testing

@Suite("Words for a shell")
struct ShellWordsTests {
    /// A quote stays inside, whatever makes one character of it and of what stands beside it.
    @Test(arguments: [
        "plain", "", "two words", "it's", "'", "''", "$(touch x)", "a\nb", "\\", "\"", "*", "~",
        "'\u{301}; echo broken", "a'\u{301}b", "\u{600}'; echo broken; '", "'\u{200D}'", "e\u{301}'",
        "\u{1F1E6}'\u{FE0F}",
        "'\r\n'",
    ])
    func aShellReadsWhatWasQuoted(_ word: String) throws {
        let quoted = ShellWords.quoted(word)
        #expect(Array(try Shell.run("printf %s \(quoted)", input: "").utf8) == Array(word.utf8))
    }

    /// So that a word of several is one: nothing ends it early.
    @Test func aLineHasAsManyWordsAsWereGiven() throws {
        let words = ["a'\u{301}b c", "d", "\u{600}' e"]
        let line = ShellWords.line(words).dropFirst("holdfast".count)
        #expect(try Shell.run("set --\(line); printf %s $#", input: "") == "3")
    }
}
