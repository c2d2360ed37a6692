internal import Canonical
public import FileSystemSeam

/// The command line as a function: words in, exit code out.
public enum HoldfastCommand {
    /// Runs one command line.
    ///
    /// Results and diagnostics have been handed to `console` when it returns.
    ///
    /// - Parameters:
    ///   - arguments: the words after the program's name.
    ///   - console: ``Console/ofProcess()``, or one in memory.
    ///   - fileSystem: where files are; the real machine when left out.
    public static func run(
        arguments: [String],
        console: Console,
        fileSystem: any FileSystem = PosixFileSystem.shared
    ) -> ExitCode {
        run(words: arguments.map { Array($0.utf8) }, console: console, fileSystem: fileSystem)
    }

    /// Runs one command line whose words need be no text: those that a command hands on to another program stay the
    /// bytes that they are.
    ///
    /// - Parameters:
    ///   - words: the words after the program's name, as ``Console/wordsOfProcess()`` gives them.
    ///   - console: ``Console/ofProcess()``, or one in memory.
    ///   - fileSystem: where files are; the real machine when left out.
    public static func run(
        words: [[UInt8]],
        console: Console,
        fileSystem: any FileSystem = PosixFileSystem.shared
    ) -> ExitCode {
        run(words, table: .holdfast, console, fileSystem)
    }

    /// Runs one command line of any table.
    package static func run(
        _ bytes: [[UInt8]],
        table: CommandTable,
        _ console: Console,
        _ fileSystem: any FileSystem
    ) -> ExitCode {
        let words = bytes.map { String(decoding: $0, as: UTF8.self) }
        var changesStore = false
        var code: ExitCode
        do throws(CommandFailure) {
            switch try CommandLineParser(table: table).parse(words) {
            case .help(let path):
                try HelpCommand.show(path, table, console, CommandLineParser.wantsJSON(words))
                code = .done
            case .version(let wantsJSON):
                showVersion(wantsJSON, console)
                code = .done
            case .run(let command, let arguments):
                changesStore = command.changesStore
                let context = CommandContext(
                    table: table,
                    words: bytes,
                    arguments: arguments,
                    console: console,
                    fileSystem: fileSystem
                )
                code = try command.run(context)
            }
        } catch {
            changesStore = false
            report(error, asJSON: CommandLineParser.wantsJSON(words), console)
            code = error.exitCode
        }
        console.flush()
        if let failure = console.outputFailure, failure.code != .brokenPipe {
            code = reportOutput(failure, changesStore: changesStore, console)
        }
        return code
    }

    private static func showVersion(_ wantsJSON: Bool, _ console: Console) {
        if wantsJSON {
            console.write(json: ["name": .string("holdfast"), "version": .string(ProductVersion.current)])
        } else {
            console.writeLine("holdfast \(ProductVersion.current)")
        }
    }

    private static func report(_ failure: CommandFailure, asJSON: Bool, _ console: Console) {
        if asJSON { console.write(json: failure.json) }
        console.writeDiagnostic("\(console.errorStyle.bad("error:")) \(failure.message)")
        if let hint = failure.hint { console.writeDiagnostic(hint) }
    }

    /// The results could not be written; a change that was made stands all the same.
    private static func reportOutput(
        _ failure: FileSystemError,
        changesStore: Bool,
        _ console: Console
    ) -> ExitCode {
        let remedy =
            changesStore
            ? "; a change that was made stands, and only what would have been printed is lost: look at the store before "
                + "repeating the command"
            : "; make room or write elsewhere, then repeat the command"
        console.writeDiagnostic(
            "\(console.errorStyle.bad("error:")) standard output cannot be written: \(failure.code)\(remedy)"
        )
        return .inputOutput
    }
}
