import Canonical
import FileSystemSeam
import Foundation
import HoldfastCLI
import Testing

/// One command line, run in this process, and what came of it.
struct CommandRun {
    let code: ExitCode
    let outputBytes: [UInt8]
    let error: String

    /// Runs the words that follow the program's name.
    init(
        _ words: [String],
        input: [UInt8] = [],
        streams: BufferedStreams? = nil,
        terminal: Console.Terminal = Console.Terminal(),
        refusesColor: Bool = false,
        progressPatienceNanoseconds: UInt64 = 300_000_000,
        table: CommandTable = .holdfast,
        fileSystem: any FileSystem = PosixFileSystem.shared
    ) {
        let streams = streams ?? BufferedStreams(input: input)
        let console = Console(
            streams: streams,
            terminal: terminal,
            refusesColor: refusesColor,
            progressPatienceNanoseconds: progressPatienceNanoseconds
        )
        code = HoldfastCommand.run(words.map { Array($0.utf8) }, table: table, console, fileSystem)
        outputBytes = streams.outputs[StandardDescriptor.output] ?? []
        error = String(decoding: streams.outputs[StandardDescriptor.error] ?? [], as: UTF8.self)
    }

    init(_ words: String..., input: String = "") {
        self.init(words, input: Array(input.utf8))
    }

    var output: String { String(decoding: outputBytes, as: UTF8.self) }

    /// The lines of the output.
    var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// The output as the one object that `--json` promises: RFC 8785 and a line feed.
    func json(_ location: SourceLocation = #_sourceLocation) throws -> JSONValue {
        let value = try JSONValue(parsing: outputBytes, options: JSONOptions(integers: .exact64))
        let canonical = try value.canonicalBytes(.jcs) + [UInt8(ascii: "\n")]
        #expect(outputBytes == canonical, "not one RFC 8785 object and a line feed", sourceLocation: location)
        return value
    }

    /// The error object of `--json`.
    func jsonError(_ location: SourceLocation = #_sourceLocation) throws -> JSONValue {
        try #require(try json(location)["error"], sourceLocation: location)
    }

    /// Expects a refusal: the code, one line on standard error that begins with "error: " and holds `words`,
    /// and nothing on standard output.
    func expectError(_ code: ExitCode, _ words: String..., location: SourceLocation = #_sourceLocation) {
        #expect(self.code == code, "\(error)", sourceLocation: location)
        #expect(error.hasPrefix("error: "), sourceLocation: location)
        #expect(output.isEmpty, sourceLocation: location)
        for word in words {
            #expect(error.contains(word), "\"\(word)\" is not in: \(error)", sourceLocation: location)
        }
    }
}

/// Files for tests.
enum TestFile {
    static func write(_ text: String, _ path: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    static func write(_ bytes: [UInt8], _ path: String) throws {
        try Data(bytes).write(to: URL(filePath: path))
    }

    /// Every file below a directory with its contents: what a command that must not write has to leave alone.
    static func tree(_ directory: String) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: directory) {
            files[name] = FileManager.default.contents(atPath: directory + "/" + name) ?? Data()
        }
        return files
    }
}
