internal import CPosix
internal import FileSystemSeam

/// A program that lanes start again and again.
struct Program {
    /// Where it is, or its name on `PATH`.
    let path: String

    /// What one run of a program came to.
    struct Run {
        /// From before its start to after its end.
        var nanoseconds: Double
        /// The most memory that it had resident, in bytes.
        var residentBytes: Int64
    }

    /// It could not be started, or did not end as it should.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs it with some words, without input and its output thrown away.
    ///
    /// - Throws: ``Failure`` unless it ends with 0.
    func run(_ words: [String], clock fileSystem: any FileSystem) throws(Failure) -> Run {
        let command = ([path] + words).joined(separator: " ")
        var bytes: [UInt8] = []
        for word in [path] + words { bytes += Array(word.utf8) + [0] }
        var residentBytes: Int64 = 0
        let start = fileSystem.monotonicClock().nanoseconds
        let code = unsafe bytes.withUnsafeBytes { bytes in
            guard let start = unsafe bytes.bindMemory(to: CChar.self).baseAddress else { return 0 }
            return unsafe cposix_run(start, words.count + 1, &residentBytes)
        }
        let end = fileSystem.monotonicClock().nanoseconds
        if code < 0 { throw Failure(description: "\(command): \(ErrorNumber(rawValue: Int32(-code)))") }
        if code > 0 { throw Failure(description: "\(command) ended with exit code \(code)") }
        return Run(nanoseconds: Double(end - start), residentBytes: residentBytes)
    }

    /// The median time of several runs, in milliseconds.
    func median(_ count: Int, _ words: [String], clock fileSystem: any FileSystem) throws -> Double {
        Statistics(try (0..<count).map { _ in try run(words, clock: fileSystem).nanoseconds / 1e6 }).median
    }
}

/// A lane cannot be measured as things are.
struct LaneSkipped: Error, CustomStringConvertible {
    let description: String
}

extension Arena {
    /// This program, to start as a worker.
    ///
    /// - Throws: ``LaneSkipped`` when the system does not tell which it is.
    func worker() throws(LaneSkipped) -> Program {
        guard let executable = fileSystem.processIdentity.executable else {
            throw LaneSkipped(description: "the system does not tell which program this is")
        }
        return Program(path: executable)
    }

    /// The `holdfast` to start.
    ///
    /// - Throws: ``LaneSkipped`` when none was named.
    func startable() throws(LaneSkipped) -> Program {
        guard let program else { throw LaneSkipped(description: "name the holdfast to start with --program") }
        return Program(path: program)
    }
}
