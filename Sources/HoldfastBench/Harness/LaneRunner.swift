package import FileSystemSeam

/// Runs lanes: floor, Holdfast and peer in turn within every round, after one round that does not count.
package struct LaneRunner {
    /// How many rounds count.
    package let rounds: Int
    /// A tenth of the work.
    package let isQuick: Bool
    /// The `holdfast` that lanes start; nil when none was named.
    package let program: String?
    /// The program that does JSON with Foundation; nil when none was named.
    package let foundation: String?
    private let fileSystem: any FileSystem
    private let root: any Directory
    private let rootPath: String

    /// - Parameter path: an existing directory on the disk to measure; lanes work in directories of their own below it.
    package init(
        in path: String,
        rounds: Int,
        isQuick: Bool,
        program: String? = nil,
        foundation: String? = nil,
        _ fileSystem: any FileSystem
    ) throws(FileSystemError) {
        self.rounds = rounds
        self.isQuick = isQuick
        self.program = program
        self.foundation = foundation
        self.fileSystem = fileSystem
        rootPath = path
        root = try fileSystem.openDirectory(path)
    }

    /// Runs one lane and leaves nothing behind.
    package func run(_ lane: Lane) throws -> LaneResult {
        let name = try fileSystem.temporaryName(for: lane.name)
        try root.makeDirectory(name, permissions: .ownerDirectory)
        defer { try? root.removeRecursively(name) }
        let arena = Arena(
            path: "\(rootPath)/\(name)",
            directory: try root.subdirectory(name),
            fileSystem: fileSystem,
            isQuick: isQuick,
            program: program,
            foundation: foundation
        )
        let contest = try lane.prepare(arena)
        _ = try round(contest, 0)
        var values: [RoundValues] = []
        for number in 1...rounds { values.append(try round(contest, number)) }
        return LaneResult(lane, values, growth: try contest.growth?() ?? [])
    }

    /// One round. Who begins changes from round to round, so that nobody always runs on a warmer machine.
    private func round(_ contest: Contest, _ number: Int) throws -> RoundValues {
        var result = RoundValues(subject: 0)
        for turn in 0..<3 {
            switch (turn + number) % 3 {
            case 0: result.floor = try contest.floor?()
            case 1: result.subject = try contest.subject()
            default: result.peer = try contest.peer?()
            }
        }
        return result
    }
}
