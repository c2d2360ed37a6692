import Foundation
import Testing

/// A program that runs as a process of its own: its lines are read, it may be killed, and it tells how it ended.
class ChildProcess {
    /// How a process ended.
    enum End: Equatable {
        /// By itself, with this code.
        case exited(Int32)
        /// Struck by ``ChildProcess/kill()`` before it had come to an end.
        case killed
        /// By a signal that nobody sent from here: that of a trap, for one.
        case struck(signal: Int32)
    }

    private let process = Process()
    private let output = Pipe()
    /// What was read, and not given as a line yet.
    private var pending = Data()
    private var isSignalled = false

    /// Where a program of this package is built: beside the test bundle, whatever the build directory is called.
    static func path(of program: String) -> String {
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: program)
            .path(percentEncoded: false)
    }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - input: its standard input, as `Process` takes it; so is `error`.
    ///   - error: that of the tests when nil.
    init(_ path: String, _ words: [String], input: Any = FileHandle.nullDevice, error: Any? = nil) throws {
        process.executableURL = URL(filePath: path)
        process.arguments = words
        process.standardInput = input
        process.standardOutput = output
        if let error { process.standardError = error }
        try process.run()
    }

    /// A test that ends early leaves nobody at work.
    deinit {
        if process.isRunning { kill() }
    }

    var processID: Int32 { process.processIdentifier }

    /// - Parameter withGroup: whether all processes are struck that it started and that are still of its group.
    func kill(withGroup: Bool = false) {
        isSignalled = true
        let id = process.processIdentifier
        if withGroup { #expect(getpgid(id) == id || !process.isRunning, "it leads a group of its own") }
        Foundation.kill(withGroup ? -id : id, SIGKILL)
    }

    /// The next line it prints, without its end; nil at the end of its output.
    func nextLine() -> String? {
        while waitForOutput() {}
        if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
            let line = pending[..<end]
            pending = Data(pending[(end + 1)...])
            return String(decoding: line, as: UTF8.self)
        }
        defer { pending = Data() }
        return pending.isEmpty ? nil : String(decoding: pending, as: UTF8.self)
    }

    /// Reads on, unless there is a whole line to be given.
    ///
    /// - Returns: whether there is neither such a line yet nor an end.
    @discardableResult
    private func waitForOutput() -> Bool {
        if pending.contains(UInt8(ascii: "\n")) { return false }
        let more = output.fileHandleForReading.availableData
        pending += more
        return !more.isEmpty
    }

    /// Waits until it has printed a whole line, or ended. The line is still to be given.
    func waitForLine() { while waitForOutput() {} }

    /// Waits for the end, and gives what it printed and was not given yet.
    func text() -> String {
        pending += output.fileHandleForReading.readDataToEndOfFile()
        defer { pending = Data() }
        process.waitUntilExit()
        return String(decoding: pending, as: UTF8.self)
    }

    /// Waits for the end, and gives the lines that were not given yet, but for one that was cut off. See
    /// ``expectEnd(location:)``.
    func lines(location: SourceLocation = #_sourceLocation) -> [String] {
        let lines = text().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        expectEnd("after \(lines.suffix(2))", location: location)
        #expect(wasKilled || lines.last == "", "the last line is not whole: \(lines)", sourceLocation: location)
        return lines.dropLast()
    }

    /// Waits for the end. It must have come with code 0, or have been killed from here: who runs into a trap or gives
    /// up proves as little as who was never there, and is an issue.
    ///
    /// What it prints must fit into a pipe, unless it was read before.
    func expectEnd(_ what: String = "", location: SourceLocation = #_sourceLocation) {
        process.waitUntilExit()
        let words = process.arguments ?? []
        #expect(wasKilled || end == .exited(0), "\(words) ended with \(end) \(what)", sourceLocation: location)
    }

    /// How it ended, once it was waited for.
    var end: End {
        if process.terminationReason == .exit { return .exited(process.terminationStatus) }
        return isSignalled && process.terminationStatus == SIGKILL
            ? .killed : .struck(signal: process.terminationStatus)
    }

    /// Whether it was still running when it was killed, once it was waited for.
    var wasKilled: Bool { end == .killed }
}
