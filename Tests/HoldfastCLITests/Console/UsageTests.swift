import Canonical
import FileSystemSeam
import HoldfastCLI
import TestSupport
import Testing

@Suite("Command lines that are wrong")
struct UsageTests {
    @Test func noCommandGivesAShortUsage() {
        let run = CommandRun()
        run.expectError(.usage, "holdfast needs a command", "Usage: holdfast COMMAND", "canon", "journal")
        CommandRun("journal").expectError(.usage, "holdfast journal needs a command", "reserve", "rebuild-indexes")
    }

    @Test(arguments: [
        (["cannon"], "did you mean holdfast canon?"), (["jurnal"], "did you mean holdfast journal?"),
        (["journal", "verfy"], "did you mean holdfast journal verify?"),
        (["verify", "."], "did you mean holdfast journal verify?"),
        (["journal", "rebuild", "."], "did you mean holdfast journal rebuild-indexes?"),
        (["zzzzzz"], "see holdfast --help"), (["journal", "zzzzzz"], "see holdfast journal --help"),
    ])
    func unknownCommandsGetASuggestion(words: [String], remedy: String) {
        CommandRun(words).expectError(.usage, "unknown command", remedy)
    }

    @Test(arguments: [
        (["canon", "--from"], "did you mean --form?"), (["canon", "--jsn"], "did you mean --json?"),
        (["journal", "verify", ".", "--al"], "did you mean --all?"), (["canon", "-x"], "unknown option \"-x\""),
        (["--versoin"], "did you mean --version?"), (["journal", "--halp"], "did you mean --help?"),
        (["--grant", "g"], "stands before the command"),
    ])
    func unknownOptionsGetASuggestion(words: [String], remedy: String) {
        CommandRun(words).expectError(.usage, remedy)
    }

    @Test(arguments: [
        ["canon", "--form", "jcs", "--form", "declared"], ["canon", "--form=jcs", "--form=jcs"],
        ["canon", "--json", "--json"], ["--json", "canon", "--json"],
    ])
    func anOptionTwiceIsAnError(words: [String]) {
        let run = CommandRun(words, input: Array("1".utf8))
        #expect(run.code == .usage)
        #expect(run.error.contains("is given twice"))
    }

    @Test func valuesAreNeeded() {
        CommandRun("canon", "--form").expectError(.usage, "--form jcs|declared needs a value")
        CommandRun("canon", "--form", "--", "x").expectError(.usage, "needs a value")
        let forgotten = CommandRun("canon", "--form", "--json")
        #expect(forgotten.code == .usage)
        #expect(forgotten.error.contains("if \"--json\" is meant, write --form=--json"))
        CommandRun("canon", "--form=").expectError(.usage, "--form must not be empty")
        CommandRun("canon", "--json=1").expectError(.usage, "--json takes no value")
        CommandRun("canon", "--form", "xml").expectError(.usage, "jcs or declared", "\"xml\"")
    }

    @Test func whatIsMissingIsNamed() {
        CommandRun("journal", "verify").expectError(.usage, "argument DIR is missing", "journal verify --help")
        CommandRun("journal", "uses", "d").expectError(.usage, "--grant G is missing")
        CommandRun("completions").expectError(.usage, "argument SHELL is missing")
    }

    @Test func tooMuchIsRefused() {
        CommandRun("canon", "a", "b").expectError(.usage, "unexpected argument \"b\"")
        CommandRun("man", "x").expectError(.usage, "unexpected argument \"x\"")
    }

    @Test(arguments: ["0", "-1", "+1", "1.5", "x", "9223372036854775808", "99999999999999999999999", " 1", "1 "])
    func numbersOutOfRangeNameTheRange(value: String) {
        CommandRun("journal", "list", "d", "--from", value)
            .expectError(.usage, "--from must be a whole number from 1 to 9223372036854775807")
    }

    @Test(arguments: ["4294967296", "-1", "1e3", "0x10"])
    func thirtyTwoBitNumbersToo(value: String) {
        let digest = "sha256:" + String(repeating: "0", count: 64)
        CommandRun("journal", "check", "d", "--grant", "g", "--nonce-digest", digest, "--max-uses", value)
            .expectError(.usage, "--max-uses must be a whole number from 0 to 4294967295")
    }

    @Test(arguments: ["-1", "1.2345", "86401", "abc", ".", "1.", ".5", "1.5.5", "99999999999999999999"])
    func secondsOutOfRangeNameTheRange(value: String) {
        CommandRun("journal", "init", "d", "--timeout", value).expectError(.usage, "from 0 to 86400")
    }

    @Test func alternativesExcludeEachOther() {
        let digest = "sha256:" + String(repeating: "0", count: 64)
        CommandRun("journal", "find", "d").expectError(
            .usage,
            "--use-id, --grant with --nonce-digest or --grant with --nonce-file"
        )
        CommandRun("journal", "find", "d", "--use-id", "u", "--grant", "g").expectError(.usage, "give only one of")
        CommandRun("journal", "find", "d", "--grant", "g", "--nonce-digest", digest, "--nonce-file", "f")
            .expectError(.usage, "give only one of")
        CommandRun("journal", "check", "d", "--grant", "g", "--nonce-digest", digest, "--nonce-file", "f")
            .expectError(.usage, "not both")
        CommandRun("journal", "find", "d", "--grant", "g")
            .expectError(.usage, "--nonce-digest or --nonce-file is missing", "goes with --grant")
        CommandRun("journal", "find", "d", "--nonce-digest", digest).expectError(.usage, "--grant is missing")
    }

    /// What was typed in the place of a digest may be the nonce itself.
    @Test func aWrongDigestIsNotRepeated() {
        let run = CommandRun("journal", "check", "d", "--grant", "g", "--nonce-digest", "my-secret-nonce")
        run.expectError(.usage, "64 lower-case hexadecimal digits")
        #expect(!run.error.contains("secret"))
    }

    /// What other programs have.
    @Test func habitsAreAnsweredWithWhatIsThere() {
        CommandRun("journal", "help").expectError(.usage, "did you mean holdfast help journal?")
        CommandRun("version").expectError(.usage, "did you mean holdfast --version?")
        CommandRun("-V").expectError(.usage, "did you mean --version?")
        CommandRun("journal", "version").expectError(.usage, "see holdfast journal --help")
    }

    /// Another program's words are its own; those before and the lock's path are ours.
    @Test func onlyAnotherProgramsWordsNeedBeNoText() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/lock"
        CommandRun("lock", "run", path, "--", "/none/a\u{FFFD}").expectError(.missingInput, "there is no command")
        #expect(CommandRun("--json", "lock", "run", "a\u{FFFD}", "--", "true").code == .usage)
        for words in [["a\u{FFFD}", "--", "true"], ["--", "a\u{FFFD}", "true"], [path, "a\u{FFFD}"]] {
            CommandRun(["lock", "run"] + words).expectError(.usage, "is not valid UTF-8")
        }
        CommandRun("digest", "--", "a\u{FFFD}").expectError(.usage, "argument 3 is not valid UTF-8")
    }

    @Test func undecodableWordsAreRefused() {
        CommandRun("digest", "a\u{FFFD}").expectError(.usage, "argument 2 is not valid UTF-8")
    }

    @Test func errorsObeyJSONBeforeTheyAreParsed() throws {
        for words in [["cannon", "--json"], ["--json", "cannon"], ["canon", "--bogus", "--json"], ["--json"]] {
            let run = CommandRun(words)
            #expect(run.code == .usage)
            #expect(try run.jsonError()["code"]?.string == "usage")
            #expect(run.error.hasPrefix("error: "))
        }
        #expect(CommandRun("canon", "--bogus", "--", "--json").output.isEmpty)
    }

    @Test func tenMegabytesAreRefusedBriefly() {
        let long = String(repeating: "z", count: 10_000_000)
        for words in [
            [long], ["canon", "--" + long], ["canon", "--form", long], ["canon", "a", long], ["help", long],
        ] {
            let run = CommandRun(words)
            #expect(run.code == .usage)
            #expect(run.error.utf8.count < 1000)
        }
    }

    @Test(arguments: [
        ("form", "from", 1), ("abc", "abc", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "ba", 1),
        ("ca", "abc", 3),
    ])
    func distancesCountEdits(left: String, right: String, distance: Int) {
        #expect(EditDistance.between(left, right) == distance)
        #expect(EditDistance.between(right, left) == distance)
    }
}
