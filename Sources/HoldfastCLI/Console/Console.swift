package import FileSystemSeam

/// What a command line sees of the world besides files: standard streams, the terminal, the environment.
///
/// Results are collected and written in large pieces; diagnostics are written at once. A failure to write
/// results is kept in ``outputFailure`` rather than thrown: the command's own work is not undone by it.
public final class Console {
    /// Which standard streams are terminals, and how wide the terminal is.
    package struct Terminal: Sendable {
        /// Standard input is a person.
        package var isInput = false
        /// Standard output is read by a person.
        package var isOutput = false
        /// Standard error is read by a person.
        package var isError = false
        /// The width in columns; nil when unknown.
        package var columns: Int?

        /// Makes a description; by default nothing is a terminal.
        package init(isInput: Bool = false, isOutput: Bool = false, isError: Bool = false, columns: Int? = nil) {
            self.isInput = isInput
            self.isOutput = isOutput
            self.isError = isError
            self.columns = columns
        }
    }

    /// Which streams are terminals.
    package let terminal: Terminal
    /// Whether the person asked for no colours (`NO_COLOR`, or `TERM=dumb`).
    package let refusesColor: Bool
    /// Work that takes less than this is not worth a progress line.
    package let progressPatienceNanoseconds: UInt64
    /// The first failure to write results; nil while all went well.
    package private(set) var outputFailure: FileSystemError?

    private let streams: any ConsoleStreams
    private var pending: [UInt8] = []

    /// Results are handed on in pieces of about this size.
    private static let pieceByteCount = 64 * 1024

    /// Makes a console over any streams.
    package init(
        streams: any ConsoleStreams,
        terminal: Terminal = Terminal(),
        refusesColor: Bool = false,
        progressPatienceNanoseconds: UInt64 = 300_000_000
    ) {
        self.streams = streams
        self.terminal = terminal
        self.refusesColor = refusesColor
        self.progressPatienceNanoseconds = progressPatienceNanoseconds
    }

    /// How wide lines of help may be.
    package var textWidth: Int {
        guard terminal.isOutput, let columns = terminal.columns else { return 80 }
        return min(max(columns, 40), 100)
    }

    /// How results are coloured.
    package var outputStyle: TextStyle { TextStyle(isColored: terminal.isOutput && !refusesColor) }

    /// How diagnostics are coloured.
    package var errorStyle: TextStyle { TextStyle(isColored: terminal.isError && !refusesColor) }
}

extension Console {
    /// Adds to the results.
    package func write(_ bytes: [UInt8]) {
        guard outputFailure == nil else { return }
        pending.append(contentsOf: bytes)
        if pending.count >= Self.pieceByteCount { flush() }
    }

    /// Adds to the results.
    package func write(_ text: String) { write(Array(text.utf8)) }

    /// Adds a line to the results.
    package func writeLine(_ text: String) { write(text + "\n") }

    /// Hands all results on.
    package func flush() {
        guard outputFailure == nil, !pending.isEmpty else { return }
        do throws(FileSystemError) {
            try streams.write(pending.span, to: StandardDescriptor.output)
        } catch {
            outputFailure = error
        }
        pending.removeAll(keepingCapacity: true)
    }

    /// Notices that nobody reads the results any more, without writing anything: for a command that waits long between
    /// results.
    package func checkReader() {
        if outputFailure == nil, streams.isReaderGone(StandardDescriptor.output) {
            outputFailure = FileSystemError(operation: .write, name: "standard output", code: .brokenPipe)
        }
    }

    /// Writes a line of diagnostics, after the results so far. When even that fails there is nobody to tell.
    package func writeDiagnostic(_ text: String) {
        flush()
        writeError("\(text)\n")
    }

    /// Writes a line of diagnostics over the one that stands there, and stays on it.
    ///
    /// - Parameter width: how many columns of the line that stands there are covered with spaces.
    func rewriteDiagnosticLine(_ text: String, over width: Int) {
        let spaces = String(repeating: " ", count: max(0, width - text.count))
        writeError("\r\(text)\(spaces)\(text.isEmpty ? "\r" : "")")
    }

    private func writeError(_ text: String) {
        let line = Array(text.utf8)
        do throws(FileSystemError) {
            try streams.write(line.span, to: StandardDescriptor.error)
        } catch {
            return
        }
    }

    /// Reads from a descriptor; 0 bytes mean the end.
    package func read(_ descriptor: Int32, into buffer: inout MutableSpan<UInt8>) throws(FileSystemError) -> Int {
        try streams.read(descriptor, into: &buffer)
    }
}
