import Foundation
import Journal

/// A process that reserves in a loop until it is done or killed; see `Tests/JournalWorker`.
final class JournalWorker {
    private let process = Process()
    private let output = Pipe()
    private var data = Data()

    /// - Parameters:
    ///   - steps: how many nonces it tries; all of them when nil.
    ///   - tail: after how many records the index is written.
    ///   - format: the layout of a journal that is made.
    init(
        journal: String,
        first: Int,
        count: Int,
        steps: Int? = nil,
        tail: Int = 512,
        format: JournalFormat = .segments
    ) throws {
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "journal-worker")
        process.arguments = [journal] + [first, count, steps ?? count, tail].map { String($0) } + [format.rawValue]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
    }

    func kill() { Foundation.kill(process.processIdentifier, SIGKILL) }

    /// Waits until it has printed something, or ended.
    func waitForOutput() { data += output.fileHandleForReading.availableData }

    /// Whether it was still running when it was killed, once ``lines()`` returned.
    var wasKilled: Bool { process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL }

    /// Waits for the end, and gives the lines it printed, but for one that was cut off.
    func lines() -> [String] {
        data += output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
}
