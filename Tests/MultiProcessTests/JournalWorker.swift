import Foundation

/// A process that reserves in a loop until it is done or killed; see `Tests/JournalWorker`.
final class JournalWorker {
    private let process = Process()
    private let output = Pipe()

    init(journal: String, first: Int, count: Int) throws {
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "journal-worker")
        process.arguments = [journal, String(first), String(count)]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
    }

    func kill() { Foundation.kill(process.processIdentifier, SIGKILL) }

    /// Waits for the end, and gives the lines it printed, but for one that was cut off.
    func lines() -> [String] {
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
}
