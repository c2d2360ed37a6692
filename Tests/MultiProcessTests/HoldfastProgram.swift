import Foundation

/// The built program, run as a process of its own.
struct HoldfastProgram {
    /// How a run ended.
    struct Result {
        /// Its exit code; that of a signal is 128 more than its number, as a shell has it.
        let code: Int32
        let output: String
        let error: String
    }

    static let path = ChildProcess.path(of: "holdfast")

    private let child: ChildProcess
    private let error = Pipe()

    /// Starts the program.
    ///
    /// - Parameter inputPath: what standard input is opened on.
    init(_ words: [String], inputPath: String = "/dev/null") throws {
        try self.init(Self.path, words, inputPath: inputPath)
    }

    private init(_ path: String, _ words: [String], inputPath: String) throws {
        let input = FileHandle(forReadingAtPath: inputPath) ?? FileHandle.nullDevice
        child = try ChildProcess(path, words, input: input, error: error)
    }

    /// Waits for the end. The output must fit into a pipe.
    func wait() -> Result {
        let output = child.text()
        let errorData = error.fileHandleForReading.readDataToEndOfFile()
        let code =
            switch child.end {
            case .exited(let code): code
            case .killed: 128 + SIGKILL
            case .struck(let signal): 128 + signal
            }
        return Result(code: code, output: output, error: String(decoding: errorData, as: UTF8.self))
    }

    static func run(_ words: String..., inputPath: String = "/dev/null") throws -> Result {
        try HoldfastProgram(words, inputPath: inputPath).wait()
    }

    /// Runs a line of shell in which `$holdfast` is the program and `$1`… are the words.
    static func shell(_ line: String, _ words: String...) throws -> Result {
        let words = ["-c", "holdfast=$0; " + line, path] + words
        return try HoldfastProgram("/bin/bash", words, inputPath: "/dev/null").wait()
    }
}
