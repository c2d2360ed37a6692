import Foundation

/// A process that holds locks until its input ends; see `Tests/LockWorker`.
final class LockWorker: ChildProcess {
    private let input: Pipe

    init(_ words: String...) throws {
        input = Pipe()
        try super.init(Self.path(of: "lock-worker"), words, input: input)
    }

    /// Ends its standard input.
    func endInput() { try? input.fileHandleForWriting.close() }

    /// Ends its input and waits for its end; gives the lines it printed, and how it ended.
    func finish() -> (lines: [String], end: End) {
        endInput()
        let lines = text().split(separator: "\n").map(String.init)
        return (lines, end)
    }
}
