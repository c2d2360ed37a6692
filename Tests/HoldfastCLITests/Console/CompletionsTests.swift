import Foundation
import HoldfastCLI
import TestSupport
import Testing

@Suite("Completions and the manual")
struct CompletionsTests {
    @Test(arguments: ["bash", "zsh", "fish"])
    func everyCommandAndOptionIsThere(shell: String) {
        let run = CommandRun("completions", shell)
        #expect(run.code == .done)
        for command in CommandTable.holdfast.commands {
            #expect(run.output.contains(command.path[command.path.count - 1]))
            for option in command.options + CommandTable.commonOptions {
                let spelling = shell == "fish" ? "-l \(option.name) " : "--\(option.name)"
                let owner = command.path.joined(separator: " ")
                #expect(run.output.contains(spelling), "\(owner) lacks \(spelling)")
            }
        }
    }

    @Test func anUnknownShellIsRefused() {
        CommandRun("completions", "tcsh").expectError(.usage, "bash, zsh or fish")
    }

    /// The manual names every command with each of its options, arguments and exit notes.
    @Test func theManualListsAll() throws {
        let run = CommandRun("man")
        #expect(run.code == .done)
        let sections = run.output.components(separatedBy: ".SS ")
        for command in CommandTable.holdfast.commands {
            let name = command.name.replacing("-", with: "\\-")
            let section = try #require(sections.first { $0.hasPrefix("\"\(name)\"") }, "\(command.name) is missing")
            for option in command.options {
                #expect(section.contains("\\-\\-\(option.name.replacing("-", with: "\\-"))"), "\(option.name)")
            }
            for positional in command.positionals { #expect(section.contains(".I \(positional.name)")) }
        }
        for topic in HelpTopics.names {
            #expect(run.output.contains(".SH \"\(topic.uppercased().replacing("-", with: "\\-"))\""))
        }
    }

    @Test func noLineOfTheManualIsARequestByAccident() {
        let known = ["TH", "SH", "SS", "PP", "TP", "HP", "B", "I", "BI", "RS", "RE", "nf", "fi", "nh"]
        for line in CommandRun("man").lines {
            #expect(!line.hasPrefix("'"))
            guard line.hasPrefix("."), !line.hasPrefix(".\\\"") else { continue }
            let request = line.dropFirst().prefix { $0 != " " }
            #expect(known.contains(String(request)), "\(line)")
        }
    }

    @Test(.enabled(if: Shell.has("groff"), "no groff in PATH"))
    func groffFindsNothingWrongWithTheManual() throws {
        let page = CommandRun("man").output
        let result = try Shell.run("groff -man -ww -Tutf8 2>&1 >/dev/null", input: page)
        #expect(result == "")
    }

    @Test(
        .enabled(if: Shell.has("bash"), "no bash in PATH"),
        arguments: [
            ("holdfast jou", ["journal"]), ("holdfast journal re", ["reserve", "revoke", "rebuild-indexes", "repair"]),
            ("holdfast journal reserve d --gr", ["--grant", "--grant-digest"]),
            ("holdfast canon --form ", ["jcs", "declared"]), ("holdfast completions z", ["zsh"]),
            ("holdfast help ex", ["exit-codes"]), ("holdfast --v", ["--version"]),
            ("holdfast journal verify --anchor d --st", ["--strict"]),
        ]
    )
    func bashCompletes(line: String, expected: [String]) throws {
        let script = CommandRun("completions", "bash").output
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map { "'\($0)'" }
        let ask = """
            COMP_WORDS=(\(words.joined(separator: " "))); COMP_CWORD=\(words.count - 1)
            _holdfast; printf '%s\\n' "${COMPREPLY[@]}"
            """
        let result = try Shell.run("bash -s", input: script + ask)
        #expect(result.split(separator: "\n").map(String.init) == expected)
    }

    @Test(.enabled(if: Shell.has("zsh"), "no zsh in PATH"))
    func zshReadsItsScript() throws {
        #expect(try Shell.run("zsh -n 2>&1", input: CommandRun("completions", "zsh").output) == "")
    }

    @Test(.enabled(if: Shell.has("fish"), "no fish in PATH"))
    func fishCompletes() throws {
        let ask = "\ncomplete -C 'holdfast journal verify d --st'\ncomplete -C 'holdfast canon --form d'\n"
        let result = try Shell.run("fish --no-config 2>&1", input: CommandRun("completions", "fish").output + ask)
        let words = result.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
        #expect(words == ["--strict", "declared"])
    }
}

/// Other programs, where they are installed.
enum Shell {
    static func has(_ program: String) -> Bool {
        ["/bin/", "/usr/bin/"].contains { FileManager.default.isExecutableFile(atPath: $0 + program) }
    }

    /// What a command line prints when it is given the input.
    static func run(_ line: String, input: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        let temporary = try TemporaryDirectory()
        let file = temporary.path + "/input"
        try TestFile.write(input, file)
        process.arguments = ["-c", line]
        process.standardInput = FileHandle(forReadingAtPath: file)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
