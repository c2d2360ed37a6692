import Foundation

/// A process that holds locks; see `Tests/LockWorker`.
final class LockWorker {
    private let process = Process()
    private let output = Pipe()
    private let input = Pipe()

    init(_ words: String...) throws {
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "lock-worker")
        process.arguments = words
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    deinit {
        if process.isRunning { kill() }
    }

    var processID: Int32 { process.processIdentifier }

    func kill() { Foundation.kill(process.processIdentifier, SIGKILL) }

    /// The next line it prints, without its end; nil at the end of its output.
    func nextLine() -> String? {
        var line: [UInt8] = []
        while let byte = output.fileHandleForReading.readData(ofLength: 1).first {
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }

    /// Ends its standard input.
    func endInput() { try? input.fileHandleForWriting.close() }

    /// Waits for the end, and gives the lines it printed and its exit code; nil when it was killed.
    func end() -> (lines: [String], code: Int32?) {
        endInput()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let code = process.terminationReason == .uncaughtSignal ? nil : process.terminationStatus
        return (text.split(separator: "\n").map(String.init), code)
    }
}
