import Foundation

/// A process that reserves in a loop until it is done or killed; see `Tests/JournalWorker`.
final class JournalWorker {
    private let process = Process()
    private let output = Pipe()

    /// - Parameters:
    ///   - steps: how many nonces it tries; all of them when nil.
    ///   - tail: after how many records the index is written.
    init(journal: String, first: Int, count: Int, steps: Int? = nil, tail: Int = 512) throws {
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "journal-worker")
        process.arguments = [journal] + [first, count, steps ?? count, tail].map { String($0) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
    }

    func kill() { Foundation.kill(process.processIdentifier, SIGKILL) }

    var isRunning: Bool { process.isRunning }

    /// Waits for the end, and gives the lines it printed, but for one that was cut off.
    func lines() -> [String] {
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
}
