import Canonical
import HoldfastCLI
import Testing

@Suite("Command lines that are right")
struct ParsingTests {
    /// A command that prints what was parsed.
    private static let table = CommandTable(
        groups: [],
        commands: [
            CommandDescription(
                path: ["echo"],
                summary: "print what was parsed",
                positionals: [
                    PositionalDescription(name: "FIRST", kind: .text, help: "one word"),
                    PositionalDescription(
                        name: "REST",
                        kind: .text,
                        help: "more words",
                        isRequired: false,
                        isRepeated: true
                    ),
                ],
                options: [
                    OptionDescription(name: "key", arity: .repeatable(.text, name: "K"), help: "any number of these"),
                    OptionDescription(name: "wait", arity: .value(.seconds(maximum: 10), name: "S"), help: "how long"),
                    OptionDescription(name: "count", arity: .value(.integer(0...9), name: "N"), help: "how many"),
                ],
                examples: [Example(words: ["echo", "a"], note: "one word")],
                run: { context in
                    let arguments = context.arguments
                    let words = arguments.positionals("FIRST") + ["|"] + arguments.positionals("REST")
                    context.console.writeLine(words.joined(separator: " "))
                    context.console.writeLine(arguments.texts("key").joined(separator: " "))
                    let wait = arguments.milliseconds("wait").map(String.init) ?? "-"
                    let count = arguments.integer("count").map(String.init) ?? "-"
                    context.console.writeLine("\(wait) \(count)")
                    return .done
                }
            )
        ]
    )

    private static func echo(_ words: String...) -> [String] {
        let run = CommandRun(["echo"] + words, table: table)
        #expect(run.code == .done, "\(run.error)")
        return run.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test func optionsAndWordsMix() {
        #expect(Self.echo("a", "--count", "3", "b", "--wait=1.5", "c") == ["a | b c", "", "1500 3", ""])
    }

    @Test func repeatableOptionsCollect() {
        #expect(Self.echo("--key", "x", "a", "--key=y", "--key", "z")[1] == "x y z")
    }

    /// A mark that combines with the equals sign or the dash before it makes neither another character.
    @Test func optionsAreCutAtBytes() {
        #expect(Self.echo("--key=\u{301}x", "a")[1] == "\u{301}x")
        #expect(Self.echo("--key=a=\u{301}", "a")[1] == "a=\u{301}")
        #expect(Self.echo("--key=\u{600}=", "a")[1] == "\u{600}=")
        for word in ["-\u{301}", "-\u{301}x", "--\u{301}", "-\u{200D}-key"] {
            CommandRun(["echo", "a", word], table: Self.table).expectError(.usage, "unknown option")
            CommandRun(["echo", "--key", "-\u{301}", "a", word], table: Self.table).expectError(
                .usage,
                "unknown option"
            )
            CommandRun([word, "echo", "a"], table: Self.table).expectError(.usage, "option")
        }
        CommandRun(["echo", "a", "--key", "--\u{301}"], table: Self.table).expectError(.usage, "needs a value")
    }

    @Test func twoDashesEndOptions() {
        #expect(Self.echo("--", "--count", "-x", "--")[0] == "--count | -x --")
        #expect(Self.echo("a", "--", "--json")[0] == "a | --json")
    }

    @Test func oneDashIsAWord() { #expect(Self.echo("-")[0] == "- |") }

    @Test func aValueMayHoldAnEqualsSign() { #expect(Self.echo("a", "--key=b=c")[1] == "b=c") }

    @Test func aValueMayBeginWithDashesAfterAnEqualsSign() { #expect(Self.echo("a", "--key=--x")[1] == "--x") }

    @Test(arguments: [("0", "0"), ("0.5", "500"), ("0.05", "50"), ("0.005", "5"), ("10", "10000"), ("007", "7000")])
    func secondsBecomeMilliseconds(text: String, expected: String) {
        #expect(Self.echo("a", "--wait", text)[2] == "\(expected) -")
    }

    @Test func helpWinsOverEverythingElse() {
        for words in [["canon", "--bogus", "--help"], ["journal", "reserve", "--help"], ["journal", "init", "-h"]] {
            let run = CommandRun(words)
            #expect(run.code == .done)
            #expect(run.output.hasPrefix("holdfast \(words[0])"))
            #expect(run.error.isEmpty)
        }
    }

    /// A hook that passes on what it was given must not take the help for a reservation.
    @Test func helpIsNoValue() {
        for words in [["--key", "--help"], ["a", "--key", "--help"], ["--key", "--", "--help"]] {
            let run = CommandRun(["echo"] + words, table: Self.table)
            #expect(run.code == .usage, "\(words)")
            #expect(run.output.isEmpty, "\(words)")
        }
        #expect(Self.echo("a", "--key=--help")[1] == "--help")
        #expect(CommandRun(["echo", "--key", "x", "--help"], table: Self.table).output.hasPrefix("holdfast echo"))
    }

    @Test(arguments: CommandTable.holdfast.entries.map(\.path))
    func helpIsNoValueOfAnyOption(path: [String]) throws {
        let command = try #require(CommandTable.holdfast.command(path))
        for option in command.options where option.value != nil {
            let run = CommandRun(path + ["--\(option.name)", "--help"])
            #expect(run.code == .usage, "\(path) --\(option.name)")
        }
    }

    @Test func theVersionIsPrinted() throws {
        #expect(CommandRun("--version").output.wholeMatch(of: #/holdfast \d+\.\d+\.\d+\n/#) != nil)
        #expect(CommandRun("--version", "canon").output == CommandRun("--version").output)
        let json = try CommandRun("--version", "--json").json()
        #expect(json["name"]?.string == "holdfast")
        #expect(json["version"]?.string?.isEmpty == false)
    }
}
