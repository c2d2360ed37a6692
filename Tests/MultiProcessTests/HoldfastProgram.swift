import Foundation

/// The built program, run as a process of its own.
struct HoldfastProgram {
    /// How a run ended.
    struct Result {
        let code: Int32
        let wasKilled: Bool
        let output: String
        let error: String
    }

    /// Beside the test bundle, whatever the build directory is called.
    static let path = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "holdfast")
        .path(percentEncoded: false)

    private let process = Process()
    private let output = Pipe()
    private let error = Pipe()

    /// Starts the program.
    ///
    /// - Parameter inputPath: what standard input is opened on.
    init(_ words: [String], inputPath: String = "/dev/null") throws {
        process.executableURL = URL(filePath: Self.path)
        process.arguments = words
        process.standardInput = FileHandle(forReadingAtPath: inputPath)
        process.standardOutput = output
        process.standardError = error
        try process.run()
    }

    /// Waits for the end. The output must fit into a pipe.
    func wait() -> Result {
        let outputData = output.fileHandleForReading.readDataToEndOfFile()
        let errorData = error.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(
            code: process.terminationStatus,
            wasKilled: process.terminationReason == .uncaughtSignal,
            output: String(decoding: outputData, as: UTF8.self),
            error: String(decoding: errorData, as: UTF8.self)
        )
    }

    static func run(_ words: String..., inputPath: String = "/dev/null") throws -> Result {
        try HoldfastProgram(words, inputPath: inputPath).wait()
    }

    /// Runs a line of shell in which `$holdfast` is the program and `$1`… are the words.
    static func shell(_ line: String, _ words: String...) throws -> Result {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", "holdfast=$0; " + line, path] + words
        let output = Pipe()
        let error = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = error
        try process.run()
        let outputData = output.fileHandleForReading.readDataToEndOfFile()
        let errorData = error.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(
            code: process.terminationStatus,
            wasKilled: process.terminationReason == .uncaughtSignal,
            output: String(decoding: outputData, as: UTF8.self),
            error: String(decoding: errorData, as: UTF8.self)
        )
    }
}
