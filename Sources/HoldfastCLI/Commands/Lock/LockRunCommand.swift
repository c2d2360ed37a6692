internal import CPosix
internal import FileSystemSeam
internal import LockKit

/// `holdfast lock run`: a command under a lock.
enum LockRunCommand {
    static let description = CommandDescription(
        path: ["lock", "run"],
        summary: "run a command while holding a lock, as flock(1) does",
        discussion: [
            "The command replaces holdfast and inherits the lock: it is held until the command, and whatever it leaves "
                + "running, has ended, however that ends. The exit code is the command's.",
            "The lock file is made when it is absent, and never removed. When PATH is a directory, the directory itself "
                + "is locked. Other programs that use flock on the same file are excluded too.",
            "PATH may be a program or script, also the command itself. One of yours is then closed to others, as every lock file is: of its "
                + "permissions only the owner's stay.",
            "Write -- before the command, so that its options are not taken for those of holdfast. What follows -- is handed on byte by "
                + "byte, also where it is not UTF-8.",
        ],
        positionals: [
            LockArguments.path,
            PositionalDescription(name: "COMMAND", kind: .word, help: "the command and its words", isRepeated: true),
        ],
        options: [
            OptionDescription(
                name: "shared",
                arity: .flag,
                help: "hold the lock together with others that do so"
            ),
            OptionDescription(
                name: "timeout",
                arity: .value(.seconds(maximum: 31_536_000), name: "S"),
                help: "how many seconds to wait for the lock, 0 to give up at once; for ever when left out"
            ),
        ],
        examples: [
            Example(
                words: ["lock", "run", "/run/lock/backup", "--timeout", "10", "--", "rsync", "-a", "data/", "copy/"],
                note: "never two backups at once"
            )
        ],
        exitNotes: [
            ExitNote(code: .lockTimeout, meaning: "the lock was held for too long; with --timeout 0 this is 1"),
            ExitNote(code: .missingInput, meaning: "there is no such command, or no directory for the lock file"),
        ],
        run: run
    )

    /// So long is waited also with a timeout of zero: who only looks at a lock, as `lock inspect` does, holds it for
    /// some microseconds.
    private static let graceTime = Duration.milliseconds(2)

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        // The command inherits the file, which may be the command itself.
        let lock = context.fileLock(options: FileLockOptions(opensForReading: true))
        let timeout = context.arguments.milliseconds("timeout").map { Duration.milliseconds(Int64($0)) }
        let mode: LockMode = context.arguments.has("shared") ? .shared : .exclusive
        let limit = timeout.map { max($0, graceTime) }
        let held = try context.locking { () throws(LockError) in try lock.lock(mode, timeout: limit) }
        for warning in held.warnings { context.console.writeDiagnostic("warning: \(Printable.escaped("\(warning)"))") }
        try context.locking { () throws(LockError) in try held.keepAcrossExec() }
        context.console.flush()
        let code = execute(words(context))
        // Only a failure returns; the lock ends with this scope.
        let command = context.arguments.positionals("COMMAND").first ?? ""
        let name = Printable.quoted(command, maximum: 200)
        if code == .noEntry { throw .missing("there is no command \(name); check its name and PATH") }
        throw .inputOutput(
            "\(name) cannot be run: \(code)",
            FileSystemError(operation: .open, name: command, code: code)
        )
    }

    /// The words of COMMAND. Behind `--` they are what was given, byte by byte: names of files need be no text.
    private static func words(_ context: CommandContext) -> [[UInt8]] {
        let decoded = context.arguments.positionals("COMMAND")
        // PATH may stand there, too.
        let given = context.words.drop { $0 != Array("--".utf8) }.dropFirst().suffix(decoded.count)
        return decoded.dropLast(given.count).map { Array($0.utf8) } + given
    }

    /// Replaces this program; gives the error when that fails.
    private static func execute(_ words: [[UInt8]]) -> ErrorNumber {
        // A word with a NUL would end there.
        if words.isEmpty || words.contains(where: { $0.contains(0) }) { return .invalidArgument }
        var bytes: [UInt8] = []
        for word in words { bytes += word + [0] }
        let result = unsafe bytes.withUnsafeBytes { bytes in
            guard let start = unsafe bytes.bindMemory(to: CChar.self).baseAddress else { return 0 }
            return unsafe cposix_execute(start, words.count)
        }
        return ErrorNumber(rawValue: Int32(-result))
    }
}
