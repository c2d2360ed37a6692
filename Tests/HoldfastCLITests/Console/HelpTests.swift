import Canonical
import HoldfastCLI
import TestSupport
import Testing

@Suite("Help")
struct HelpTests {
    private static let commands = CommandTable.holdfast.commands

    @Test(arguments: commands.map(\.path))
    func everyCommandHasAPage(path: [String]) throws {
        let command = try #require(CommandTable.holdfast.command(path))
        let run = CommandRun(path + ["--help"])
        #expect(run.code == .done)
        #expect(run.error.isEmpty)
        #expect(run.output == CommandRun(["help"] + path).output)
        for option in command.options + CommandTable.commonOptions {
            #expect(run.output.contains("--\(option.name)"))
        }
        for positional in command.positionals { #expect(run.output.contains(positional.name)) }
        #expect(run.output.contains("Usage") && run.output.contains("Example"))
    }

    @Test(arguments: commands.map(\.path))
    func everyExampleParses(path: [String]) throws {
        let command = try #require(CommandTable.holdfast.command(path))
        #expect(!command.examples.isEmpty)
        for example in command.examples {
            #expect(Array(example.words.prefix(path.count)) == path)
            // The same table with commands that do nothing: what remains is parsing.
            let idle = CommandTable(groups: CommandTable.holdfast.groups, commands: Self.commands.map(Self.idle))
            let run = CommandRun(example.words, table: idle)
            #expect(run.code == .done, "\(run.error)")
            #expect(run.output == command.name)
        }
    }

    private static func idle(_ command: CommandDescription) -> CommandDescription {
        CommandDescription(
            path: command.path,
            summary: command.summary,
            positionals: command.positionals,
            options: command.options,
            alternatives: command.alternatives,
            examples: command.examples,
            run: { context in
                context.console.write(command.name)
                return .done
            }
        )
    }

    /// One object here too: a script that adds --json to everything must be able to read every answer.
    @Test(arguments: [[], ["journal"]] + commands.map(\.path))
    func everyPageIsOneObjectWithJSON(path: [String]) throws {
        let page = CommandRun(["help"] + path).output
        for words in [path + ["--help", "--json"], path + ["--json", "--help"], ["--json"] + path + ["-h"]] {
            let run = CommandRun(words)
            #expect(run.code == .done)
            #expect(try run.json().object?.members.map(\.key) == ["text"])
            #expect(try run.json()["text"]?.string == page)
        }
    }

    /// What the usage line offers is taken.
    @Test func usageLinesAreTrue() {
        let run = CommandRun(["lock", "run", "--help"], terminal: Console.Terminal(isOutput: true, columns: 100))
        #expect(run.output.contains("holdfast lock run PATH [--shared] [--timeout S] [--json] -- COMMAND…"))
        #expect(CommandRun("digest", "--help").output.contains("[FILE|-]"))
        // Read twice, so that standard input will not do.
        #expect(!CommandRun("journal", "verify-bundle", "--help").output.contains("FILE|-"))
        CommandRun("journal", "verify-bundle", "-").expectError(.usage, "read twice")
    }

    /// Each group has a row there, and the commands without a group have the last one.
    @Test func theReadmeNamesEveryCommand() throws {
        let rows = try FileTree.package.text(of: "README.md").split(separator: "\n")
        for command in Self.commands {
            let head = command.path.count == 1 ? "| (none) |" : "| `\(command.path[0])` |"
            let word = "`\(command.path[command.path.count - 1])`"
            let isNamed = rows.contains { $0.hasPrefix(head) && $0.dropFirst(head.count).contains(word) }
            #expect(isNamed, "the table of commands in README.md has no \(command.name)")
        }
    }

    @Test func theTableIsSound() {
        let groups = Set(CommandTable.holdfast.groups.map(\.name))
        for command in Self.commands {
            #expect(command.path.count == 1 || groups.contains(command.path[0]), "\(command.name) has no group")
            let names = (command.options + CommandTable.commonOptions).map(\.name)
            #expect(Set(names).count == names.count, "\(command.name) has an option twice")
            for name in command.alternatives.flatMap(\.sets).joined() {
                #expect(command.option(name) != nil, "\(command.name) has no option \(name)")
            }
            for text in [command.summary] + command.options.map(\.help) + command.positionals.map(\.help) {
                #expect(!text.isEmpty && !text.hasSuffix("."), "\(command.name): \(text)")
            }
        }
        #expect(Set(Self.commands.map(\.path)).count == Self.commands.count)
    }

    @Test func everyCommandStandsWhereItSaysItDoes() {
        for entry in CommandTable.holdfast.entries { #expect(entry.path == entry.describe().path) }
    }

    @Test func theOverviewListsEverything() {
        let run = CommandRun("--help")
        #expect(run.code == .done)
        #expect(run.output == CommandRun("help").output)
        for command in Self.commands { #expect(run.output.contains("  \(command.path.last ?? "") ")) }
        for topic in HelpTopics.names { #expect(run.output.contains("  \(topic) ")) }
        #expect(run.output.contains("--version"))
    }

    @Test func aGroupListsItsCommands() {
        let run = CommandRun("journal", "--help")
        #expect(run.code == .done)
        #expect(run.output == CommandRun("help", "journal").output)
        for command in CommandTable.holdfast.commands(in: ["journal"]) {
            #expect(run.output.contains(command.summary.prefix(30)))
        }
    }

    @Test(arguments: ["exit-codes", "formats", "durability", "json"])
    func theTopicsAreThere(name: String) {
        let run = CommandRun("help", name)
        #expect(run.code == .done)
        #expect(run.output.hasPrefix("\(name) — "))
        #expect(run.output.utf8.count > 300)
    }

    @Test func exitCodesAreAllExplained() {
        let output = CommandRun("help", "exit-codes").output
        for code in [0, 1, 64, 65, 66, 70, 74, 75] { #expect(output.contains("\n  \(code) ")) }
        #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 64, 65, 66, 70, 74, 75])
    }

    @Test func unknownSubjectsGetASuggestion() {
        CommandRun("help", "exit-code").expectError(.usage, "did you mean holdfast help exit-codes?")
        CommandRun("help", "journal", "reserv").expectError(.usage, "did you mean holdfast help journal reserve?")
        CommandRun("help", "zzzzzzz").expectError(.usage, "there is no help on \"zzzzzzz\"")
    }

    @Test func linesFitTheTerminal() {
        for (columns, limit) in [(nil as Int?, 80), (60, 60), (20, 40), (400, 100)] {
            let terminal = Console.Terminal(isOutput: columns != nil, columns: columns)
            for command in Self.commands {
                let run = CommandRun(command.path + ["--help"], terminal: terminal, refusesColor: true)
                for line in run.lines where line.count > limit {
                    // Only what cannot be broken may be longer.
                    #expect(line.split(separator: " ").contains { $0.count > limit - 30 }, "\(limit): \(line)")
                }
                #expect(!run.lines.contains { $0.hasSuffix(" ") })
            }
        }
    }

    @Test func helpIsColouredForPeopleOnly() {
        let terminal = Console.Terminal(isOutput: true, columns: 80)
        #expect(CommandRun(["--help"], terminal: terminal).output.contains("\u{1B}[1mUsage"))
        #expect(!CommandRun(["--help"], terminal: terminal, refusesColor: true).output.contains("\u{1B}"))
        #expect(!CommandRun(["--help"]).output.contains("\u{1B}"))
    }
}
