internal import CPosix

extension Console {
    /// The console of this process.
    ///
    /// Descriptors 0 to 2 that the parent closed are taken: otherwise a store's file could get number 1 and
    /// receive results. Reading input and writing results then fail with `EBADF`, as they should: a closed input
    /// is not an empty one. A broken pipe, and a file that may not grow further, become errors instead of signals.
    public static func ofProcess() -> Console {
        occupyStandardDescriptors()
        _ = cposix_ignore_write_signals()
        let isOutput = cposix_isatty(StandardDescriptor.output) == 1
        let terminal = Terminal(
            isInput: cposix_isatty(StandardDescriptor.input) == 1,
            isOutput: isOutput,
            isError: cposix_isatty(StandardDescriptor.error) == 1,
            columns: isOutput ? columns() : nil
        )
        return Console(
            streams: ProcessStreams(),
            terminal: terminal,
            refusesColor: refusesColor(noColor: environment("NO_COLOR"), terminalName: environment("TERM"))
        )
    }

    /// `NO_COLOR` counts when it is there and not empty (no-color.org).
    package static func refusesColor(noColor: String?, terminalName: String?) -> Bool {
        noColor?.isEmpty == false || terminalName == "dumb"
    }

    /// The words after the program's name as this process got them: bytes, which `CommandLine.arguments` repairs where
    /// they are no UTF-8.
    public static func wordsOfProcess() -> [[UInt8]] {
        var words: [[UInt8]] = []
        for place in 1..<max(1, Int(CommandLine.argc)) {
            guard let word = unsafe CommandLine.unsafeArgv[place] else { break }
            var bytes: [UInt8] = []
            var end = 0
            while unsafe word[end] != 0 {
                bytes.append(UInt8(bitPattern: unsafe word[end]))
                end += 1
            }
            words.append(bytes)
        }
        return words
    }

    /// Ends the process.
    public static func exit(_ code: ExitCode) -> Never { cposix_exit(code.rawValue) }

    private static func occupyStandardDescriptors() {
        var opened: Int
        repeat {
            opened = cposix_occupy_descriptor()
        } while opened >= 0 && opened <= Int(StandardDescriptor.error)
        if opened >= 0 { _ = cposix_close(Int32(opened)) }
    }

    private static func columns() -> Int? {
        if let text = environment("COLUMNS"), let columns = Int(text), columns > 0 { return columns }
        let columns = cposix_terminal_columns(StandardDescriptor.output)
        return columns > 0 ? columns : nil
    }

    private static func environment(_ name: String) -> String? {
        unsafe name.withCString { name in
            guard let value = unsafe cposix_getenv(name) else { return nil }
            return unsafe String(cString: value)
        }
    }
}
