extension InputSource {
    /// Whether a path is that of standard input.
    static func isStandardInput(_ path: String?) -> Bool {
        ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].contains(path)
    }
}

extension CommandContext {
    /// Refuses when two inputs are standard input: the second would be empty.
    ///
    /// - Parameters:
    ///   - options: those that name an input, where the command has them.
    ///   - takesFile: whether the command reads FILE, which is standard input when it is left out.
    func requireOneStandardInput(_ options: [String], takesFile: Bool = false) throws(CommandFailure) {
        var readers: [String] = []
        for option in options where arguments.describes(option) {
            readers += arguments.texts(option).filter { InputSource.isStandardInput($0) }.map { _ in "--\(option)" }
        }
        if takesFile, InputSource.isStandardInput(arguments.positional("FILE") ?? "-") { readers.append("FILE") }
        if readers.count > 1 {
            throw .usage(
                "only one of \(ValueKind.list(readers)) can be standard input, which is read once; give a file, or /dev/fd/N"
            )
        }
    }
}
